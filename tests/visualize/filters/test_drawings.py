"""Lines with the rows of their filters: in the terminal, as a page and as a picture."""

import re
import textwrap
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from glassnet.nn import Array
from glassnet.visualize.drawing.shades import color, density
from glassnet.visualize.drawing.text import TooLongError
from glassnet.visualize.filters.ngrams import EXPLANATION, NGram
from glassnet.visualize.filters.page import filters_page
from glassnet.visualize.filters.picture import save_filters_picture
from glassnet.visualize.filters.responses import Line, Reading
from glassnet.visualize.filters.terminal import draw_lines, draw_ngrams

BOTH = {1: [0, 11], 2: [1]}


def line_of(text: str, reconstruction: str) -> Line:
    """A line of two characters more or less active than their neighbours, 12 and 2 filters."""
    generator = np.random.default_rng(len(text))
    first = generator.random((len(text), 12), np.float32)
    second = generator.random((len(text), 2), np.float32)
    return Line(text, reconstruction, {1: first, 2: second})


def reading_of(*lines: Line) -> Reading:
    return Reading(
        list(lines),
        {
            layer: np.max([line.responses[layer].max(axis=0) for line in lines], axis=0)
            for layer in (1, 2)
        },
    )


@pytest.fixture
def reading() -> Reading:
    return reading_of(line_of("pray, sit", "pray, mit"), line_of("down", "down"))


def shades_of(reading: Reading, number: int, layer: int, index: int) -> Array:
    return reading.shades(reading.lines[number], layer)[:, index]


# -- terminal -------------------------------------------------------------------------------------


def row_of(reading: Reading, number: int, layer: int, index: int) -> str:
    row = "".join(density(shade) for shade in shades_of(reading, number, layer, index).tolist())
    return f"{layer}:{index}".ljust(5) + row


def test_every_column_stands_under_its_character(reading: Reading) -> None:
    assert list(draw_lines(reading, BOTH, "none")) == [
        "     pray, sit",
        row_of(reading, 0, 1, 0).rstrip(),
        row_of(reading, 0, 1, 11).rstrip(),
        "",
        "     pray, sit",
        row_of(reading, 0, 2, 1).rstrip(),
        "",
        "     pray, sit",
        "     pray, mit",
        "           ^",
        "",
        "     down",
        row_of(reading, 1, 1, 0).rstrip(),
        row_of(reading, 1, 1, 11).rstrip(),
        "",
        "     down",
        row_of(reading, 1, 2, 1).rstrip(),
        "",
        "     down",
        "     down",
        "",
        "reconstructed 12 of 13 characters",
        '" .-=*#" from no response to the filter\'s largest one here',
    ]


def test_pieces_of_a_narrow_terminal_make_the_whole(reading: Reading) -> None:
    whole = list(draw_lines(reading, {1: [3]}, "none"))
    pieces = list(draw_lines(reading, {1: [3]}, "none", width=8))
    assert max(map(len, pieces[:-2])) == 8
    for row in range(2):
        joined = "".join(
            pieces[start + row][4:].ljust(4) for start in (0, 6, 13)
        )  # nine characters by four; the second piece has a line of marks
        assert joined.rstrip() == whole[row][4:]
    assert pieces[10:12] == ["    , si"[:4] + ", mi", "      ^"]
    assert list(draw_lines(reading, {1: [3]}, "none", width=1))  # at least one character each


def test_colors(reading: Reading) -> None:
    rows = list(draw_lines(reading, {1: [0]}, "24-bit"))
    plain = list(draw_lines(reading, {1: [0]}, "none"))
    assert [re.sub(r"\x1b\[[0-9;]*m", "", row).rstrip() for row in rows[:-1]] == plain[:-1]
    found, escape = [], ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", rows[1].removeprefix("1:0 ")):
        if part.startswith("\x1b"):
            escape = part
        else:
            found += [escape for _ in part]
    assert found == [
        "\x1b[38;2;0;0;0;48;2;{};{};{}m".format(*color(shade))
        for shade in shades_of(reading, 0, 1, 0).tolist()
    ]
    assert rows[1].endswith("\x1b[0m")


def test_wide_and_combining_and_control_characters_keep_their_columns() -> None:
    reading = reading_of(line_of("日a\u0301\x1bé", "x日a\x1b日"))
    rows = list(draw_lines(reading, {1: [0]}, "none"))
    levels = [density(shade) for shade in shades_of(reading, 0, 1, 0).tolist()]
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


# -- page -----------------------------------------------------------------------------------------


