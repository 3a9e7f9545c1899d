"""The frame of every command: exit codes, errors in one line, and output that nobody reads.

    0     done, or nobody reads the output any more, as in `glassnet sample | head -1`
    1     something is wrong with a file or with data
    2     wrong usage
    130   interrupted with Ctrl-C

A command is a function from its arguments to None or an exit status. It raises `UserError` or
`UsageError` (`glassnet/errors.py`), and lets an OSError, MemoryError or KeyboardInterrupt pass.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import TextIO

from glassnet.errors import UsageError, UserError

__all__ = ["Command", "complain", "run_command"]

Command = Callable[[list[str]], int | None]
"""A function from a command's arguments to its exit status (None: 0)."""

# Reasons why a write fails, not an `open`. Where a file is written, the error has its name.
_FULL = {errno.ENOSPC, errno.EFBIG, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC)}


def run_command(program: str, command: Command, arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; whatever goes wrong is told in one line on stderr.

    Parameters
    ----------
    program : str
        The name of the command, which begins the line, such as "glassnet train".
    command : callable
        What to run: called with the list of arguments, it returns None or an exit status.
    arguments : sequence of str, optional
        The words after the command's name; those of the process by default.

    Returns
    -------
    int
        0 if all went well or nobody reads the output any more; 1 after a `UserError`, `OSError` or
        `MemoryError`; 2 after a `UsageError`; 130 after Ctrl-C (`KeyboardInterrupt`, whose message,
        if it has one, is told as well).

    Examples
    --------
    >>> from glassnet.command import run_command
    >>> run_command("greet", lambda words: print("hello", *words), ["world"])
    hello world
    0
    """
    _open_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # an output that is not UTF-8 shows ? instead
    try:
        status = _status(command, list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
        return status
    except UsageError as error:
        complain(program, error)
        return 2
    except UserError as error:
        complain(program, error)
        return 1
    except MemoryError as error:
        complain(program, "out of memory" + (f": {error}" if str(error) else ""))
        return 1
    except BrokenPipeError:  # the reader (head, less) has had enough
        return 0
    except OSError as error:
        complain(program, _reason(error))
        return 1
    except KeyboardInterrupt as error:
        complain(program, "interrupted" + (f"; {error}" if str(error) else ""))
        return 130
    finally:
        _flush(sys.stdout)
        _flush(sys.stderr)


def complain(program: str, message: object) -> None:
    """Print one line on stderr, as `run_command` does for an error.

    Parameters
    ----------
    program : str
        The name of the command.
    message : object
        What to tell.

    Examples
    --------
    >>> import contextlib, sys
    >>> from glassnet.command import complain
    >>> with contextlib.redirect_stderr(sys.stdout):
    ...     complain("glassnet train", "there is no file 'novel.txt'")
    glassnet train: there is no file 'novel.txt'
    """
    with contextlib.suppress(OSError):  # stderr is closed or full: there is nobody to tell
        print(f"{program}: {message}", file=sys.stderr, flush=True)


def _status(command: Command, arguments: list[str]) -> int:
    try:
        return command(arguments) or 0
    except SystemExit as stop:  # as argparse does after --help
        if stop.code is None or isinstance(stop.code, int):
            return stop.code or 0
        raise


def _reason(error: OSError) -> str:
    """Return which file an error is about, and why it happened."""
    reason = error.strerror or str(error)
    if error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {reason}"
    if error.errno in _FULL:
        return f"standard output: can't be written ({reason})"
    return reason


def _flush(stream: TextIO) -> None:
    """Flush a stream; if that fails, throw away what is left, or Python would fail at its exit."""
    try:
        stream.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):  # a stream that is no file
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _open_closed_streams() -> None:
    """Open what the shell has closed, as `>&-` does, on the null device.

    Otherwise the next file that is opened would get the descriptor of a standard stream.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
