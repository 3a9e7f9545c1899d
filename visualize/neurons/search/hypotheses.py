"""Hypotheses: what a neuron might follow in a text, each a value for every character.

The value at a character belongs to the moment after the character has been read, as activations
do. Some hypotheses depend on later characters: a neuron that follows one of them predicts.

To add a hypothesis, write a function from a text to an array of one value per character, and add a
`Hypothesis` with its name and description to `HYPOTHESES`, both in this file. `--find`, `--report`,
the help and the page take it from there; `spans.py` has what finds words, lines and brackets. A
line in `tests/visualize/neurons/search/test_hypotheses.py` says what it is on a small text. Without
changing glassnet, use `match_hypothesis` or `predicate_hypothesis`.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glassnet.nn import Array
from glassnet.visualize.neurons.search.spans import (
    AFTER_COLON,
    NAME,
    QUOTES,
    WORD,
    bracket_spans,
    each,
    inside,
    marked,
    matches,
    newlines,
    since,
)


@dataclass(frozen=True)
class Hypothesis:
    """A named statement about each character of a text.

    Parameters
    ----------
    name : str
        What it is asked for by.
    description : str
        The statement, as it stands in the middle of a sentence: "the character is a capital
        letter".
    function : callable
        Takes a text and returns one value for each character, an array (characters,): bool for a
        yes-or-no hypothesis, any other number type for a quantity.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.visualize import Hypothesis
    >>> digit = Hypothesis(
    ...     "digit", "the character is a digit", lambda text: np.array([c.isdigit() for c in text])
    ... )
    >>> digit.function("in 2026")
    array([False, False, False,  True,  True,  True,  True])
    """

    name: str
    description: str
    function: Callable[[str], Array]


def _inside_name(text: str) -> Array:
    return inside(text, matches(text, NAME)) > 0


def _lines_since_name(text: str) -> Array:
    lines = np.cumsum(newlines(text))
    starts, _ = matches(text, NAME)
    before = np.zeros(len(text), np.int64)  # newlines up to the last name
    before[starts] = lines[starts]
    return np.asarray(np.log1p(lines - np.maximum.accumulate(before)))


def _word_length(text: str) -> Array:
    words = matches(text, WORD)
    return np.where(inside(text, words) > 0, since(marked(text, words[0])) + 1, 0)


def _to_end_of_word(text: str) -> Array:
    words = matches(text, WORD)
    left = since(marked(text, words[1] - 1)[::-1])[::-1]
    return np.where(inside(text, words) > 0, left, 0)


def _end_of_word(text: str) -> Array:
    return marked(text, matches(text, WORD)[1] - 1)


def _since_newline(text: str) -> Array:
    return since(newlines(text))


def _angle(text: str) -> Array:
    """Return an angle that grows from a newline by one turn per line of median length."""
    lengths = [len(line) + 1 for line in text.split("\n") if line]
    return _since_newline(text) * (2 * np.pi / (np.median(lengths) if lengths else 1))


def _line_length(text: str) -> Array:
    lengths = np.array([len(line) for line in text.split("\n")])
    return np.repeat(lengths, lengths + 1)[: len(text)]


def _line_end_near(text: str) -> Array:
    lines = np.cumsum(newlines(text))
    later = np.minimum(np.arange(len(text)) + 5, len(text) - 1)
    return np.asarray(lines[later] > lines)


HYPOTHESES = {
    hypothesis.name: hypothesis
    for hypothesis in (
        Hypothesis(
            "inside-name",
            "the character is part of a speaker's name: a name and a colon alone in a line, at the "
            "start of the text or after an empty line",
            _inside_name,
        ),
        Hypothesis(
            "after-colon",
            "the character follows a colon in its line, or is in the line after one that ends with "
            "a colon",
            lambda text: inside(text, matches(text, AFTER_COLON)) > 0,
        ),
        Hypothesis(
            "capital",
            "the character is a capital letter",
            lambda text: each(text, str.isupper),
        ),
        Hypothesis(
            "vowel",
            "the character is one of a, e, i, o, u, capital or small",
            lambda text: each(text, lambda character: character in "aeiouAEIOU"),
        ),
        Hypothesis(
            "punctuation",
            "the character is an ASCII punctuation mark",
            lambda text: each(text, lambda character: character in string.punctuation),
        ),
        Hypothesis(
            "inside-quotes",
            "the character is inside quotation marks, or is one",
            lambda text: inside(text, matches(text, QUOTES)) > 0,
        ),
        Hypothesis(
            "inside-brackets",
            "the character is inside brackets ( ) [ ] { }, or is one",
            lambda text: inside(text, bracket_spans(text)) > 0,
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
            "sine of the characters since the last newline, with one turn per line of median "
            "length: high in the first half of a line, low in the second",
            lambda text: np.sin(_angle(text)),
        ),
        Hypothesis(
            "since-newline-cosine",
            "cosine of the characters since the last newline, with one turn per line of median "
            "length: high at both ends of a line, low in its middle",
            lambda text: np.cos(_angle(text)),
        ),
        Hypothesis(
            "lines-since-name",
            "logarithm of 1 + the number of newlines since the last speaker's name",
            _lines_since_name,
        ),
        Hypothesis(
            "word-length",
            "letters of the current word so far, 0 outside of words",
            _word_length,
        ),
        Hypothesis(
            "bracket-depth",
            "number of brackets that are open",
            lambda text: inside(text, bracket_spans(text)),
        ),
        Hypothesis("position", "position in the text", lambda text: np.arange(len(text))),
        Hypothesis(
            "to-end-of-word",
            "letters of the current word still to come, 0 outside of words",
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
