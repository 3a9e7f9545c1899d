"""What the recurrent cells share: their weights in tiles, their state, and what the input adds.

The time of a step is the time of reading the weights from memory, so they are read once each. Where
a cell only ever adds x Wx and h Wh, the two matrices are kept as one, (D + H, G·H), and x and h lie
side by side: one product makes all gates. The matrix is cut into column tiles, for the reason given
in `nn/recurrent/base.py`. With several rows, all of them share one reading of a tile.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.arithmetic.tiles import column_tiles, tiling
from glassnet.nn.layers.embedding import Embedding
from glassnet.nn.recurrent.base import RecurrentLayer
from glassnet.nn.types import Array


class RecurrentCell:
    """The base of cells: a recurrent layer that reads one time step at a time, to sample from it.

    A cell has a copy of a layer's weights, made at the start, and a state of its own. It defines
    `_step`, the equations of one time step.

    Parameters
    ----------
    layer : RecurrentLayer
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
    - the state: (N, H) each

    Attributes
    ----------
    joins : bool
        Whether the cell uses nothing but the sum of x Wx and h Wh.
    state : dict of str to array
        The state by name, zeros at first: the arrays in use, which may be written to.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import LSTM, LSTMCell
    >>> lstm = LSTM(5, 8).initialize(np.random.default_rng(0))
    >>> cell = LSTMCell(lstm, rows=3, ids=True)
    >>> h = cell.step(np.array([3, 1, 4]))
    >>> {name: value.shape for name, value in cell.state.items()}
    {'h': (3, 8), 'c': (3, 8)}
    >>> cell.state["h"] is cell.h and h is cell.h
    True
    """

    joins = True

    def __init__(
        self,
        layer: RecurrentLayer,
        rows: int,
        ids: bool = False,
        embedding: Embedding | None = None,
    ) -> None:
        units, dtype, half = layer.units, layer.Wh.dtype, layer.halves()
        Wx = layer.Wx if embedding is None else (embedding.W + embedding.b) @ layer.Wx
        Wx, Wh, b = Wx * half, layer.Wh * half, layer.b * half
        self._input_shape = (rows,) if ids else (rows, len(Wx))
        self._joined = self.joins and not ids
        inner = len(Wx) if self._joined else 0  # what of x stands beside h
        read = np.concatenate([Wx, Wh]) if self._joined else Wh
        largest = len(read) if ids else max(len(Wx), len(read))
        blocks, width = tiling(rows, largest, units) if layer.tiled else (1, units)
        tile = (units // width, blocks, rows // blocks, width)  # K, B, n, w
        self._in_rows = (blocks, rows // blocks, units // width, width)
        self._weights = np.ascontiguousarray(column_tiles(read, width))[:, None]
        self._read = np.zeros((rows, len(read)), dtype)  # [x and] h
        self._read_blocks = self._read.reshape(blocks, -1, len(read))
        self._h = self._read[:, inner:]
        self._h_tiles = self._tile_order(self._h)
        # That times the weights (G·K, 1, [D +] H, w) is (G, K, B, n, w); and the same as tiles.
        self._z = np.empty((layer.blocks, *tile), dtype)
        self._products = self._z.reshape(-1, *tile[1:])  # (G·K, B, n, w)

        # What the input adds to it: the bias alone, the row of an id, or a product of its own.
        self._added = np.empty((layer.blocks, *tile), dtype)
        self._added_rows = self._added.transpose(2, 3, 0, 1, 4)  # (B, n, G, K, w)
        self._added_rows[...] = b.reshape(self._added_rows.shape[2:])
        self._rows_of_ids = Wx + b if ids else None  # (D, G·H)
        if not ids and not self._joined:
            self._bias = self._added.copy()
            self._input_weights = np.ascontiguousarray(column_tiles(Wx, width))[:, None]

    def _tile_order(self, rows: Array) -> Array:
        """View rows (N, H) in tile order (K, B, n, w)."""
        return rows.reshape(self._in_rows).transpose(2, 0, 1, 3)

    @property
    def state(self) -> dict[str, Array]:
        """The state by name."""
        return {"h": self._h}

    @property
    def h(self) -> Array:
        """The hidden state."""
        return self._h

    @h.setter
    def h(self, value: Array) -> None:
        self._h[...] = value

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

        Raises
        ------
        ValueError
            If the input has another shape: (N, D), or (N,) of ids.
        """
        if x.shape != self._input_shape:
            what = "ids" if self._rows_of_ids is not None else "x"
            raise ValueError(
                f"{type(self).__name__} expects {what} of shape {self._input_shape}, got {x.shape}"
            )
        if self._rows_of_ids is not None:
            self._added_rows[...] = self._rows_of_ids[x].reshape(self._added_rows.shape)
        elif self._joined:
            self._read[:, : -self._h.shape[1]] = x
        else:
            blocks = x.reshape(*self._in_rows[:2], -1)
            np.matmul(blocks, self._input_weights, out=self._added.reshape(self._products.shape))
            self._added += self._bias
        self._step()
        return self._h

    def _step(self) -> None:
        """Replace `_h_tiles` by the next hidden state, given what the input adds."""
        raise NotImplementedError
