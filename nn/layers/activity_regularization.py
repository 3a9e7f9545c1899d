"""The L1 activity penalty: a loss on how much a code is used, so that few elements are."""

from __future__ import annotations

import numpy as np

from glassnet.nn.layer import Layer
from glassnet.nn.types import Array


class ActivityRegularization(Layer):
    """Pass x through and add l1 · Σ|x| to the loss, the sum taken over the whole batch.

    Parameters
    ----------
    l1 : weight of the penalty, at least 0.

    Shapes: x (N, ...), y = x. The gradient gains l1 · sign(x). Put the layer after the activation
    whose output is to be sparse. This is what `activity_regularizer=l1(...)` was in Keras 2; Keras
    3.15 divides the sum by N, so that its weights have to be N times as large.

    Raises
    ------
    ValueError : for a negative weight.
    """

    def __init__(self, l1: float) -> None:
        super().__init__()
        if not l1 >= 0:
            raise ValueError(f"the weight of an activity penalty must be at least 0, not {l1}")
        self.l1 = float(l1)  # a NumPy scalar would make float64 of float32

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x
        self.auxiliary_loss = self.l1 * float(np.sum(np.abs(x), dtype=np.float64))
        return x

    def backward(self, dy: Array) -> Array:
        return dy + self.l1 * np.sign(self._x)
