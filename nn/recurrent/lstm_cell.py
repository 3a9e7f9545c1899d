"""The LSTM of `nn/recurrent/lstm.py`, one time step at a time and forward only: what sampling
needs.

A character is bound by reading the weights from memory, once each. So Wx and Wh are kept as one
matrix (D + H, 4H) that x and h, side by side, are multiplied with: one product makes all gates.
It is cut into column tiles, for the reason given in `nn/recurrent/lstm.py`; with several rows, all
of them
share one reading of a tile.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.arithmetic.tiles import column_tiles, tiling
from glassnet.nn.recurrent.lstm import LSTM
from glassnet.nn.types import Array


class LSTMCell:
    """One step after the other through the weights of an `LSTM`, copied when this is made.

    Parameters
    ----------
    lstm : an initialized layer.
    rows : N, the number of sequences side by side.
    ids : the input is integer ids (N,) instead of floats (N, D).

    Attributes
    ----------
    h, c : the state, (N, H) each, zeros at first. Reading gives the memory that `step` goes on
        from, and may be written to; setting copies into it.
    """

    def __init__(self, lstm: LSTM, rows: int, ids: bool = False) -> None:
        units, dtype = lstm.units, lstm.Wh.dtype
        half = np.repeat(np.array([0.5, 0.5, 0.5, 1.0], dtype), units)  # see LSTM: one tanh
        joined = (lstm.Wh if ids else np.concatenate([lstm.Wx, lstm.Wh])) * half
        inner = len(joined)  # D + H; H alone where ids pick rows of Wx
        blocks, width = tiling(rows, inner, units) if lstm.tiled else (1, units)
        in_rows = (blocks, rows // blocks, units // width, width)
        self._tiles = column_tiles(joined, width)[:, None].copy()  # (4K, 1, D + H, w)
        # What x adds before the product: the bias, or the row of an id and the bias, (.., 4H).
        self._added = lstm.Wx * half + lstm.b * half if ids else lstm.b * half
        self._ids, self._inputs = ids, inner - units
        self._input = np.zeros((rows, inner), dtype)  # x and h side by side
        self._blocks = self._input.reshape(blocks, -1, inner)
        self._z = np.empty((4, units // width, *in_rows[:2], width), dtype)  # as LSTM's gates
        self._products = self._z.reshape(-1, *in_rows[:2], width)
        self._z_rows = self._z.transpose(2, 3, 0, 1, 4)  # (B, n, 4, K, w): rows of 4H
        self._h = self._input[:, self._inputs :]
        self._c = np.zeros((rows, units), dtype)
        self._c_tiles = self._c.reshape(in_rows).transpose(2, 0, 1, 3)  # (K, B, n, w)
        self._h_tiles = np.empty_like(self._z[0])
        self._h_rows = self._h_tiles.transpose(1, 2, 0, 3)  # (B, n, K, w): rows of H

    @property
    def h(self) -> Array:
        return self._h

    @h.setter
    def h(self, value: Array) -> None:
        self._h[...] = value

    @property
    def c(self) -> Array:
        return self._c

    @c.setter
    def c(self, value: Array) -> None:
        self._c[...] = value

    def step(self, x: Array) -> Array:
        """Advance h and c by one input, (N, D) floats or (N,) ids, and return h (N, H).

        That ids are in range is not checked. What is returned is `h` itself, so it is valid until
        the next step.
        """
        z, c = self._z, self._c_tiles
        if not self._ids:
            self._input[:, : self._inputs] = x
        np.matmul(self._blocks, self._tiles, out=self._products)
        self._z_rows += (self._added[x] if self._ids else self._added).reshape(
            *self._z_rows.shape[:2] if self._ids else (1, 1), *self._z_rows.shape[2:]
        )
        np.tanh(z, out=z)
        sigmoids = z[:3]
        sigmoids *= 0.5
        sigmoids += 0.5
        i, f, o, g = z
        c *= f
        c += i * g
        np.multiply(o, np.tanh(c), out=self._h_tiles)
        self._h[...] = self._h_rows.reshape(self._h.shape)
        return self._h
