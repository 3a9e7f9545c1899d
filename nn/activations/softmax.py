"""Softmax: positive numbers that sum to 1 along the last axis."""

from __future__ import annotations

import numpy as np

from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

__all__ = ["Softmax", "softmax"]


def softmax(logits: Array) -> Array:
    """Return probabilities exp(x_i) / Σ_j exp(x_j), along the last axis.

    Parameters
    ----------
    logits : array
        Numbers of any size. The largest of each row is subtracted first, so that nothing overflows.

    Returns
    -------
    array
        Numbers between 0 and 1 that sum to 1 along the last axis.

    Shapes
    ------
    - logits: (..., classes)
    - result: (..., classes)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import softmax
    >>> softmax(np.log([[1.0, 1.0, 2.0], [1.0, 2.0, 7.0]]))
    array([[0.25, 0.25, 0.5 ],
           [0.1 , 0.2 , 0.7 ]])
    """
    exponentials: Array = np.exp(logits - logits.max(axis=-1, keepdims=True))
    exponentials /= exponentials.sum(axis=-1, keepdims=True)
    return exponentials


class Softmax(Layer):
    """Probabilities y_i = exp(x_i) / Σ_j exp(x_j), along the last axis.

    Shapes
    ------
    - x: (..., classes)
    - y: (..., classes)

    Notes
    -----
    The derivative of y_j for x_i is y_j ([i = j] - y_i), where [i = j] is 1 for i = j and else 0.
    For training prefer the logits, without this layer, and `softmax_cross_entropy`, which is exact
    where y is almost 0 or 1.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Softmax
    >>> layer = Softmax()
    >>> layer.forward(np.log([[1.0, 1.0, 2.0]]))
    array([[0.25, 0.25, 0.5 ]])

    A larger first logit makes the first probability larger and the others smaller:

    >>> layer.backward(np.array([[1.0, 0.0, 0.0]]))
    array([[ 0.1875, -0.0625, -0.125 ]])
    """

    def forward(self, x: Array, train: bool = False) -> Array:
        self._y = softmax(x)
        return self._y

    def backward(self, dy: Array) -> Array:
        # dx_i = Σ_j dy_j ∂y_j/∂x_i
        dx: Array = self._y * (dy - (dy * self._y).sum(axis=-1, keepdims=True))
        return dx
