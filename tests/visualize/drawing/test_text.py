from hypothesis import given
from hypothesis import strategies as st

from glassnet.visualize.drawing.text import columns, rows, visible


def test_visible() -> None:
    assert visible("a\nb") == "a\nb"
    assert visible("\x1b\x00\t\r\x7f\x9b") == "␛␀→␍␡\ufffd"
    assert visible("\u202e\u200b\u2028\ud800") == "\ufffd" * 4
    assert visible("é日\u00a0 e\u0301") == "é日\u00a0 e\u0301"


@given(st.text(st.characters()))
def test_visible_keeps_places_and_leaves_nothing_that_steers(text: str) -> None:
    found = visible(text)
    assert len(found) == len(text)
    assert not any(c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160) for c in found)
    found.encode()


def test_columns() -> None:
    assert [columns(character) for character in "a日é\u0301\ufffd"] == [1, 2, 1, 0, 1]


def test_rows() -> None:
    text = "abc\n\ndefgh\n"
    assert [text[start:stop] for start, stop in rows(text)] == ["abc", "", "defgh"]
    assert [text[start:stop] for start, stop in rows(text, 2)] == ["ab", "c", "", "de", "fg", "h"]
    assert [stop - start for start, stop in rows("日本語x", 4)] == [2, 2]
    assert list(rows("\n")) == [(0, 0)]
    assert list(rows("a\n\n")) == [(0, 1), (2, 2)]


@given(st.text("ab日\n\u0301", max_size=40), st.integers(2, 9))
def test_rows_hold_every_character_once_and_are_not_too_long(text: str, width: int) -> None:
    found = [text[start:stop] for start, stop in rows(text, width)]
    assert "".join(found) == text.replace("\n", "")
    assert all(sum(map(columns, row)) <= width for row in found)
    assert not any("\n" in row for row in found)
    unbroken = [text[start:stop] for start, stop in rows(text)]
    assert unbroken == text.removesuffix("\n").split("\n")
