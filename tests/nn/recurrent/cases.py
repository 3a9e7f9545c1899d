"""Sizes of recurrent layers, states to start from, and the plain LSTM in one call."""

import numpy as np

from glassnet.nn import Array
from glassnet.nn.plain import lstm_backward, lstm_forward

# (rows, units) that lead to one tile, to several, to several blocks of rows, to a single row.
TILINGS = {
    "one tile": (3, 5),
    "several tiles": (50, 512),
    "several blocks": (64, 512),
    "single row": (1, 64),
}


def state_of(generator: np.random.Generator, rows: int, units: int) -> dict[str, Array]:
    return {name: generator.standard_normal((rows, units)) for name in ("h", "c")}


def plain_lstm(
    x: Array, Wx: Array, Wh: Array, b: Array, h: Array, c: Array, dy: Array
) -> tuple[Array, dict[str, Array]]:
    """Return the output and all gradients."""
    hs, cs, gates = lstm_forward(x, Wx, Wh, b, h, c)
    return hs[1:], lstm_backward(dy, x, Wx, Wh, hs, cs, gates)
