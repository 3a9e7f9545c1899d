"""Hypotheses: what a neuron might tell about a text, each a value for every character.

A value belongs to the moment after its character has been read, as activations do. Some hypotheses
ask about characters that come later: a neuron that tells these has learned to expect them. To add
one, write a function from a text to an array and give it a line in `HYPOTHESES`.
"""

from __future__ import annotations

import re
import runpy
import string
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassnet.nn import Array


@dataclass(frozen=True)
class Hypothesis:
    """A named statement about each character of a text.

    Attributes
    ----------
    name : what it is asked for by.
    description : what it says, as the middle of a sentence: `the character is a capital`.
    function : text -> (characters,), bool for yes or no, any other number for a quantity.
    """

    name: str
    description: str
    function: Callable[[str], Array]


class PredicateError(ValueError):
    """A user's own hypothesis can't be used; the message is one line that says why."""


_LARGEST = 1e100  # of the values of a user's own hypothesis: they are squared

# -- finding places in a text ---------------------------------------------------------------------

# A line that is a name and a colon, at the start of the text or after an empty line.
_NAME = re.compile(r"(?:\A|(?<=\n\n))[^\s:][^\n:]{0,59}(?=:(?:\n|\Z))")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_AFTER_COLON = re.compile(r"(?<=:)(?:\n[^\n]*|[^\n:]+)")
_QUOTES = re.compile(
    r'"(?:[^"\n]|\n(?!\n))*"|“(?:[^”\n]|\n(?!\n))*”'
    # Most single quotes are apostrophes ('tis, o', lords'): only one before a capital opens, and
    # only one after a punctuation mark closes, before the next empty line.
    r"|(?<!\w)'(?=[A-Z])(?:[^'\n]|\n(?!\n)|(?<![-,.;:!?])')*(?<=[-,.;:!?])'"
)
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def _spans(text: str, pattern: re.Pattern[str]) -> tuple[Array, Array]:
    """Return where the matches that are not empty start and end, (matches,) each."""
    found = [match.span() for match in pattern.finditer(text)]
    starts, ends = np.array(found, np.int64).reshape(-1, 2).T
    return starts[starts < ends], ends[starts < ends]


def _inside(text: str, spans: tuple[Array, Array]) -> Array:
    """Return for each character how many spans it lies in, (characters,) int64."""
    starts, ends = (np.bincount(places, minlength=len(text) + 1) for places in spans)
    return np.cumsum(starts - ends)[:-1]


def _since(marks: Array) -> Array:
    """Return how far the last mark lies back, 0 at a mark; one is taken to precede the text."""
    places = np.arange(len(marks))
    return places - np.maximum.accumulate(np.where(marks, places, -1))


def _marks(text: str, places: Array) -> Array:
    marks = np.zeros(len(text), bool)
    marks[places] = True
    return marks


