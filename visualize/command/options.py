"""Options that several views share."""

from __future__ import annotations

import argparse
from pathlib import Path

from glassnet.errors import UserError
from glassnet.options import Parser, whole_number


def add_length(parser: Parser) -> None:
    """Add `--length`, which shortens the text."""
    parser.add_argument(
        "--length",
        type=whole_number(1),
        metavar="N",
        help="read only the first N characters of the text (default: all)",
    )


def add_file(parser: argparse._ActionsContainer, option: str, purpose: str) -> None:
    """Add an option that names a file to write."""
    parser.add_argument(option, type=Path, metavar="FILE", help=f"{purpose} (default: none)")


def add_no_color(parser: Parser) -> None:
    """Add `--no-color`, which draws without colors."""
    parser.add_argument(
        "--no-color",
        action="store_true",
        help="draw with characters from thin to dense instead of colors, as outside of a "
        "terminal or with NO_COLOR set (default: colors)",
    )


def check_files(**files: Path | None) -> None:
    """Raise UserError if two options name the same file to write.

    Parameters
    ----------
    **files : Path or None
        The file of each option, by the option's name.
    """
    options: dict[Path, str] = {}
    for option, path in files.items():
        if path in options:
            raise UserError(f"{path}: --{options[path]} and --{option} need different files")
        if path is not None:
            options[path] = option
