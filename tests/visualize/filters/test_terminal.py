"""Lines and n-grams in the terminal."""

import re
import textwrap

from glassnet.visualize.drawing.shades import color, density
from glassnet.visualize.filters.ngrams import EXPLANATION, NGram
from glassnet.visualize.filters.responses import Responses
from glassnet.visualize.filters.terminal import draw_filters, draw_ngrams
from tests.visualize.filters.lines import BOTH, line_of, responses_to, shades_of


def row_of(responses: Responses, number: int, layer: int, index: int) -> str:
    row = "".join(density(shade) for shade in shades_of(responses, number, layer, index).tolist())
    return f"{layer}:{index}".ljust(5) + row


def test_every_column_stands_under_its_character(responses: Responses) -> None:
    assert list(draw_filters(responses, BOTH, "none")) == [
        "     pray, sit",
        row_of(responses, 0, 1, 0).rstrip(),
        row_of(responses, 0, 1, 11).rstrip(),
        "",
        "     pray, sit",
        row_of(responses, 0, 2, 1).rstrip(),
        "",
        "     pray, sit",
        "     pray, mit",
        "           ^",
        "",
        "     down",
        row_of(responses, 1, 1, 0).rstrip(),
        row_of(responses, 1, 1, 11).rstrip(),
        "",
        "     down",
        row_of(responses, 1, 2, 1).rstrip(),
        "",
        "     down",
        "     down",
        "",
        "reconstructed 12 of 13 characters",
        '" .-=*#" from no response to the filter\'s largest one here',
    ]


def test_pieces_of_a_narrow_terminal_make_the_whole(responses: Responses) -> None:
    whole = list(draw_filters(responses, {1: [3]}, "none"))
    pieces = list(draw_filters(responses, {1: [3]}, "none", width=8))
    assert max(map(len, pieces[:-2])) == 8
    for row in range(2):
        joined = "".join(
            pieces[start + row][4:].ljust(4) for start in (0, 6, 13)
        )  # nine characters by four; the second piece has a line of marks
        assert joined.rstrip() == whole[row][4:]
    assert pieces[10:12] == ["    , si"[:4] + ", mi", "      ^"]
    assert list(draw_filters(responses, {1: [3]}, "none", width=1))  # at least one character each


def test_colors(responses: Responses) -> None:
    rows = list(draw_filters(responses, {1: [0]}, "24-bit"))
    plain = list(draw_filters(responses, {1: [0]}, "none"))
    assert [re.sub(r"\x1b\[[0-9;]*m", "", row).rstrip() for row in rows[:-1]] == plain[:-1]
    found, escape = [], ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", rows[1].removeprefix("1:0 ")):
        if part.startswith("\x1b"):
            escape = part
        else:
            found += [escape for _ in part]
    assert found == [
        "\x1b[38;2;0;0;0;48;2;{};{};{}m".format(*color(shade))
        for shade in shades_of(responses, 0, 1, 0).tolist()
    ]
    assert rows[1].endswith("\x1b[0m")


def test_wide_and_combining_and_control_characters_keep_their_columns() -> None:
    responses = responses_to(line_of("日a\u0301\x1bé", "x日a\x1b日"))
    rows = list(draw_filters(responses, {1: [0]}, "none"))
    levels = [density(shade) for shade in shades_of(responses, 0, 1, 0).tolist()]
    cells = [2, 2, 1, 1, 2]
    assert rows[0] == "    日a  \u0301\N{SYMBOL FOR ESCAPE}é"
    assert rows[1] == ("1:0 " + "".join(map(str.__mul__, levels, cells))).rstrip()
    assert rows[4] == "    x 日a\N{SYMBOL FOR ESCAPE}日"
    assert rows[5] == "    ^^^^^ ^^"


def test_ngrams_fill_the_width() -> None:
    ngrams = {(1, 3): [NGram("you", 4.96, 2416), NGram("\x1b␣w", 4.0, 1)], (2, 21): []}
    explained = ["", *textwrap.wrap(EXPLANATION, 100), ""]
    assert list(draw_ngrams({})) == []
    assert list(draw_ngrams(ngrams)) == [
        *explained,
        "1:3   you 5.0 ×2416  ␛␣w 4.0 ×1",
        "2:21  never responds",
    ]
    for width, expected in ((30, "1:3   you 5.0 ×2416"), (5, "1:3   you 5.0 ×2416")):
        assert list(draw_ngrams(ngrams, width))[-2] == expected
    drawn = list(draw_ngrams(ngrams, width=31))
    assert drawn[-2].endswith("4.0 ×1")
    assert max(map(len, drawn)) == 31
