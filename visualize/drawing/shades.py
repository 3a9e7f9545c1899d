"""Shades: an activation as a whole number from 0 (drawn white) to 255 (drawn red).

hidden, candidate    -1 to 1              shade = 255 · (a + 1) / 2
cell                 its tanh, -1 to 1    (a cell state itself has no bounds)
the gates             0 to 1              shade = 255 · a
"""

from __future__ import annotations

import numpy as np

from glassnet.nn import Array

DENSITY = " .-=*#"
"""The characters that stand for shades where there are no colors, from white to red."""


def bounds(state: str) -> tuple[int, int]:
    """Return the activations of a state that are drawn white and red."""
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
