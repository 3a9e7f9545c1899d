"""Pooling and its counterpart: keep the largest of each window, or repeat each element.

The one-dimensional layers are the two-dimensional ones on images of width 1.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.nn.arithmetic.buffers import Buffers, padded
from glassnet.nn.arithmetic.sliding import Padding, Windows, check_input, pair
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array


class MaxPool2D(Layer):
    """The largest value in each window of an image, for each channel alone.

    Parameters
    ----------
    pool_size : height and width, or one number for both.
    stride : from one window to the next, likewise; None means the window's own size.
    padding : 'valid' (windows that would reach beyond the image are left out) or 'same' (of
        those only what lies inside counts, so that windows of 2 make 4 positions of 7).

    Shapes: x (N, H, W, C), y (N, H', W', C), with H' and W' as in `Conv2D`.
    Of equal values the first one, row by row, counts as the largest and gets the gradient.
    What `backward` returns is valid until the next `backward`.

    Raises
    ------
    ValueError : for options out of range; from `forward`, for x of other than four dimensions
        or smaller than a window without padding.
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
                # (N, H', W', C): which element of its window each y is.
                winner = np.zeros(
                    y.shape, np.min_scalar_type(self.pool_size[0] * self.pool_size[1] - 1)
                )
            else:
                # Taps count upwards, so the largest that beat all before it is the last to do so.
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
        """Yield, for each element of a window, where it lies in padded images for all outputs."""
        for i in range(self.pool_size[0]):
            for j in range(self.pool_size[1]):
                yield (
                    slice(None),
                    slice(i, i + self.stride[0] * self._outputs[0], self.stride[0]),
                    slice(j, j + self.stride[1] * self._outputs[1], self.stride[1]),
                )


class MaxPool1D(MaxPool2D):
    """The largest value in each window of a sequence, for each channel alone.

    Parameters
    ----------
    pool_size : number of positions.
    stride : from one window to the next; None means the window's size.
    padding : 'valid' or 'same', as in `MaxPool2D`.

    Shapes: x (N, L, C), y (N, L', C), with L' as H' in `Conv2D`. Ties, errors and how long dx is
    valid are those of `MaxPool2D`.
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


class UpSampling2D(Layer):
    """Repeat every row and every column of an image.

    Parameters
    ----------
    size : how many times, for (rows, columns), or one number for both.

    Shapes: x (N, H, W, C), y (N, size · H, size · W, C).

    Raises
    ------
    ValueError : for a size below 1; from `forward`, for x of other than four dimensions.
    """

    def __init__(self, size: int | tuple[int, int] = 2) -> None:
        super().__init__()
        self.size = pair(size, "size")

    def forward(self, x: Array, train: bool = False) -> Array:
        check_input(self, x, 4)
        return x.repeat(self.size[0], axis=1).repeat(self.size[1], axis=2)

    def backward(self, dy: Array) -> Array:
        # Rows first: whole rows are contiguous, single pixels are not.
        height, width = self.size
        rows = dy[:, ::height].copy()
        for i in range(1, height):
            rows += dy[:, i::height]
        dx = rows[:, :, ::width].copy()
        for j in range(1, width):
            dx += rows[:, :, j::width]
        return dx


class UpSampling1D(UpSampling2D):
    """Repeat every position of a sequence.

    Parameters
    ----------
    size : how many times.

    Shapes: x (N, L, C), y (N, size · L, C).

    Raises
    ------
    ValueError : for a size below 1; from `forward`, for x of other than three dimensions.
    """

    def __init__(self, size: int = 2) -> None:
        super().__init__((size, 1))

    def forward(self, x: Array, train: bool = False) -> Array:
        check_input(self, x, 3)
        return super().forward(x[:, :, np.newaxis], train)[:, :, 0]

    def backward(self, dy: Array) -> Array:
        return super().backward(dy[:, :, np.newaxis])[:, :, 0]
