"""The L1 activity penalty: a loss on how much a code is used, so that few elements are."""

from __future__ import annotations

import numpy as np

from nn.layer import Array, Layer


class ActivityPenalty(Layer):
    """Pass x through and add l1 · Σ|x| / N to the loss, N being the rows of the whole batch.

    Parameters
    ----------
    l1 : weight of the penalty, at least 0.

    Shapes: x (N, ...), y = x. The gradient gains l1 · sign(x) / N. This is what
    `activity_regularizer=l1(...)` does in Keras 2: a sum over the elements of a row and a mean
    over the rows. Put the layer after the activation whose output is to be sparse.

    Raises
    ------
    ValueError : for a negative weight.
    """

    def __init__(self, l1: float) -> None:
        super().__init__()
        if not l1 >= 0:
            raise ValueError(f"the weight of an activity penalty must be at least 0, not {l1}")
        self.l1 = l1

    def forward(self, x: Array, train: bool = False) -> Array:
        rows = len(x) if self.batch_share is None else self.batch_share.rows(len(x))
        self._x, self._weight = x, self.l1 / rows
        self.auxiliary_loss = self._weight * float(np.sum(np.abs(x), dtype=np.float64))
        return x

    def backward(self, dy: Array) -> Array:
        return dy + self._weight * np.sign(self._x)
