"""Activations: functions of each element alone, and softmax, a function of a row.

Each layer keeps its output y, because the derivative is simplest as a function of y.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

__all__ = ["ReLU", "Sigmoid", "Softmax", "Tanh", "sigmoid", "softmax"]


def sigmoid(x: Array) -> Array:
    """Return the logistic function 1 / (1 + exp(-x)).

    Parameters
    ----------
    x : array
        Numbers of any size; nothing overflows.

    Returns
    -------
    array
        Numbers between 0 and 1.

    Shapes
    ------
    - x: any
    - result: as x

    Notes
    -----
    It is computed as ½ tanh(½ x) + ½, which is the same function. NumPy's tanh is twice as fast as
    its exp and has no overflow.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import sigmoid
    >>> sigmoid(np.array([-1000.0, 0.0, np.log(3), 1000.0]))
    array([0.  , 0.5 , 0.75, 1.  ])
    """
    y: Array = 0.5 * np.tanh(0.5 * x) + 0.5
    return y


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


class ReLU(Layer):
    """The rectified linear unit, y = max(x, 0).

    Shapes
    ------
    - x: any
    - y: as x

    Notes
    -----
    The derivative is 1 where x > 0 and 0 elsewhere. At 0 itself, where there is none, it is taken
    as 0.

    References
    ----------
    Nair & Hinton 2010, *Rectified linear units improve restricted Boltzmann machines*.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import ReLU
    >>> layer = ReLU()
    >>> layer.forward(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    >>> layer.backward(np.ones(3))
    array([0., 0., 1.])
    """

    def forward(self, x: Array, train: bool = False) -> Array:
        self._y = np.maximum(x, 0)
        return self._y

    def backward(self, dy: Array) -> Array:
        return dy * (self._y > 0)


class Sigmoid(Layer):
    """The logistic function, y = 1 / (1 + exp(-x)).

    Shapes
    ------
    - x: any
    - y: as x

    Notes
    -----
    The derivative is y (1 - y), at most ¼. For training prefer the logits, without this layer, and
    `sigmoid_binary_cross_entropy`, which is exact where y is almost 0 or 1.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Sigmoid
    >>> layer = Sigmoid()
    >>> layer.forward(np.array([0.0, np.log(3)]))
    array([0.5 , 0.75])
    >>> layer.backward(np.ones(2))
    array([0.25  , 0.1875])
    """

    def forward(self, x: Array, train: bool = False) -> Array:
        self._y = sigmoid(x)
        return self._y

    def backward(self, dy: Array) -> Array:
        dx: Array = dy * self._y * (1 - self._y)
        return dx


class Tanh(Layer):
    """The hyperbolic tangent, y = tanh(x).

    Shapes
    ------
    - x: any
    - y: as x

    Notes
    -----
    The derivative is 1 - y².

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Tanh
    >>> layer = Tanh()
    >>> layer.forward(np.array([0.0, np.log(3)]))
    array([0. , 0.8])
    >>> layer.backward(np.ones(2)).round(2)
    array([1.  , 0.36])
    """

    def forward(self, x: Array, train: bool = False) -> Array:
        self._y = np.tanh(x)
        return self._y

    def backward(self, dy: Array) -> Array:
        dx: Array = dy * (1 - self._y * self._y)
        return dx


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
