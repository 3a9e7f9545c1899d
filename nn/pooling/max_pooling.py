"""Max pooling: keep the largest value of each window. A sequence is an image one pixel wide."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.nn.arithmetic.buffers import Buffers, padded
from glassnet.nn.arithmetic.sliding import Padding, Windows, check_input, pair
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

__all__ = ["MaxPool1D", "MaxPool2D"]


class MaxPool2D(Layer):
    """Keep the largest value of each window of an image, for each channel alone.

    Parameters
    ----------
    pool_size : int or tuple of two int, default 2
        Height and width of a window, or one number for both.
    stride : int, tuple of two int or None, default None
        The step from one window to the next, downwards and to the right; None means `pool_size`,
        so that windows do not overlap.
    padding : {'valid', 'same'}, default 'valid'
        'valid' leaves out windows that would reach beyond the image; 'same' keeps them, so that a
        `pool_size` of 2 makes 4 rows of 7.

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
    The gradient goes to the largest element of a window; of equal ones to the first, row by row.
    What `backward` returns stands in a buffer, which its next call writes anew.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import MaxPool2D
    >>> x = np.array([[1, 2, 0, 0], [3, 4, 0, 9], [5, 0, 6, 6], [0, 0, 6, 7]], np.float32)
    >>> layer = MaxPool2D(2)
    >>> layer.forward(x.reshape(1, 4, 4, 1)).reshape(2, 2)
    array([[4., 9.],
           [5., 7.]], dtype=float32)
    >>> layer.backward(np.ones((1, 2, 2, 1))).reshape(4, 4)
    array([[0., 0., 0., 0.],
           [0., 1., 0., 1.],
           [1., 0., 0., 0.],
           [0., 0., 0., 1.]])
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
        rows, columns = self._windows.axes(x.shape[1], x.shape[2])
        border = (rows.before, rows.after, columns.before, columns.after)
        source = padded(x, border, self._buffers, "padded", x.dtype, -np.inf)
        self._padded_shape, self._outputs = source.shape, (rows.outputs, columns.outputs)
        self._inside = (
            slice(None),
            slice(rows.before, rows.before + rows.size),
            slice(columns.before, columns.before + columns.size),
        )
        for tap, positions in enumerate(self._taps()):
            values = source[positions].copy()  # contiguous: it is read twice
            if tap == 0:
                y = values
                # (N, H', W', C): the number of the largest element in each window.
                winner = np.zeros(
                    y.shape, np.min_scalar_type(self.pool_size[0] * self.pool_size[1] - 1)
                )
            else:
                # Taps count upwards: the largest tap that beat all before it is the winner.
                np.maximum(winner, (values > y) * winner.dtype.type(tap), out=winner)
                np.maximum(y, values, out=y)
        self._winner = winner
        return y

    def backward(self, dy: Array) -> Array:
        # Positions that no window reads keep the zeros of a new buffer.
        dx = self._buffers.get("dx", self._padded_shape, dy.dtype)
        overlapping = self.stride[0] < self.pool_size[0] or self.stride[1] < self.pool_size[1]
        if overlapping:
            dx[...] = 0
        for tap, positions in enumerate(self._taps()):
            share = dy * (self._winner == tap)
            if overlapping:
                dx[positions] += share
            else:
                dx[positions] = share
        return dx[self._inside]

    def _taps(self) -> Iterator[tuple[slice, slice, slice]]:
        """Yield, for each element of a window, its positions in padded images for all outputs."""
        for i in range(self.pool_size[0]):
            for j in range(self.pool_size[1]):
                yield (
                    slice(None),
                    slice(i, i + self.stride[0] * self._outputs[0], self.stride[0]),
                    slice(j, j + self.stride[1] * self._outputs[1], self.stride[1]),
                )


class MaxPool1D(MaxPool2D):
    """Keep the largest value of each window of a sequence, for each channel alone.

    Parameters
    ----------
    pool_size : int, default 2
        Length of a window.
    stride : int or None, default None
        The step from one window to the next; None means `pool_size`.
    padding : {'valid', 'same'}, default 'valid'
        As in `MaxPool2D`.

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
    As in `MaxPool2D`.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import MaxPool1D
    >>> x = np.array([1.0, 3.0, 2.0, 0.0, 4.0]).reshape(1, 5, 1)
    >>> MaxPool1D(2).forward(x).ravel()
    array([3., 2.])
    >>> MaxPool1D(2, padding="same").forward(x).ravel()
    array([3., 2., 4.])
    >>> MaxPool1D(2, stride=1).forward(x).ravel()
    array([3., 3., 2., 4.])
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