def _each(text: str, test: Callable[[str], bool]) -> Array:
    """Return what `test` says of each character, asking once for each that occurs."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    distinct, which = np.unique(points, return_inverse=True)
    return np.array([test(chr(point)) for point in distinct], bool)[which]


def _newlines(text: str) -> Array:
    return _each(text, lambda character: character == "\n")


def _brackets(text: str) -> tuple[Array, Array]:
    """Return where brackets open, and the place after they close; those left open do not count."""
    opened: list[int] = []
    spans = []
    for match in re.finditer(r"[][(){}]", text):
        character, place = match[0], match.start()
        if character in "([{":
            opened.append(place)
        elif opened and text[opened[-1]] == _BRACKETS[character]:
            spans.append((opened.pop(), place + 1))
        else:
            opened.clear()  # does not fit: a smiley, or item 1)
    starts, ends = np.array(spans, np.int64).reshape(-1, 2).T
    return starts, ends


# -- the hypotheses -------------------------------------------------------------------------------


def _inside_name(text: str) -> Array:
    return _inside(text, _spans(text, _NAME)) > 0


def _lines_since_name(text: str) -> Array:
    newlines = np.cumsum(_newlines(text))
    starts, _ = _spans(text, _NAME)
    before = np.zeros(len(text), np.int64)  # newlines up to the last name
    before[starts] = newlines[starts]
    return np.log1p(newlines - np.maximum.accumulate(before))


def _word_length(text: str) -> Array:
    spans = _spans(text, _WORD)
    return np.where(_inside(text, spans) > 0, _since(_marks(text, spans[0])) + 1, 0)


def _to_end_of_word(text: str) -> Array:
    spans = _spans(text, _WORD)
    left = _since(_marks(text, spans[1] - 1)[::-1])[::-1]
    return np.where(_inside(text, spans) > 0, left, 0)


def _end_of_word(text: str) -> Array:
    return _marks(text, _spans(text, _WORD)[1] - 1)


def _since_newline(text: str) -> Array:
    return _since(_newlines(text))


def _angle(text: str) -> Array:
    """Return an angle that makes one turn from a newline over the median length of a line."""
    lengths = [len(line) + 1 for line in text.split("\n") if line]
    return _since_newline(text) * (2 * np.pi / (np.median(lengths) if lengths else 1))


def _line_length(text: str) -> Array:
    lengths = np.array([len(line) for line in text.split("\n")])
    return np.repeat(lengths, lengths + 1)[: len(text)]


def _line_end_near(text: str) -> Array:
    newlines = np.cumsum(_newlines(text))
    later = np.minimum(np.arange(len(text)) + 5, len(text) - 1)
    return newlines[later] > newlines


HYPOTHESES = {
    hypothesis.name: hypothesis
    for hypothesis in (
        Hypothesis(
            "inside-name",
            "the character is part of a speaker's name: what precedes the colon in a line of its "
            "own at the start of the text or after an empty line",
            _inside_name,
        ),
        Hypothesis(
            "after-colon",
            "the character stands after a colon in its line, or in the line after one that ends "
            "with a colon",
            lambda text: _inside(text, _spans(text, _AFTER_COLON)) > 0,
        ),
        Hypothesis(
            "capital",
            "the character is a capital letter",
            lambda text: _each(text, str.isupper),
        ),
        Hypothesis(
            "vowel",
            "the character is one of a, e, i, o, u, capital or small",
            lambda text: _each(text, lambda character: character in "aeiouAEIOU"),
        ),
        Hypothesis(
            "punctuation",
            "the character is an ASCII punctuation mark",
            lambda text: _each(text, lambda character: character in string.punctuation),
        ),
        Hypothesis(
            "inside-quotes",
            "the character lies between quotation marks, or is one",
            lambda text: _inside(text, _spans(text, _QUOTES)) > 0,
        ),
        Hypothesis(
            "inside-brackets",
            "the character lies between brackets ( ) [ ] { }, or is one",
            lambda text: _inside(text, _brackets(text)) > 0,
        ),
        Hypothesis(
            "end-of-word",
            "the character is the last letter of a word",
            _end_of_word,
        ),
        Hypothesis(
            "line-end-near",
            "a newline is among the next 5 characters",
            _line_end_near,
        ),
        Hypothesis("since-newline", "characters since the last newline", _since_newline),
        Hypothesis(
            "since-newline-sine",
            "sine of characters since the last newline, one turn in a line of median length: "
            "high in its first half, low in its second",
            lambda text: np.sin(_angle(text)),
        ),
        Hypothesis(
            "since-newline-cosine",
            "cosine of the same: high at both ends of a line, low in its middle",
            lambda text: np.cos(_angle(text)),
        ),
        Hypothesis(
            "lines-since-name",
            "logarithm of 1 + the newlines since the last speaker's name",
            _lines_since_name,
        ),
        Hypothesis(
            "word-length",
            "letters of the word so far, 0 outside of words",
            _word_length,
        ),
        Hypothesis("bracket-depth", "brackets that are open", lambda t: _inside(t, _brackets(t))),
        Hypothesis("position", "place in the text", lambda text: np.arange(len(text))),
        Hypothesis(
            "to-end-of-word",
            "letters of the word still to come, 0 at its end and outside of words",
            _to_end_of_word,
        ),
        Hypothesis(
            "line-length",
            "length of the whole line that the character is in",
            _line_length,
        ),
    )
}
"""The hypotheses that come with glassnet, by name."""


# -- a user's own ---------------------------------------------------------------------------------


def match_hypothesis(expression: str) -> Hypothesis:
    """Return the hypothesis that a character lies inside a match of a regular expression.

    `^` and `$` match at each line.

    Raises
    ------
    PredicateError : if it is no regular expression.
    """
    try:
        pattern = re.compile(expression, re.MULTILINE)
    except re.error as error:
        raise PredicateError(f"{expression!r} is no regular expression: {error}") from error
    return Hypothesis(
        "match",
        f"the character lies inside a match of {expression}",
        lambda text: _inside(text, _spans(text, pattern)) > 0,
    )


def predicate_hypothesis(path: Path | str, name: str) -> Hypothesis:
    """Return a hypothesis whose values a function in a Python file returns; the file is run.

    The function is given the text and returns a sequence with a bool or a number for each
    character. The errors below are raised here if the file is at fault, and when the hypothesis
    is asked for values if those are.

    Raises
    ------
    PredicateError : if the file can't be run, has no such function, or the function fails or
        returns something else.
    """
    where = f"{path}:{name}"
    try:
        function = runpy.run_path(str(path)).get(name)
    except OSError as error:
        raise PredicateError(f"{path}: can't be read ({error.strerror})") from error
    except (Exception, SystemExit) as error:
        raise PredicateError(f"{path}: can't be run: {_one_line(error)}") from error
    if not callable(function):
        raise PredicateError(f"{path}: has no function named {name!r}")

    def values(text: str) -> Array:
        try:
            found = np.asarray(function(text))
        except (Exception, SystemExit) as error:
            raise PredicateError(f"{where}: fails: {_one_line(error)}") from error
        if found.shape != (len(text),):
            returned = f"{found.size} values" if found.ndim == 1 else f"shape {found.shape}"
            raise PredicateError(
                f"{where}: must return a value for each of the {len(text)} characters, "
                f"not {returned}"
            )
        if found.dtype.kind not in "biuf":
            raise PredicateError(
                f"{where}: must return numbers or booleans, not {found.dtype.name}"
            )
        wrong = ~(np.abs(found.astype(np.float64)) <= _LARGEST)  # NaN too
        if wrong.any():
            place = int(np.flatnonzero(wrong)[0])
            raise PredicateError(
                f"{where}: value {found[place]} at position {place}; values lie between "
                f"{-_LARGEST:g} and {_LARGEST:g}"
            )
        return found

    return Hypothesis(name, f"what {where} returns", values)


def _one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
