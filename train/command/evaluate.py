"""The command `glassnet evaluate`: print the loss of a trained network on a data set."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from glassnet.command import run_command
from glassnet.errors import UsageError
from glassnet.modules import add_recipes
from glassnet.options import Parser
from glassnet.train.calibration import calibrate
from glassnet.train.dynamic import DECAY, RATE, evaluate_dynamically
from glassnet.train.evaluation import evaluate_checkpoint
from glassnet.train.experiments.texts import TextOptions
from glassnet.train.options.values import positive
from glassnet.train.recipes import load_recipes

PROGRAM = "glassnet evaluate"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; see `glassnet/command.py`."""
    return run_command(PROGRAM, _evaluate, arguments)


def parser() -> Parser:
    """Return the parser of the command line."""
    parser = Parser(
        PROGRAM,
        "CHECKPOINT [options]",
        "Print the loss of a trained network on the part of the data that was held out in its "
        "training, or on all of the other data that --data names.",
    )
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="trained network")
    fields = TextOptions.fields()
    parser.add_argument(
        "--data",
        metavar=fields["data"].metavar,
        help=f"{fields['data'].help} (default: what it was trained on)",
    )
    parser.add_argument(
        "--validation",
        type=fields["validation"].parse,
        metavar=fields["validation"].metavar,
        help=f"{fields['validation'].help} (default: what was held out in its training, and all "
        "of other data)",
    )
    parser.add_argument(
        "--calibrate",
        type=Path,
        metavar="FILE",
        help="instead, choose the temperature of the softmax at which the loss is lowest, and "
        "write the network with it to FILE; then evaluate that on other text",
    )
    parser.add_argument(
        "--dynamic",
        action="store_true",
        help="let a character network learn from each 20 characters once it predicted them "
        "(dynamic evaluation): a lower loss, which does not compare with that of fixed weights",
    )
    parser.add_argument(
        "--dynamic-rate",
        type=positive,
        metavar="RATE",
        help=f"learning rate of --dynamic (default: {RATE})",
    )
    parser.add_argument(
        "--dynamic-decay",
        type=positive,
        metavar="DECAY",
        help="how far the weights go back to the trained ones in each step of --dynamic "
        f"(default: {DECAY})",
    )
    add_recipes(parser)
    return parser


def print_evaluation(path: Path, data: str | None, validation: float | None) -> None:
    """Evaluate a checkpoint and print the result in one line."""
    began = time.monotonic()
    evaluation, which = evaluate_checkpoint(path, data, validation)
    print(f"{path} on {which}: {evaluation} ({time.monotonic() - began:.0f} s)")


def _evaluate(arguments: list[str]) -> None:
    options = parser().parse_args(arguments)
    path, what = options.checkpoint, (options.data, options.validation)
    rates = {"rate": options.dynamic_rate, "decay": options.dynamic_decay}
    rates = {name: value for name, value in rates.items() if value is not None}
    if rates and not options.dynamic:
        raise UsageError(f"--dynamic-{next(iter(rates))} goes with --dynamic only")
    if options.recipes is not None:
        load_recipes(options.recipes)
    if options.calibrate is not None:
        if options.dynamic:
            raise UsageError("--calibrate and --dynamic exclude each other")
        print(f"{options.calibrate}: {calibrate(path, options.calibrate, *what)}")
    elif options.dynamic:
        began = time.monotonic()
        evaluation, which = evaluate_dynamically(path, *what, **rates)
        seconds = time.monotonic() - began
        print(f"{path} on {which}, dynamic evaluation: {evaluation} ({seconds:.0f} s)")
    else:
        print_evaluation(path, *what)
