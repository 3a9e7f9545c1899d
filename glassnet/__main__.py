"""The command `glassnet` (`python -m glassnet`), and those with a name of their own.

A command's module is imported when it is called, so that `glassnet --help` does without NumPy.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from types import FrameType
from typing import NamedTuple

from glassnet import __version__
from glassnet.command import run_command
from glassnet.errors import UsageError, closest

PROGRAM = "glassnet"


class _Subcommand(NamedTuple):
    module: str  # that has main(arguments), which returns the exit status
    purpose: str


SUBCOMMANDS = {
    "train": _Subcommand(
        "glassnet.train.command.main", "Train a network by a recipe, or go on with a training."
    ),
    "sample": _Subcommand(
        "glassnet.sample.command.main", "Write text or draw digits with a trained network."
    ),
    "visualize": _Subcommand(
        "glassnet.visualize.command.main", "Show what the neurons of a network respond to."
    ),
    "evaluate": _Subcommand(
        "glassnet.train.command.evaluate", "Print the loss of a trained network on a data set."
    ),
    "convert": _Subcommand(
        "glassnet.convert.command", "Turn networks into files of other frameworks, and back."
    ),
    "learn": _Subcommand(
        "glassnet.learn.command", "Write an LSTM yourself, in six tasks that are checked."
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `glassnet`, whose first argument names what to do, and return its exit status."""
    return run_command(PROGRAM, _run, arguments)


def train(arguments: Sequence[str] | None = None) -> int:
    """Run `glassnet train`, which is `glassnet-train` and `_training.py` as well."""
    return _run_subcommand("train", arguments)


def sample(arguments: Sequence[str] | None = None) -> int:
    """Run `glassnet sample`, which is `glassnet-sample` and `_sample.py` as well."""
    return _run_subcommand("sample", arguments)


def visualize(arguments: Sequence[str] | None = None) -> int:
    """Run `glassnet visualize`, which is `glassnet-visualize` and `_visualize.py` as well."""
    return _run_subcommand("visualize", arguments)


def _run(arguments: list[str]) -> int:
    name = arguments[0] if arguments else "--help"
    if name in SUBCOMMANDS:
        return _run_subcommand(name, arguments[1:])
    if name == "--version":
        print(PROGRAM, __version__)
    elif name in ("--help", "-h"):
        print(_help())
    else:
        meant = closest(name, [*SUBCOMMANDS, "--help", "--version"])
        if name.startswith("-"):
            kind, choice = "option", "--help lists the commands"
        else:
            kind, choice = "command", f"choose from {', '.join(SUBCOMMANDS)}"
        advice = f"did you mean {meant}?" if meant else choice
        raise UsageError(f"there is no {kind} {name}; {advice}")
    return 0


def _help() -> str:
    width = max(map(len, SUBCOMMANDS))
    purposes = (f"  {name:{width}}  {command.purpose}" for name, command in SUBCOMMANDS.items())
    return "\n".join(
        [
            "usage: glassnet COMMAND [options]",
            "",
            "Neural networks that one can look into.",
            "",
            "commands:",
            *purposes,
            "",
            "glassnet COMMAND --help explains the options of a command,",
            "glassnet --version prints the version.",
        ]
    )


def _run_subcommand(name: str, arguments: Sequence[str] | None) -> int:
    with _quiet_interrupts():
        command = import_module(SUBCOMMANDS[name].module)
    status: int = command.main(arguments)
    return status


@contextlib.contextmanager
def _quiet_interrupts() -> Iterator[None]:
    """End the process at once on Ctrl-C: an exception is not always passed on during an import."""

    def leave(number: int, frame: FrameType | None) -> None:
        os._exit(130)

    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # it is ignored, or the caller has a way of his own
        return
    signal.signal(signal.SIGINT, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    sys.exit(main())
