"""How a text is laid out: visible characters, the columns they take, and rows of limited width."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from glassnet.errors import UserError


class TooLongError(UserError, ValueError):
    """A text is too long for a picture or a page; the message gives its length and the limit.

    Examples
    --------
    >>> from glassnet.visualize import TooLongError
    >>> issubclass(TooLongError, ValueError)
    True
    """


def visible(text: str) -> str:
    """Return the text with control characters replaced by visible ones.

    Newlines stay. Control characters become their pictures (U+2400 and following), a tab becomes
    an arrow, and other characters that do not print (text directions, joiners, unassigned ones)
    become U+FFFD. The length of the text and the place of each character stay the same.
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
    text : str
        The text, in which `visible` has replaced what does not print.
    width : int, optional
        Columns of a row; a longer line continues in the next row. None breaks no line.

    Yields
    ------
    tuple of int
        Where a row starts in the text, and where it stops.
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
