"""`glassnet sample` with an autoencoder of digits: new digits, or one that turns into another."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from glassnet.errors import UsageError, UserError
from glassnet.files import write_errors
from glassnet.models import ImageAutoencoder
from glassnet.options import Parser, whole_number
from glassnet.sample.command.program import Program, add_seed, new_parser, seed_of, tell_seed
from glassnet.sample.images import draw_images, morph_digits, save_images

_MOST_DIGITS = 10_000  # in one picture, which then takes 2 GB of memory
_MORPH_STEPS = 12  # images from one digit to the other, if --count does not say


def _parser(elsewhere: Iterable[str], subject: str) -> Parser:
    parser = new_parser(
        "Draw digits with an autoencoder: new ones from random codes, or one digit that turns into "
        "another.",
        elsewhere,
        subject,
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        help="write the picture to this PNG file (required)",
    )
    parser.add_argument(
        "--count",
        metavar="N",
        type=whole_number(1),
        help=f"number of digits in the picture (default: 1; {_MORPH_STEPS} for --morph)",
    )
    parser.add_argument(
        "--morph",
        metavar="A,B",
        type=_two_digits,
        help="draw how a digit A turns into a digit B along a line between their codes, in COUNT "
        "steps (default: draw new digits)",
    )
    add_seed(parser, "picture")
    return parser


def _two_digits(text: str) -> tuple[int, int]:
    if not re.fullmatch("[0-9],[0-9]", text):
        raise argparse.ArgumentTypeError(f"must be two digits, as in 3,8, not {text!r}")
    return int(text[0]), int(text[2])


def _run(network: ImageAutoencoder, options: argparse.Namespace) -> None:
    if options.out is None:
        raise UsageError("--out is missing: it names the PNG file to draw to")
    fewest, default = (1, 1) if options.morph is None else (2, _MORPH_STEPS)
    count = options.count or default
    if not fewest <= count <= _MOST_DIGITS:
        raise UsageError(f"--count must be from {fewest} to {_MOST_DIGITS:,} here, not {count}")
    seed = seed_of(options)
    generator = np.random.default_rng(seed)
    if options.morph is None:
        if not network.variational:
            raise UserError(
                f"{options.checkpoint}: a {network.kind} is not variational, so it draws no new "
                "digits; --morph turns one digit into another"
            )
        images, columns = draw_images(network, generator, count), math.ceil(math.sqrt(count))
    else:
        images, columns = morph_digits(network, generator, options.morph, count), count
    with write_errors(options.out):
        save_images(options.out, images, columns)
    tell_seed(options, seed, "picture")


PROGRAM = Program("autoencoder of digits", ImageAutoencoder, _parser, _run)
"""The program for autoencoders of digits."""
