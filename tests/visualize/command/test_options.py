"""Options that views share."""

import argparse
from pathlib import Path

import pytest

from glassnet.errors import UserError
from glassnet.options import Parser
from glassnet.visualize.command.options import add_file, add_length, add_no_color, check_files


def test_shared_options() -> None:
    parser = Parser("glassnet test", "", "")
    add_length(parser)
    add_no_color(parser)
    add_file(parser, "--html", "write a page")
    assert parser.parse_args([]) == argparse.Namespace(length=None, no_color=False, html=None)
    given = parser.parse_args(["--length", "3", "--no-color", "--html", "a.html"])
    assert given == argparse.Namespace(length=3, no_color=True, html=Path("a.html"))
    assert "--html FILE  write a page (default: none)" in parser.format_help()


def test_one_file_is_not_two() -> None:
    check_files(html=None, png=None)
    check_files(html=Path("a"), png=Path("b"), json=None)
    with pytest.raises(UserError, match=r"^a: --html and --json need different files$"):
        check_files(html=Path("a"), png=Path("b"), json=Path("a"))
