"""The command `glassnet convert`: a network from a file of one format to one of another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from glassnet.command import run_command
from glassnet.convert.characters import read_characters, with_vocabulary
from glassnet.convert.format import ConversionError
from glassnet.convert.registry import FORMATS, find_format, read, write
from glassnet.errors import UsageError
from glassnet.options import Parser

PROGRAM = "glassnet convert"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; see `glassnet/command.py`."""
    return run_command(PROGRAM, _convert, arguments)


def _parser() -> Parser:
    parser = Parser(
        PROGRAM,
        "IN OUT [options]",
        "Write the network of one file into another, whose suffix says what format it gets. "
        f"Formats: {', '.join(suffix for format in FORMATS for suffix in format.suffixes)}.",
    )
    parser.add_argument("source", metavar="IN", type=Path, help="the file to read")
    parser.add_argument("target", metavar="OUT", type=Path, help="the file to write")
    parser.add_argument(
        "--vocabulary",
        metavar="FILE",
        help="the characters that the network reads, in the order of their ids: a file of these, "
        "a text (its characters are sorted), a .json list or object of ids, or the characters "
        "themselves; the result is a character network for all commands of glassnet",
    )
    return parser


def _convert(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    find_format(options.target)  # before a large file is read
    if options.source.resolve() == options.target.resolve():
        raise UsageError("IN and OUT are the same file")
    characters = read_characters(options.vocabulary) if options.vocabulary is not None else None
    converted = read(options.source)
    if characters is not None:
        try:
            converted = with_vocabulary(converted, characters)
        except ConversionError as error:
            raise ConversionError(f"{options.source}: {error}") from error
    write(converted, options.target)
    network = converted.network
    print(f"{options.target}: {type(network).__name__}, {network.parameter_count:,} parameters")
    return 0
