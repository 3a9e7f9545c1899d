"""Layers that move numbers and compute none: flatten, reshape, a border of zeros, a crop."""

from __future__ import annotations

import numpy as np

from glassnet.nn.arithmetic.sliding import check_input
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

Border = int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]
"""As in Keras: one number for all sides, (rows, columns), or ((top, bottom), (left, right))."""


class Reshape(Layer):
    """Give each row of the batch another shape, with the same elements in the same order.

    Parameters
    ----------
    shape : of a row, without the batch axis.

    Shapes: x (N, ...), y (N, *shape).

    Raises
    ------
    ValueError : from `forward`, for rows of another number of elements.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: Array, train: bool = False) -> Array:
        if np.prod(x.shape[1:]) != np.prod(self.shape):
            raise ValueError(f"cannot reshape rows of shape {x.shape[1:]} to {self.shape}")
        self._x_shape = x.shape
        return x.reshape(len(x), *self.shape)

    def backward(self, dy: Array) -> Array:
        return dy.reshape(self._x_shape)


class Flatten(Layer):
    """Make each row of the batch a vector.

    Shapes: x (N, ...), y (N, product of the other lengths).
    """

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x_shape = x.shape
        return x.reshape(len(x), int(np.prod(x.shape[1:])))

    def backward(self, dy: Array) -> Array:
        return dy.reshape(self._x_shape)


class ZeroPadding2D(Layer):
    """Put a border of zeros around images.

    Parameters
    ----------
    padding : how many zeros on each side, see `Border`.

    Shapes: x (N, H, W, C), y (N, top + H + bottom, left + W + right, C).

    Raises
    ------
    ValueError : for a number below 0; from `forward`, for x of other than four dimensions.
    """

    def __init__(self, padding: Border = 1) -> None:
        super().__init__()
        self.padding = _sides(padding)

    def forward(self, x: Array, train: bool = False) -> Array:
        check_input(self, x, 4)
        return np.pad(x, ((0, 0), *self.padding, (0, 0)))

    def backward(self, dy: Array) -> Array:
        return dy[_inside(dy.shape, self.padding)]


class Cropping2D(Layer):
    """Cut a border off images.

    Parameters
    ----------
    cropping : how much to cut on each side, see `Border`.

    Shapes: x (N, H, W, C), y (N, H - top - bottom, W - left - right, C), a view of x.

    Raises
    ------
    ValueError : for a number below 0; from `forward`, for x of other than four dimensions or
        of which nothing would be left.
    """

    def __init__(self, cropping: Border = 1) -> None:
        super().__init__()
        self.cropping = _sides(cropping)

    def forward(self, x: Array, train: bool = False) -> Array:
        check_input(self, x, 4)
        if any(sum(cut) >= size for cut, size in zip(self.cropping, x.shape[1:3], strict=True)):
            raise ValueError(f"a crop of {self.cropping} leaves nothing of images {x.shape}")
        return x[_inside(x.shape, self.cropping)]

    def backward(self, dy: Array) -> Array:
        return np.pad(dy, ((0, 0), *self.cropping, (0, 0)))


def _sides(border: Border) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return ((top, bottom), (left, right)) from any form of a border."""
    rows, columns = (border, border) if isinstance(border, int | np.integer) else border
    top, bottom = (rows, rows) if isinstance(rows, int | np.integer) else rows
    left, right = (columns, columns) if isinstance(columns, int | np.integer) else columns
    if min(top, bottom, left, right) < 0:
        raise ValueError(f"a border must be at least 0, not {border}")
    return (top, bottom), (left, right)


def _inside(
    shape: tuple[int, ...], border: tuple[tuple[int, int], tuple[int, int]]
) -> tuple[slice, slice, slice]:
    """Return where, in images of this shape, the part within the border lies."""
    (top, bottom), (left, right) = border
    return slice(None), slice(top, shape[1] - bottom), slice(left, shape[2] - right)
