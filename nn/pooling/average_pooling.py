"""Average pooling: the mean of each window. A sequence is an image one pixel wide."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.nn.arithmetic.buffers import Buffers, padded
from glassnet.nn.arithmetic.sliding import Axis, Padding, Windows, check_input, pair
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

__all__ = ["AveragePool1D", "AveragePool2D"]


class AveragePool2D(Layer):
    """Take the mean of each window of an image, for each channel alone.

    Parameters
    ----------
    pool_size : int or tuple of two int, default 2
        Height and width of a window, or one number for both.
    stride : int, tuple of two int or None, default None
        The step from one window to the next, downwards and to the right; None means `pool_size`,
        so that windows do not overlap.
    padding : {'valid', 'same'}, default 'valid'
        'valid' leaves out windows that would reach beyond the image; 'same' keeps them, and takes
        the mean over their part inside, as Keras does.

    Raises
    ------
    ValueError
        If an option is out of range, x does not have four axes, or a window is larger than an image
        without padding.

    Shapes
    ------
    - x: (N, height, width, C)
    - y: (N, height', width', C), with the sizes of a `Conv2D`

    Notes
    -----
    The sum over a window is taken down its columns first and then along the row of sums, which
    takes height + width additions instead of their product. The gradient of an output goes to the
    elements of its window in equal parts. What `backward` returns stands in a buffer, which its
    next call writes anew.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import AveragePool2D
    >>> x = np.array([[1, 2, 0, 0], [3, 2, 0, 8], [5, 0, 6, 6], [0, 3, 6, 6]], np.float32)
    >>> layer = AveragePool2D(2)
    >>> layer.forward(x.reshape(1, 4, 4, 1)).reshape(2, 2)
    array([[2., 2.],
           [2., 6.]], dtype=float32)
    >>> layer.backward(np.full((1, 2, 2, 1), 4.0, np.float32))[0, 0].ravel()
    array([1., 1., 1., 1.], dtype=float32)
    """

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        stride: int | tuple[int, int] | None = None,
        padding: Padding = "valid",
    ) -> None:
        super().__init__()
        self.pool_size = pair(pool_size, "pool_size")
        self.stride = self.pool_size if stride is None else pair(stride, "stride")
        self._windows = Windows(self.pool_size, self.stride, padding)
        self.padding = self._windows.padding
        self._buffers = Buffers()

    def forward(self, x: Array, train: bool = False) -> Array:
        check_input(self, x, 4)
        self._axes = rows, columns = self._windows.axes(x.shape[1], x.shape[2])
        border = (rows.before, rows.after, columns.before, columns.after)
        dtype = np.result_type(x.dtype, np.float32)
        source = padded(x, border, self._buffers, "padded", dtype)
        self._padded_shape = source.shape
        # (H', W', 1): one over the elements of each window that lie inside.
        counts = np.outer(_elements_inside(rows), _elements_inside(columns))
        self._weights = (1 / counts).astype(dtype)[:, :, np.newaxis]
        sums = _sum_of(source[:, taps] for taps in _taps(rows))  # (N, H', padded W, C)
        y = _sum_of(sums[:, :, taps] for taps in _taps(columns))
        y *= self._weights
        return y

    def backward(self, dy: Array) -> Array:
        rows, columns = self._axes
        n, _, width, channels = self._padded_shape
        share = dy * self._weights.astype(dy.dtype, copy=False)
        # Positions that no window reads keep the zeros of a new buffer.
        dsums = self._buffers.get("dsums", (n, rows.outputs, width, channels), dy.dtype)
        _spread(share, [dsums[:, :, taps] for taps in _taps(columns)], dsums, columns)
        dx = self._buffers.get("dx", self._padded_shape, dy.dtype)
        _spread(dsums, [dx[:, taps] for taps in _taps(rows)], dx, rows)
        return dx[
            :, rows.before : rows.before + rows.size, columns.before : columns.before + columns.size
        ]


class AveragePool1D(AveragePool2D):
    """Take the mean of each window of a sequence, for each channel alone.

    Parameters
    ----------
    pool_size : int, default 2
        Length of a window.
    stride : int or None, default None
        The step from one window to the next; None means `pool_size`.
    padding : {'valid', 'same'}, default 'valid'
        As in `AveragePool2D`.

    Raises
    ------
    ValueError
        If an option is out of range, x does not have three axes, or a window is larger than a
        sequence without padding.

    Shapes
    ------
    - x: (N, length, C)
    - y: (N, length', C), with length' as height' in `Conv2D`

    Notes
    -----
    As in `AveragePool2D`.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import AveragePool1D
    >>> x = np.array([1.0, 3.0, 2.0, 0.0, 4.0]).reshape(1, 5, 1)
    >>> AveragePool1D(2).forward(x).ravel()
    array([2., 1.])
    >>> AveragePool1D(2, padding="same").forward(x).ravel()  # the last window holds one number
    array([2., 1., 4.])
    >>> AveragePool1D(2, stride=1).forward(x).ravel()
    array([2. , 2.5, 1. , 2. ])
    """

    def __init__(
        self, pool_size: int = 2, stride: int | None = None, padding: Padding = "valid"
    ) -> None:
        super().__init__((pool_size, 1), None if stride is None else (stride, 1), padding)

    def forward(self, x: Array, train: bool = False) -> Array:
        check_input(self, x, 3)
        return super().forward(x[:, :, np.newaxis], train)[:, :, 0]

    def backward(self, dy: Array) -> Array:
        return super().backward(dy[:, :, np.newaxis])[:, :, 0]


def _taps(axis: Axis) -> Iterator[slice]:
    """Yield, for each element of a window, its positions along a padded axis for all outputs."""
    for i in range(axis.window):
        yield slice(i, i + axis.stride * axis.outputs, axis.stride)


def _elements_inside(axis: Axis) -> Array:
    """Return how many elements of each window along an axis lie inside, (outputs,)."""
    starts = axis.stride * np.arange(axis.outputs) - axis.before
    return np.minimum(starts + axis.window, axis.size) - np.maximum(starts, 0)


def _sum_of(parts: Iterator[Array]) -> Array:
    """Return the sum of arrays of one shape in a new array."""
    total = next(parts).copy()
    for part in parts:
        total += part
    return total


def _spread(share: Array, parts: list[Array], whole: Array, axis: Axis) -> None:
    """Write the shares to each part of a whole, or add them where the windows overlap."""
    if axis.stride >= axis.window:
        for part in parts:
            part[...] = share
        return
    whole[...] = 0
    for part in parts:
        part += share