class _Cells(HTMLParser):
    """Collects the characters of the page's lines, each with the class of its cell."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[tuple[str, str]]] = []
        self.inside, self.tag = False, ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "pre":
            self.inside = True
            self.rows.append([])
        self.tag = dict(attributes).get("class") or tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self.inside = False
        self.tag = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            for character in data:
                if character == "\n":
                    self.rows.append([])
                else:
                    self.rows[-1].append((character, self.tag))


def cells_of(content: str) -> list[list[tuple[str, str]]]:
    parser = _Cells()
    parser.feed(content)
    return parser.rows


def test_the_page_has_the_rows_with_their_shades(reading: Reading) -> None:
    content = filters_page(reading, BOTH, {}, "title")
    rows = cells_of(content)
    texts = ["".join(character for character, _ in row) for row in rows]
    head = " " * 8 + "pray, sit"
    assert texts[0] == texts[4] == texts[7] == head
    for row, (layer, index) in ((1, (1, 0)), (2, (1, 11)), (5, (2, 1))):
        largest = reading.largest[layer][index]
        assert texts[row] == f"{layer}:{index}".ljust(8) + f"pray, sit {largest:.1f}"
        expected = [f"s{shade - shade % 8}" for shade in shades_of(reading, 0, layer, index)]
        assert [name for _, name in rows[row][8:17]] == expected
    assert texts[8] == " " * 8 + "pray, mit"
    assert [character for character, name in rows[8] if name == "u"] == ["m"]
    for shade in range(0, 256, 8):
        assert ".s{} {{ background: rgb({}, {}, {}); }}".format(shade, *color(shade)) in content


def test_the_page_asks_the_network_for_nothing_and_text_stays_text(nasty: str) -> None:
    line = nasty.replace("\n", " ")
    reading = reading_of(line_of(line, line[::-1]))
    ngrams = {(1, 0): [NGram("</td><script>", 1.0, 2), NGram("\x1b", 1.0, 2)]}
    content = filters_page(reading, BOTH, ngrams, nasty)
    assert not re.search(r"https?:|//[a-z]|\b(src|href|action)=|url\(|@import", content, re.I)
    assert "default-src 'none'" in content
    assert "<script" not in content
    assert "\x1b" not in content
    assert content.count("@@title@@") == 5  # the title twice, the line above each block
    assert "&lt;/td&gt;&lt;script&gt;" in content
    assert filters_page(reading, BOTH, ngrams, "@@lines@@").count("@@lines@@") == 2


def test_the_page_lists_ngrams(reading: Reading) -> None:
    ngrams = {(1, 3): [NGram("you", 4.96, 2416)], (2, 21): []}
    content = filters_page(reading, BOTH, ngrams, "title")
    assert "<tr><td>1:3</td><td>you 5.0 <i>×2416</i></td></tr>" in content
    assert "<tr><td>2:21</td><td>never responds</td></tr>" in content
    assert "<table>" not in filters_page(reading, BOTH, {}, "title")


def test_a_page_of_too_many_lines() -> None:
    reading = reading_of(*[line_of("a", "a")] * 201)
    with pytest.raises(TooLongError, match="has 201 lines, and a page holds 200"):
        filters_page(reading, BOTH, {}, "title")


# -- picture --------------------------------------------------------------------------------------


def test_cells_of_the_picture_have_the_colors_of_their_shades(tmp_path: Path) -> None:
    image = pytest.importorskip("matplotlib.image")
    # Spaces, so that no letter covers a cell.
    reading = reading_of(line_of(" " * 9, " " * 9), line_of(" " * 4, " " * 4))
    path = tmp_path / "picture.png"
    save_filters_picture(path, reading, BOTH)
    pixels = np.rint(image.imread(path)[..., :3] * 255).astype(int)
    # The grid: margins of 2 cells, 6 columns of names, 11 rows of a line and 1 between lines.
    across, down = pixels.shape[1] / (6 + 9 + 4), pixels.shape[0] / (11 + 11 - 1 + 4)

    def cell(row: int, column: int) -> tuple[int, ...]:
        return tuple(pixels[int((row + 2.5) * down), int((column + 2.5) * across)].tolist())

    for number, top in ((0, 0), (1, 11)):
        for row, (layer, index) in ((1, (1, 0)), (2, (1, 11)), (5, (2, 1))):
            for column, shade in enumerate(shades_of(reading, number, layer, index).tolist()):
                assert cell(top + row, 6 + column) == color(shade)
    for row, column in ((0, 6), (3, 6), (7, 6), (12, 6 + 5)):
        assert cell(row, column) == (255, 255, 255)


def test_a_picture_of_letters(tmp_path: Path, nasty: str) -> None:
    pytest.importorskip("matplotlib")
    line = nasty.replace("\n", " ")
    path = tmp_path / "picture.png"
    save_filters_picture(path, reading_of(line_of(line, line[::-1])), BOTH)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_too_many_lines(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    reading = reading_of(*[line_of("a", "a")] * 100)
    with pytest.raises(TooLongError, match="100 lines take 1099 rows, and a picture holds 1000"):
        save_filters_picture(tmp_path / "picture.png", reading, BOTH)
    assert not list(tmp_path.iterdir())
