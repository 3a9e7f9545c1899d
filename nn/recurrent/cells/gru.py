"""A GRU one time step at a time and forward only, for sampling."""

from __future__ import annotations

import numpy as np

from glassnet.nn.layers.embedding import Embedding
from glassnet.nn.recurrent.cells.base import RecurrentCell
from glassnet.nn.recurrent.gru import GRU


class GRUCell(RecurrentCell):
    """A GRU that reads one time step at a time, to sample from it.

    It has a copy of a `GRU`'s weights, made at the start, and a state of its own.

    Parameters
    ----------
    gru : GRU
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
    >>> from glassnet.nn import GRU, GRUCell
    >>> gru = GRU(5, 8).initialize(np.random.default_rng(0))
    >>> ids = np.array([[3], [1], [4]])
    >>> cell = GRUCell(gru, rows=1, ids=True)
    >>> for x in ids:
    ...     h = cell.step(x)
    >>> np.allclose(h, gru.forward(ids)[-1], atol=1e-6)
    True
    """

    joins = False  # the reset gate acts on what h adds to the candidate, not on what x adds

    def __init__(
        self, gru: GRU, rows: int, ids: bool = False, embedding: Embedding | None = None
    ) -> None:
        super().__init__(gru, rows, ids, embedding)
        # The bias of h Wh_n, (K, 1, 1, w); None if the reset gate acts before the product.
        self._bh = gru.bh.reshape(-1, 1, 1, self._in_rows[-1]).copy() if gru.reset_after else None

    def _step(self) -> None:
        gates = len(self._weights) if self._bh is not None else 2 * len(self._h_tiles)
        np.matmul(self._read_blocks, self._weights[:gates], out=self._products[:gates])
        r, z = sigmoids = self._z[:2]
        sigmoids += self._added[:2]
        np.tanh(sigmoids, out=sigmoids)
        sigmoids *= 0.5
        sigmoids += 0.5
        n = self._z[2]  # (K, B, n, w)
        if self._bh is not None:
            n += self._bh
            n *= r
        else:
            reset = np.empty_like(self._read_blocks)  # r ⊙ h
            np.multiply(r, self._h_tiles, out=self._tile_order(reset))
            np.matmul(reset, self._weights[gates:], out=n)
        n += self._added[2]
        np.tanh(n, out=n)
        h = self._h_tiles
        h -= n
        h *= z
        h += n  # n + z ⊙ (h - n)
