"""The command `glassnet evaluate`: print the loss of a trained network on a data set."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from glassnet.command import run_command
from glassnet.options import Parser
from glassnet.train.calibration import calibrate
from glassnet.train.evaluation import evaluate
from glassnet.train.experiments.texts import TextOptions

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
    return parser


def print_evaluation(path: Path, data: str | None, validation: float | None) -> None:
    """Evaluate a checkpoint and print the result in one line."""
    began = time.monotonic()
    evaluation, which = evaluate(path, data, validation)
    print(f"{path} on {which}: {evaluation} ({time.monotonic() - began:.0f} s)")


def _evaluate(arguments: list[str]) -> None:
    options = parser().parse_args(arguments)
    if options.calibrate is not None:
        calibration = calibrate(
            options.checkpoint, options.calibrate, options.data, options.validation
        )
        print(f"{options.calibrate}: {calibration}")
        return
    print_evaluation(options.checkpoint, options.data, options.validation)
