"""Embedding: a vector for each id. It is what `Dense` does to one-hot rows, without making them.

y = W[x] + b         dW[i] += Σ dy over the places where x = i         db += Σ dy
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.initializers import Initializer, glorot_uniform, zeros
from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.types import Array


class Embedding(Layer):
    """A dense layer over one-hot ids.

    Parameters
    ----------
    vocabulary_size : number of different ids, which count from 0.
    embedding_size : length of the vector of each.
    initializer : for W; the bias b starts at zero.

    Shapes: x (...) integer ids, y (..., embedding_size),
    W (vocabulary_size, embedding_size), b (embedding_size,).

    Raises
    ------
    ValueError : from `forward`, for ids outside 0 to vocabulary_size - 1, or numbers that
        are not whole.
    """

    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(
        self, vocabulary_size: int, embedding_size: int, initializer: Initializer = glorot_uniform
    ) -> None:
        super().__init__()
        self.vocabulary_size, self.embedding_size = vocabulary_size, embedding_size
        self.declare("W", (vocabulary_size, embedding_size), initializer)
        self.declare("b", (embedding_size,), zeros)

    def forward(self, x: Array, train: bool = False) -> Array:
        if not np.issubdtype(x.dtype, np.integer):
            raise ValueError(f"Embedding expects integer ids, got {x.dtype}")
        if x.size and not 0 <= x.min() <= x.max() < self.vocabulary_size:
            raise ValueError(f"Embedding expects ids from 0 to {self.vocabulary_size - 1}")
        self._x = x
        # The range is checked: with mode="raise" take would look at every id again.
        return np.take(self.W + self.b, x, axis=0, mode="clip")

    def backward(self, dy: Array) -> Array:
        drows = dy.reshape(-1, self.embedding_size)
        # Sorted by id, the rows to sum lie side by side: half the time of a product with one-hot
        # rows. Small integers are sorted fastest.
        ids = self._x.reshape(-1).astype(np.min_scalar_type(self.vocabulary_size))
        order = np.argsort(ids, kind="stable")
        present, starts = np.unique(ids[order], return_index=True)
        if present.size:
            self.dW[present] += np.add.reduceat(drows[order], starts, axis=0)
        self.db += drows.sum(axis=0)
        return NO_GRADIENT
