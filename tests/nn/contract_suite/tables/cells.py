"""The table of all cells, which compute a layer's output one time step at a time, for sampling."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from glassnet.nn import (
    GRU,
    LSTM,
    Array,
    GRUCell,
    Layer,
    LSTMCell,
    MultiHeadAttention,
    MultiHeadAttentionCell,
    SimpleRNN,
    SimpleRNNCell,
)


class Cell(Protocol):
    """What all cells have in common."""

    def step(self, x: Array) -> Array: ...


@dataclass(frozen=True)
class CellLine:
    """A cell and what the rules need to know of it.

    `layer` builds the layer, `cell` makes a cell for a number of rows of an initialized one, and
    `shape` (T, N, ...) is that of a sequence; `ids` is the number of ids if it is ids, else 0.
    """

    layer: Callable[[], Layer]
    cell: Callable[..., Cell]
    shape: tuple[int, ...]
    ids: int = 0

    def initialized(self, dtype: np.typing.DTypeLike = np.float64) -> Layer:
        """Return a layer whose parameters are random, biases too."""
        generator = np.random.default_rng(1)
        layer = self.layer().initialize(generator, dtype)
        layer.theta += 0.1 * generator.standard_normal(layer.theta.size)
        return layer

    def input(self, dtype: np.typing.DTypeLike = np.float64) -> Array:
        generator = np.random.default_rng(2)
        if self.ids:
            return generator.integers(0, self.ids, self.shape)
        return generator.standard_normal(self.shape).astype(dtype)


CELLS: dict[str, CellLine] = {
    "LSTMCell": CellLine(lambda: LSTM(3, 4), LSTMCell, (6, 5, 3)),
    "LSTMCell of ids": CellLine(
        lambda: LSTM(7, 4), lambda lstm, rows: LSTMCell(lstm, rows, ids=True), (6, 5), ids=7
    ),
    "GRUCell": CellLine(lambda: GRU(3, 4), GRUCell, (6, 5, 3)),
    "GRUCell, reset before": CellLine(lambda: GRU(3, 4, reset_after=False), GRUCell, (6, 5, 3)),
    "GRUCell of ids": CellLine(
        lambda: GRU(7, 4), lambda gru, rows: GRUCell(gru, rows, ids=True), (6, 5), ids=7
    ),
    "SimpleRNNCell": CellLine(lambda: SimpleRNN(3, 4), SimpleRNNCell, (6, 5, 3)),
    "SimpleRNNCell with relu": CellLine(
        lambda: SimpleRNN(3, 4, activation="relu"), SimpleRNNCell, (6, 5, 3)
    ),
    "MultiHeadAttentionCell": CellLine(
        lambda: MultiHeadAttention(4, heads=2, causal=True),
        lambda attention, rows: MultiHeadAttentionCell(attention, rows, steps=6),
        (6, 5, 4),
    ),
}
