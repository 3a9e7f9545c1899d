"""Global pooling: one number for each channel of a whole image or sequence."""

from __future__ import annotations

import math

import numpy as np

from glassnet.nn.arithmetic.buffers import Buffers
from glassnet.nn.arithmetic.sliding import check_input
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

__all__ = ["GlobalAveragePool1D", "GlobalAveragePool2D", "GlobalMaxPool1D", "GlobalMaxPool2D"]


class GlobalAveragePool2D(Layer):
    """Take the mean of each channel over a whole image.

    Raises
    ------
    ValueError
        If x does not have four axes, or an image has no pixels.

    Shapes
    ------
    - x: (N, height, width, C)
    - y: (N, C)

    Notes
    -----
    What `backward` returns stands in a buffer, which its next call writes anew.

    References
    ----------
    Lin, Chen & Yan 2014, *Network in network*, section 3.2.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import GlobalAveragePool2D
    >>> layer = GlobalAveragePool2D()
    >>> layer.forward(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).reshape(1, 2, 3, 1))
    array([[3.5]])
    >>> layer.backward(np.array([[6.0]])).reshape(2, 3)
    array([[1., 1., 1.],
           [1., 1., 1.]])
    """

    _axes = 4  # of x

    def __init__(self) -> None:
        super().__init__()
        self._buffers = Buffers()

    def forward(self, x: Array, train: bool = False) -> Array:
        self._shape, pixels = x.shape, _pixels(self, x, self._axes)
        y: Array = pixels.mean(axis=1, dtype=np.result_type(x.dtype, np.float32))
        return y

    def backward(self, dy: Array) -> Array:
        n, *sides, channels = self._shape
        count = math.prod(sides)
        dx = self._buffers.get("dx", (n, count, channels), dy.dtype)
        dx[...] = (dy / count)[:, np.newaxis]
        return dx.reshape(self._shape)


class GlobalAveragePool1D(GlobalAveragePool2D):
    """Take the mean of each channel over a whole sequence.

    Raises
    ------
    ValueError
        If x does not have three axes, or a sequence has no elements.

    Shapes
    ------
    - x: (N, length, C)
    - y: (N, C)

    Notes
    -----
    As in `GlobalAveragePool2D`.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import GlobalAveragePool1D
    >>> GlobalAveragePool1D().forward(np.array([1.0, 3.0, 8.0]).reshape(1, 3, 1))
    array([[4.]])
    """

    _axes = 3


class GlobalMaxPool2D(Layer):
    """Keep the largest value of each channel of a whole image.

    Raises
    ------
    ValueError
        If x does not have four axes, or an image has no pixels.

    Shapes
    ------
    - x: (N, height, width, C)
    - y: (N, C)

    Notes
    -----
    The gradient goes to the largest element; of equal ones to the first, row by row. What
    `backward` returns stands in a buffer, which its next call writes anew.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import GlobalMaxPool2D
    >>> layer = GlobalMaxPool2D()
    >>> layer.forward(np.array([[1.0, 9.0, 3.0], [4.0, 5.0, 9.0]]).reshape(1, 2, 3, 1))
    array([[9.]])
    >>> layer.backward(np.array([[2.0]])).reshape(2, 3)
    array([[0., 2., 0.],
           [0., 0., 0.]])
    """

    _axes = 4  # of x

    def __init__(self) -> None:
        super().__init__()
        self._buffers = Buffers()

    def forward(self, x: Array, train: bool = False) -> Array:
        self._shape, pixels = x.shape, _pixels(self, x, self._axes)
        self._winner = pixels.argmax(axis=1)[:, np.newaxis]  # (N, 1, C)
        y: Array = np.take_along_axis(pixels, self._winner, axis=1)[:, 0]
        return y

    def backward(self, dy: Array) -> Array:
        n, *sides, channels = self._shape
        dx = self._buffers.get("dx", (n, math.prod(sides), channels), dy.dtype)
        dx[...] = 0
        np.put_along_axis(dx, self._winner, dy[:, np.newaxis], axis=1)
        return dx.reshape(self._shape)


class GlobalMaxPool1D(GlobalMaxPool2D):
    """Keep the largest value of each channel of a whole sequence.

    Raises
    ------
    ValueError
        If x does not have three axes, or a sequence has no elements.

    Shapes
    ------
    - x: (N, length, C)
    - y: (N, C)

    Notes
    -----
    As in `GlobalMaxPool2D`.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import GlobalMaxPool1D
    >>> GlobalMaxPool1D().forward(np.array([1.0, 3.0, 8.0, 2.0]).reshape(1, 4, 1))
    array([[8.]])
    """

    _axes = 3


def _pixels(layer: Layer, x: Array, axes: int) -> Array:
    """Return x as (N, pixels, C); a ValueError says if it has other axes or no pixels."""
    check_input(layer, x, axes)
    n, *sides, channels = x.shape
    if 0 in sides:
        raise ValueError(f"{type(layer).__name__} has nothing to pool in shape {x.shape}")
    return x.reshape(n, math.prod(sides), channels)
