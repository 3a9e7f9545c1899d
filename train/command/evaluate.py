"""The command `glassnet evaluate`: print the loss of a trained network on a data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from glassnet.command import run_command
from glassnet.options import Parser
from glassnet.train.command.options import OPTIONS
from glassnet.train.evaluation import evaluation

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
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="file of the network")
    parser.add_argument(
        "--data",
        metavar=OPTIONS["data"].metavar,
        help=f"{OPTIONS['data'].help} (default: what it was trained on)",
    )
    parser.add_argument(
        "--validation",
        type=OPTIONS["validation"].parse,
        metavar=OPTIONS["validation"].metavar,
        help=f"{OPTIONS['validation'].help} (default: what was held out in its training, and all "
        "of other data)",
    )
    return parser


def _evaluate(arguments: list[str]) -> None:
    options = parser().parse_args(arguments)
    print(evaluation(options.checkpoint, options.data, options.validation))
