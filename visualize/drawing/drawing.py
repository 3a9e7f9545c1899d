"""What all drawings of a text share: shades, colours, and how the text is laid out.

An activation becomes a shade, a whole number from 0 to 255: 0 is drawn white, 255 red.

    hidden, candidate    -1 .. +1            shade = 255 · (a + 1) / 2
    cell                 tanh of it, -1 .. +1; a cell state itself has no bounds
    the gates             0 .. +1            shade = 255 · a
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import numpy as np

from glassnet.nn import Array

DENSITY = " .-=*#"
"""Where there are no colours: a denser character for a higher activation."""


_NAMES = {"hidden": "hidden state", "cell": "cell state"}


def state_name(state: str) -> str:
    """Return the state of a unit as it is written in a sentence: `hidden state`, `input gate`."""
    return _NAMES.get(state, state.replace("-", " "))


class TooLongError(ValueError):
    """A text is too long for what it should be drawn in; the message gives both lengths."""


def bounds(state: str) -> tuple[int, int]:
    """Return the activations that are drawn white and red."""
    return (0 if state.endswith("gate") else -1), 1


def shades(values: Array, state: str) -> Array:
    """Return the shades, uint8, of activations of any shape."""
    low, high = bounds(state)
    drawn = np.tanh(values) if state == "cell" else values
    scaled = np.subtract(drawn, low) * (255 / (high - low))
    return np.rint(scaled).clip(0, 255).astype(np.uint8)


def color(shade: int) -> tuple[int, int, int]:
    """Return the red, green and blue of a shade, each from 0 to 255; black is legible on all."""
    return 255, 255 - shade, 255 - shade


def density(shade: int) -> str:
    """Return the character of `DENSITY` for a shade."""
    return DENSITY[shade * len(DENSITY) // 256]


def visible(text: str) -> str:
    """Return the text with a visible character for each that steers a terminal or a browser.

    Newlines stay. Control characters become their pictures (U+2400 ...), a tab an arrow, and what
    else does not print (directions, joiners, unassigned) U+FFFD; lengths and places stay the same.
    """
    return text.translate({ord(character): _visible(character) for character in set(text)})


def _visible(character: str) -> str:
    if character == "\n" or character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    if character == "\t":
        return "→"
    if character < " ":
        return chr(0x2400 + ord(character))
    return "␡" if character == "\x7f" else "\ufffd"


def columns(character: str) -> int:
    """Return how many columns a character takes: 2 if wide (Chinese), 0 if it combines, else 1."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def rows(text: str, width: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield the (start, stop) of each row that a text takes; newlines belong to no row.

    Parameters
    ----------
    width : columns after which a line goes on in the next row; None for as long as it is.
    """
    start = 0
    for line in text.removesuffix("\n").split("\n"):
        stop = start + len(line)
        used = 0
        if width is not None and 2 * len(line) > width:
            for place, character in enumerate(line, start):
                used += columns(character)
                if used > width and place > start:
                    yield start, place
                    start, used = place, columns(character)
        yield start, stop
        start = stop + 1
