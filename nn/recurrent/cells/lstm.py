"""An LSTM one time step at a time and forward only, for sampling."""

from __future__ import annotations

import numpy as np

from glassnet.nn.layers.embedding import Embedding
from glassnet.nn.recurrent.cells.base import RecurrentCell
from glassnet.nn.recurrent.lstm import LSTM
from glassnet.nn.types import Array


class LSTMCell(RecurrentCell):
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
        super().__init__(lstm, rows, ids, embedding)
        self._c = np.zeros_like(self._h)
        self._c_tiles = self._tile_order(self._c)

    @property
    def state(self) -> dict[str, Array]:
        return {**super().state, "c": self._c}

    @property
    def c(self) -> Array:
        """The cell state."""
        return self._c

    @c.setter
    def c(self, value: Array) -> None:
        self._c[...] = value

    def _step(self) -> None:
        z, c = self._z, self._c_tiles
        np.matmul(self._read_blocks, self._weights, out=self._products)
        z += self._added
        np.tanh(z, out=z)
        sigmoids = z[:3]
        sigmoids *= 0.5
        sigmoids += 0.5
        i, f, o, g = z
        c *= f
        c += i * g
        np.multiply(o, np.tanh(c), out=self._h_tiles)
