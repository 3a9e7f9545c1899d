"""A simple recurrent layer one time step at a time and forward only, for sampling."""

from __future__ import annotations

import numpy as np

from glassnet.nn.layers.embedding import Embedding
from glassnet.nn.recurrent.cells.base import RecurrentCell
from glassnet.nn.recurrent.simple_rnn import SimpleRNN


class SimpleRNNCell(RecurrentCell):
    """A simple recurrent layer that reads one time step at a time, to sample from it.

    It has a copy of a `SimpleRNN`'s weights, made at the start, and a state of its own.

    Parameters
    ----------
    rnn : SimpleRNN
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
    - h: (N, H)

    Attributes
    ----------
    h : array
        The hidden state, zeros at first. Reading gives the array in use, which may be written to;
        setting copies.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import SimpleRNN, SimpleRNNCell
    >>> rnn = SimpleRNN(5, 8).initialize(np.random.default_rng(0))
    >>> ids = np.array([[3], [1], [4]])
    >>> cell = SimpleRNNCell(rnn, rows=1, ids=True)
    >>> for x in ids:
    ...     h = cell.step(x)
    >>> np.allclose(h, rnn.forward(ids)[-1], atol=1e-6)
    True
    """

    def __init__(
        self, rnn: SimpleRNN, rows: int, ids: bool = False, embedding: Embedding | None = None
    ) -> None:
        super().__init__(rnn, rows, ids, embedding)
        self._activation = rnn.activation

    def _step(self) -> None:
        np.matmul(self._read_blocks, self._weights, out=self._products)
        z = self._z[0]  # (K, B, n, w)
        z += self._added[0]
        if self._activation == "tanh":
            np.tanh(z, out=self._h_tiles)
        else:
            np.maximum(z, 0, out=self._h_tiles)
