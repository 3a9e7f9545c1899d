"""A neuron in the terminal: every character on a background from white to red."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Literal, TextIO

import numpy as np

from glassnet.visualize.drawing.drawing import (
    DENSITY,
    bounds,
    color,
    columns,
    density,
    rows,
    shades,
    visible,
)
from glassnet.visualize.neurons.activations import Neuron

Colors = Literal["24-bit", "256", "none"]

_RESET = "\x1b[0m"
_CUBE = np.array([0, 95, 135, 175, 215, 255])  # xterm's 256 colours hold a cube of 6·6·6


def terminal_colors(stream: TextIO, environment: Mapping[str, str] = os.environ) -> Colors:
    """Return which colours to use on a stream.

    None if it is not a terminal, if `NO_COLOR` is set and not empty (no-color.org) or if `TERM`
    is `dumb`; 24 bits if `COLORTERM` says so; else 256.
    """
    if not stream.isatty() or environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return "none"
    return "24-bit" if environment.get("COLORTERM") in ("truecolor", "24bit") else "256"


def draw(neuron: Neuron, colors: Colors, width: int | None = None) -> Iterator[str]:
    """Yield the lines of the drawing, without line ends; the last two are a legend.

    Without colours each row of text has a row under it, where a denser character (`DENSITY`)
    means a higher activation.

    Parameters
    ----------
    neuron : what to draw.
    colors : see `terminal_colors`.
    width : columns of the terminal, to break longer lines at; None leaves them as they are.
    """
    text, levels = visible(neuron.text), shades(neuron.values, neuron.state).tolist()
    escapes = escapes_of(colors)
    for start, stop in rows(text, width):
        if start == stop:
            yield ""
        elif colors == "none":
            yield text[start:stop]
            yield "".join(
                density(shade) * columns(character)
                for character, shade in zip(text[start:stop], levels[start:stop], strict=True)
            ).rstrip()
        else:
            yield colored(text[start:stop], levels[start:stop], escapes)
    yield ""
    yield neuron.title + (" (drawn: its tanh)" if neuron.state == "cell" else "")
    yield _scale(neuron, colors, escapes)


def escapes_of(colors: Colors) -> list[str]:
    """Return the escape sequence for each shade: black letters on its colour."""
    if colors == "24-bit":
        return ["\x1b[38;2;0;0;0;48;2;{};{};{}m".format(*color(shade)) for shade in range(256)]
    escapes = []
    for shade in range(256):
        red, green, blue = (int(np.argmin(np.abs(_CUBE - value))) for value in color(shade))
        escapes.append(f"\x1b[38;5;16;48;5;{16 + 36 * red + 6 * green + blue}m")
    return escapes


def colored(text: str, levels: list[int], escapes: list[str]) -> str:
    """Return the text with each character on the colour of its shade; see `escapes_of`."""
    parts = []
    last = ""
    for character, shade in zip(text, levels, strict=True):
        escape = escapes[shade]
        if escape != last:
            parts.append(escape)
            last = escape
        parts.append(character)
    # Colours end with the row: what lies to the right of it and newlines stay as they are.
    return "".join(parts) + _RESET


def _scale(neuron: Neuron, colors: Colors, escapes: list[str]) -> str:
    low, high = bounds(neuron.state)
    levels = list(range(0, 256, 17))
    scale = f'"{DENSITY}"' if colors == "none" else colored(" " * len(levels), levels, escapes)
    values = neuron.values
    return (
        f"{low} {scale} {high}   "
        f"min {values.min():.2f}  mean {values.mean():.2f}  max {values.max():.2f}"
    )
