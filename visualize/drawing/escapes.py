"""Shades in a terminal: escape sequences that set the background of a character."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal, TextIO

import numpy as np

from glassnet.visualize.drawing.shades import color

Colors = Literal["24-bit", "256", "none"]

_RESET = "\x1b[0m"
_CUBE = np.array([0, 95, 135, 175, 215, 255])  # xterm's 256 colors hold a cube of 6·6·6


def terminal_colors(stream: TextIO, environment: Mapping[str, str] = os.environ) -> Colors:
    """Return the colors that a stream can show.

    Parameters
    ----------
    stream : text file
        What is printed to, such as `sys.stdout`.
    environment : mapping of str to str, default `os.environ`
        The environment variables.

    Returns
    -------
    {"24-bit", "256", "none"}
        "none" if the stream is not a terminal, if `NO_COLOR` is set and not empty
        (https://no-color.org) or if `TERM` is `dumb`; "24-bit" if `COLORTERM` is `truecolor` or
        `24bit`; else "256".

    Examples
    --------
    A stream that is not a terminal, such as a pipe, gets no colors:

    >>> import io
    >>> from glassnet.visualize import terminal_colors
    >>> terminal_colors(io.StringIO())
    'none'
    """
    if not stream.isatty() or environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return "none"
    return "24-bit" if environment.get("COLORTERM") in ("truecolor", "24bit") else "256"


def escape_sequences(colors: Colors) -> list[str]:
    """Return the escape sequence for each of the 256 shades: black letters on its color."""
    if colors == "24-bit":
        return ["\x1b[38;2;0;0;0;48;2;{};{};{}m".format(*color(shade)) for shade in range(256)]
    escapes = []
    for shade in range(256):
        red, green, blue = (int(np.argmin(np.abs(_CUBE - value))) for value in color(shade))
        escapes.append(f"\x1b[38;5;16;48;5;{16 + 36 * red + 6 * green + blue}m")
    return escapes


def colored(text: str, levels: list[int], escapes: list[str]) -> str:
    """Return the text with each character on the color of its shade.

    Parameters
    ----------
    text : str
        Part of one row.
    levels : list of int
        The shade of each character.
    escapes : list of str
        The escape sequence of each shade, from `escape_sequences`.
    """
    parts = []
    last = ""
    for character, shade in zip(text, levels, strict=True):
        escape = escapes[shade]
        if escape != last:
            parts.append(escape)
            last = escape
        parts.append(character)
    # The color ends with the row: the rest of the line and newlines have none.
    return "".join(parts) + _RESET
