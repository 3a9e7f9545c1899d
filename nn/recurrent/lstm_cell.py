"""An LSTM one time step at a time and forward only, for sampling.

The time of a step is the time of reading the weights from memory, so they are read once each. Wx
and Wh are kept as one matrix (D + H, 4H), and x and h lie side by side: one product makes all
gates. The matrix is cut into column tiles, for the reason given in `nn/recurrent/lstm.py`. With
several rows, all of them share one reading of a tile.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.arithmetic.tiles import column_tiles, tiling
from glassnet.nn.layers.embedding import Embedding
from glassnet.nn.recurrent.lstm import LSTM
from glassnet.nn.types import Array

__all__ = ["LSTMCell"]


class LSTMCell:
    """An LSTM that reads one time step at a time, to sample from it.

    It has a copy of an `LSTM`'s weights, made at the start, and a state of its own.

    Parameters
    ----------
    lstm : LSTM
        An initialized layer.
    rows : int
        N, the number of sequences side by side.
    ids : bool, default False
        The input is integer ids instead of floats.
    embedding : Embedding, optional
        An initialized layer below, whose vectors the ids stand for. Without it they stand for
        one-hot vectors.

    Shapes
    ------
    - x: (N, D) floats or (N,) integer ids
    - h, c: (N, H)

    Attributes
    ----------
    h, c : array
        The hidden state and the cell state, zeros at first. Reading gives the arrays in use, which
        may be written to; setting copies.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import LSTM, LSTMCell
    >>> lstm = LSTM(5, 8).initialize(np.random.default_rng(0))
    >>> ids = np.array([[3], [1], [4]])
    >>> cell = LSTMCell(lstm, rows=1, ids=True)
    >>> for x in ids:
    ...     h = cell.step(x)
    >>> np.allclose(h, lstm.forward(ids)[-1], atol=1e-6)
    True
    """

    def __init__(
        self, lstm: LSTM, rows: int, ids: bool = False, embedding: Embedding | None = None
    ) -> None:
        units, dtype = lstm.units, lstm.Wh.dtype
        half = np.repeat(np.array([0.5, 0.5, 0.5, 1.0], dtype), units)  # see LSTM: one tanh
        Wx = lstm.Wx if embedding is None else (embedding.W + embedding.b) @ lstm.Wx
        joined = (lstm.Wh if ids else np.concatenate([Wx, lstm.Wh])) * half
        inner = len(joined)  # D + H, or H if ids pick rows of Wx
        blocks, width = tiling(rows, inner, units) if lstm.tiled else (1, units)
        in_rows = (blocks, rows // blocks, units // width, width)
        self._tiles = column_tiles(joined, width)[:, None].copy()  # (4K, 1, D + H, w)
        # What x adds before the product: the bias, or the row of an id and the bias, (.., 4H).
        self._added = Wx * half + lstm.b * half if ids else lstm.b * half
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
        """The hidden state."""
        return self._h

    @h.setter
    def h(self, value: Array) -> None:
        self._h[...] = value

    @property
    def c(self) -> Array:
        """The cell state."""
        return self._c

    @c.setter
    def c(self, value: Array) -> None:
        self._c[...] = value

    def step(self, x: Array) -> Array:
        """Read one input and move the state on.

        Parameters
        ----------
        x : array
            The input of one time step. Ids are not checked for their range.

        Returns
        -------
        array
            `h` itself, valid until the next step.
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
