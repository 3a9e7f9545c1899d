"""Each hypothesis on a text small enough to say what it must be."""

import numpy as np
import pytest

from glassnet.visualize.neurons.search.hypotheses import HYPOTHESES, Hypothesis
from tests.visualize.neurons.search.texts import drawn


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("inside-name", "ROMEO:\nO: no\n\nA B:\n", "ROMEO.........A B.."),
        ("inside-name", "A\nB:\nc\n\nd: e\n\n:\n", "................"),
        ("inside-name", "x\n\nA:", "...A."),
        ("inside-name", "A" * 60 + ":", "A" * 60 + "."),
        ("inside-name", "A" * 61 + ":", "." * 62),
        ("after-colon", "A:\nbc: d\ne", "..\nbc: d.."),
        ("capital", "aB cÉ1", ".B..É."),
        ("vowel", "Ape y", "A.e.."),
        ("punctuation", "a, b'c!", ".,..'.!"),
        ("inside-quotes", 'a "b c" d', '.."b c"..'),
        ("inside-quotes", "'Come,' said o' th' lords' 'tis", "'Come,'........................"),
        ("inside-quotes", "'Come, 'tis\n\nno,'", "................."),
        ("inside-quotes", "a “b” c", "..“b”.."),
        ("inside-brackets", "a (b [c]) d", "..(b [c]).."),
        ("inside-brackets", "1) a ( b", "........"),
        ("inside-brackets", "(a 1] b) (c)", ".........(c)"),
        ("end-of-word", "I don't; no", "I.....t...o"),
        ("end-of-word", "don’t 'no' x_1 s's", "....t...o..x.....s"),
        ("line-end-near", "abcdefgh\nij", "...defgh..."),
    ],
)
def test_yes_or_no(name: str, text: str, expected: str) -> None:
    assert drawn(text, HYPOTHESES[name].function(text)) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("since-newline", "ab\nc\n\nd", [1, 2, 0, 1, 0, 0, 1]),
        ("word-length", "I don't", [1, 0, 1, 2, 3, 4, 5]),
        ("to-end-of-word", "I don't,", [0, 0, 4, 3, 2, 1, 0, 0]),
        ("bracket-depth", "a(b[c])d", [0, 1, 1, 2, 2, 2, 1, 0]),
        ("line-length", "ab\nc\n\nd", [2, 2, 2, 1, 1, 0, 1]),
        ("position", "abc", [0, 1, 2]),
        ("lines-since-name", "x\nA:\n\nB:\nc\n", np.log([1, 2, 2, 2, 3, 4, 1, 1, 2, 2, 3])),
    ],
)
def test_quantity(name: str, text: str, expected: list[float]) -> None:
    np.testing.assert_allclose(HYPOTHESES[name].function(text), expected)


def test_one_turn_in_a_line_of_median_length() -> None:
    text = "abc\nabc\nabcdefg\n\n"
    sine = HYPOTHESES["since-newline-sine"].function(text)
    cosine = HYPOTHESES["since-newline-cosine"].function(text)
    np.testing.assert_allclose(sine[:8], [1, 0, -1, 0, 1, 0, -1, 0], atol=1e-12)
    np.testing.assert_allclose(cosine[:8], [0, -1, 0, 1, 0, -1, 0, 1], atol=1e-12)


@pytest.mark.parametrize("text", ["a", "\n", "(", "A:", "\n\n\n", "é日\u0301\ud800", "a" * 70])
@pytest.mark.parametrize("hypothesis", HYPOTHESES.values(), ids=list(HYPOTHESES))
def test_every_text_has_values(hypothesis: Hypothesis, text: str) -> None:
    values = hypothesis.function(text)
    assert values.shape == (len(text),)
    assert np.isfinite(values).all()


@pytest.mark.parametrize("hypothesis", HYPOTHESES.values(), ids=list(HYPOTHESES))
def test_only_predictions_depend_on_what_comes(hypothesis: Hypothesis) -> None:
    # Names, quotations and brackets are recognised by their ends: no cut is inside of one.
    text = "A:\nthe 'Quick,' (brown) \"fox\"\njumps: over.\n\nB:\nWhy me\n"
    ends = [place for place in range(4, len(text)) if text[place - 1] in " \n"]
    whole = hypothesis.function(text)
    if "sine" in hypothesis.name or "cosine" in hypothesis.name:
        return  # they depend on the median length of all lines
    same = all(np.array_equal(hypothesis.function(text[:end]), whole[:end]) for end in ends)
    assert same == (hypothesis.name not in ("line-end-near", "line-length"))
