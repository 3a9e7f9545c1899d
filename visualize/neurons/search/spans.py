"""Finding spans of characters in a text: names, words, quotations, brackets, lines."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from glassnet.nn import Array

NAME = re.compile(r"(?:\A|(?<=\n\n))[^\s:][^\n:]{0,59}(?=:(?:\n|\Z))")
"""A speaker's name: alone with a colon in a line at the start or after an empty line."""
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
AFTER_COLON = re.compile(r"(?<=:)(?:\n[^\n]*|[^\n:]+)")
QUOTES = re.compile(
    r'"(?:[^"\n]|\n(?!\n))*"|“(?:[^”\n]|\n(?!\n))*”'
    # Most single quotes are apostrophes ('tis, o', lords'): only one before a capital opens, and
    # only one after a punctuation mark closes, before the next empty line.
    r"|(?<!\w)'(?=[A-Z])(?:[^'\n]|\n(?!\n)|(?<![-,.;:!?])')*(?<=[-,.;:!?])'"
)
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def matches(text: str, pattern: re.Pattern[str]) -> tuple[Array, Array]:
    """Return where the non-empty matches of a pattern start and end, (matches,) each."""
    found = [match.span() for match in pattern.finditer(text)]
    starts, ends = np.array(found, np.int64).reshape(-1, 2).T
    return starts[starts < ends], ends[starts < ends]


def inside(text: str, spans: tuple[Array, Array]) -> Array:
    """Return for each character how many spans it is inside of, (characters,) int64."""
    starts, ends = (np.bincount(places, minlength=len(text) + 1) for places in spans)
    return np.cumsum(starts - ends)[:-1]


def since(marks: Array) -> Array:
    """Return the characters since the last mark (since the start, before the first).

    `marks` is (characters,) bool; the result is 0 at a mark.
    """
    places = np.arange(len(marks))
    return places - np.maximum.accumulate(np.where(marks, places, -1))


def marked(text: str, places: Array) -> Array:
    """Return (characters,) bool, True at these places."""
    found = np.zeros(len(text), bool)
    found[places] = True
    return found


def each(text: str, test: Callable[[str], bool]) -> Array:
    """Return `test` of each character, (characters,) bool, called once per distinct character."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    distinct, which = np.unique(points, return_inverse=True)
    return np.array([test(chr(point)) for point in distinct], bool)[which]


def newlines(text: str) -> Array:
    """Return which characters are newlines, (characters,) bool."""
    return each(text, lambda character: character == "\n")


def bracket_spans(text: str) -> tuple[Array, Array]:
    """Return where pairs of brackets open, and where they end; brackets left open do not count."""
    opened: list[int] = []
    found = []
    for match in re.finditer(r"[][(){}]", text):
        character, place = match[0], match.start()
        if character in "([{":
            opened.append(place)
        elif opened and text[opened[-1]] == _BRACKETS[character]:
            found.append((opened.pop(), place + 1))
        else:
            opened.clear()  # no pair: a smiley, or item 1)
    starts, ends = np.array(found, np.int64).reshape(-1, 2).T
    return starts, ends
