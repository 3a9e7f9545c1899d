"""Lines and n-grams as a page."""

import re
from html.parser import HTMLParser

import pytest

from glassnet.visualize.drawing.shades import color
from glassnet.visualize.drawing.text import TooLongError
from glassnet.visualize.filters.ngrams import NGram
from glassnet.visualize.filters.page import filters_page
from glassnet.visualize.filters.responses import Responses
from tests.visualize.filters.lines import BOTH, line_of, responses_to, shades_of


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


def test_the_page_has_the_rows_with_their_shades(responses: Responses) -> None:
    content = filters_page(responses, BOTH, {}, "title")
    rows = cells_of(content)
    texts = ["".join(character for character, _ in row) for row in rows]
    assert content.count('<div class="paper"><pre>') == len(responses.lines)
    head = " " * 8 + "pray, sit"
    assert texts[0] == texts[4] == texts[7] == head
    for row, (layer, index) in ((1, (1, 0)), (2, (1, 11)), (5, (2, 1))):
        largest = responses.largest[layer][index]
        assert texts[row] == f"{layer}:{index}".ljust(8) + f"pray, sit {largest:.1f}"
        expected = [f"s{shade - shade % 8}" for shade in shades_of(responses, 0, layer, index)]
        assert [name for _, name in rows[row][8:17]] == expected
    assert texts[8] == " " * 8 + "pray, mit"
    assert [character for character, name in rows[8] if name == "u"] == ["m"]
    for shade in range(0, 256, 8):
        assert ".s{} {{ background: rgb({}, {}, {}); }}".format(shade, *color(shade)) in content


def test_the_page_asks_the_network_for_nothing_and_text_stays_text(nasty: str) -> None:
    line = nasty.replace("\n", " ")
    responses = responses_to(line_of(line, line[::-1]))
    ngrams = {(1, 0): [NGram("</td><script>", 1.0, 2), NGram("\x1b", 1.0, 2)]}
    content = filters_page(responses, BOTH, ngrams, nasty)
    assert not re.search(r"https?:|//[a-z]|\b(src|href|action)=|url\(|@import", content, re.I)
    assert "default-src 'none'" in content
    assert "<script" not in content
    assert "\x1b" not in content
    assert content.count("@@title@@") == 5  # the title twice, the line above each block
    assert "&lt;/td&gt;&lt;script&gt;" in content
    assert filters_page(responses, BOTH, ngrams, "@@lines@@").count("@@lines@@") == 2


def test_the_page_lists_ngrams(responses: Responses) -> None:
    ngrams = {(1, 3): [NGram("you", 4.96, 2416)], (2, 21): []}
    content = filters_page(responses, BOTH, ngrams, "title")
    assert "<tr><td>1:3</td><td>you 5.0 <i>×2416</i></td></tr>" in content
    assert "<tr><td>2:21</td><td>never responds</td></tr>" in content
    assert "<table>" not in filters_page(responses, BOTH, {}, "title")


def test_a_page_of_too_many_lines() -> None:
    responses = responses_to(*[line_of("a", "a")] * 201)
    with pytest.raises(TooLongError, match="has 201 lines, and a page holds 200"):
        filters_page(responses, BOTH, {}, "title")
