"""What the programs of `glassnet sample` share: how one is described, and common options."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from glassnet.command import complain
from glassnet.models import SHIPPED
from glassnet.modules import add_recipes
from glassnet.options import Parser, whole_number

NAME = "glassnet sample"
DEFAULT = SHIPPED / "shakespeare.npz"


class Program(NamedTuple):
    """What `glassnet sample` does with the networks of one family.

    Attributes
    ----------
    family : str
        What the networks are called.
    networks : type
        Their class.
    parser : callable
        Returns the parser of the options, given those of other programs and what they do not apply
        to, as in `Parser`.
    run : callable
        Draws with a network what the options ask for.
    """

    family: str
    networks: type
    parser: Callable[[Iterable[str], str], Parser]
    run: Callable[[Any, argparse.Namespace], None]


def new_parser(description: str, elsewhere: Iterable[str], subject: str) -> Parser:
    """Return a parser of a checkpoint, to which a program adds its options."""
    parser = Parser(
        NAME,
        "[CHECKPOINT] [options]",
        f"{description} glassnet sample CHECKPOINT --help shows the options of another network.",
        elsewhere=elsewhere,
        subject=subject,
    )
    parser.add_argument(
        "checkpoint",
        metavar="CHECKPOINT",
        nargs="?",
        type=Path,
        default=DEFAULT,
        help="trained network (default: the Shakespeare LSTM that comes with glassnet)",
    )
    add_recipes(parser)
    return parser


def add_seed(parser: Parser, drawn: str) -> None:
    """Add the option --seed."""
    parser.add_argument(
        "--seed",
        metavar="N",
        type=whole_number(0),
        help=f"seed of the random numbers: the same seed and options give the same {drawn} "
        "(default: a new one, printed on standard error)",
    )


def seed_of(options: argparse.Namespace) -> int:
    """Return the seed that was asked for, or a new one."""
    return secrets.randbits(32) if options.seed is None else int(options.seed)


def tell_seed(options: argparse.Namespace, seed: int, drawn: str) -> None:
    """Tell a seed that was not asked for."""
    if options.seed is None:
        complain(NAME, f"--seed {seed} draws this {drawn} again")
