"""Embedding: a vector for each id. It is what `Dense` does to one-hot rows, without making them.

y = W[x] + b         dW[i] += Σ dy over the places where x = i         db += Σ dy
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.initializers import Initializer, glorot_uniform, zeros
from glassnet.nn.layer import NO_GRADIENT, Array, Layer


class Embedding(Layer):
    """A dense layer over one-hot ids.

    Parameters
    ----------
    classes : number of different ids, which count from 0.
    outputs : length of the vector of each.
    initializer : for W; the bias b starts at zero.

    Shapes: x (...) integer ids, y (..., outputs), W (classes, outputs), b (outputs,).

    Raises
    ------
    ValueError : from `forward`, for ids outside 0 to classes - 1, or numbers that are not whole.
    """

    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(
        self, classes: int, outputs: int, initializer: Initializer = glorot_uniform
    ) -> None:
        super().__init__()
        self.classes, self.outputs = classes, outputs
        self.declare("W", (classes, outputs), initializer)
        self.declare("b", (outputs,), zeros)

    def forward(self, x: Array, train: bool = False) -> Array:
        if not np.issubdtype(x.dtype, np.integer):
            raise ValueError(f"Embedding expects integer ids, got {x.dtype}")
        if x.size and not 0 <= x.min() <= x.max() < self.classes:
            raise ValueError(f"Embedding expects ids from 0 to {self.classes - 1}")
        self._x = x
        # The range is checked: with mode="raise" take would look at every id again.
        return np.take(self.W + self.b, x, axis=0, mode="clip")

    def backward(self, dy: Array) -> Array:
        drows = dy.reshape(-1, self.outputs)
        # Sorted by id, the rows to sum lie side by side: half the time of a product with one-hot
        # rows. Small integers are sorted fastest.
        ids = self._x.reshape(-1).astype(np.min_scalar_type(self.classes))
        order = np.argsort(ids, kind="stable")
        present, starts = np.unique(ids[order], return_index=True)
        if present.size:
            self.dW[present] += np.add.reduceat(drows[order], starts, axis=0)
        self.db += drows.sum(axis=0)
        return NO_GRADIENT
