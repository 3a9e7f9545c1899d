"""Each hypothesis on a text small enough to say what it must be."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.visualize.neurons.search.hypotheses import (
    HYPOTHESES,
    Hypothesis,
    PredicateError,
    match_hypothesis,
    predicate_hypothesis,
)


def drawn(text: str, values: np.ndarray) -> str:
    """The text with a dot for each character where a hypothesis does not hold."""
    assert values.dtype == bool
    assert len(values) == len(text)
    return "".join(c if true else "." for c, true in zip(text, values, strict=True))


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
    # Names and what is between pairs are recognised by how they end: they are cut elsewhere.
    text = "A:\nthe 'Quick,' (brown) \"fox\"\njumps: over.\n\nB:\nWhy me\n"
    ends = [place for place in range(4, len(text)) if text[place - 1] in " \n"]
    whole = hypothesis.function(text)
    if "sine" in hypothesis.name or "cosine" in hypothesis.name:
        return  # they know the median length of the lines
    same = all(np.array_equal(hypothesis.function(text[:end]), whole[:end]) for end in ends)
    assert same == (hypothesis.name not in ("line-end-near", "line-length"))


# -- a user's own ---------------------------------------------------------------------------------


def test_match() -> None:
    text = "one two\nten\n"
    hypothesis = match_hypothesis("^t.|o$")
    assert drawn(text, hypothesis.function(text)) == "......o.te.."
    assert not match_hypothesis("x*").function(text).any()


def test_match_needs_a_regular_expression() -> None:
    with pytest.raises(PredicateError, match=r"'\(' is no regular expression: missing \)"):
        match_hypothesis("(")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.py"
    path.write_text(
        "import math\n"
        "number = 3\n"
        "def spaces(text): return [c == ' ' for c in text]\n"
        "def code(text): return map(ord, text)\n"
        "def codes(text): return list(map(ord, text))\n"
        "def short(text): return [1, 2]\n"
        "def wide(text): return [[1, 2]] * len(text)\n"
        "def ragged(text): return [[1], [1, 2]]\n"
        "def letters(text): return list(text)\n"
        "def infinite(text): return [0.0, math.inf, 1.0]\n"
        "def large(text): return [1e100, 0, -1e101]\n"
        "def breaks(text): return 1 / 0\n"
        "def leaves(text): raise SystemExit('now')\n"
    )
    return path


def test_predicate(file: Path) -> None:
    hypothesis = predicate_hypothesis(file, "spaces")
    assert hypothesis.name == "spaces"
    assert drawn("a b ", hypothesis.function("a b ")) == ". . "
    assert predicate_hypothesis(file, "codes").function("ab").tolist() == [97, 98]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing", "own.py: has no function named 'missing'"),
        ("number", "own.py: has no function named 'number'"),
        ("code", "own.py:code: must return a value for each of the 3 characters, not shape"),
        ("short", "own.py:short: must return a value for each of the 3 characters, not 2 values"),
        ("wide", "own.py:wide: must return a value for each of the 3 characters, not shape (3, 2)"),
        ("ragged", "own.py:ragged: fails: ValueError: "),
        ("letters", "own.py:letters: must return numbers or booleans, not str"),
        ("infinite", "own.py:infinite: value inf at position 1; values lie between -1e+100 and"),
        ("large", "own.py:large: value -1e+101 at position 2; values lie between -1e+100 and 1e"),
        ("breaks", "own.py:breaks: fails: ZeroDivisionError: division by zero"),
        ("leaves", "own.py:leaves: fails: SystemExit: now"),
    ],
)
def test_predicate_errors(file: Path, name: str, message: str) -> None:
    with pytest.raises(PredicateError) as error:
        predicate_hypothesis(file, name).function("abc")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("def f(:\n", "can't be run: SyntaxError: "),
        ("import nothing_of_that_name\n", "can't be run: ModuleNotFoundError: "),
        ("raise SystemExit(3)\n", "can't be run: SystemExit: 3"),
        (None, "can't be read (No such file or directory)"),
    ],
)
def test_predicate_file_errors(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "own.py"
    if content is not None:
        path.write_text(content)
    with pytest.raises(PredicateError) as error:
        predicate_hypothesis(path, "f")
    assert f"{path}: {message}" in str(error.value)
    assert "\n" not in str(error.value)
