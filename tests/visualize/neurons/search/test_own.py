from pathlib import Path

import pytest

from glassnet.visualize.neurons.search.own import (
    PredicateError,
    match_hypothesis,
    predicate_hypothesis,
)
from tests.visualize.neurons.search.texts import drawn


def test_match() -> None:
    text = "one two\nten\n"
    hypothesis = match_hypothesis("^t.|o$")
    assert drawn(text, hypothesis.function(text)) == "......o.te.."
    assert not match_hypothesis("x*").function(text).any()


def test_match_needs_a_regular_expression() -> None:
    with pytest.raises(PredicateError, match=r"'\(' is not a regular expression: missing \)"):
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
