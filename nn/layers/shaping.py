"""Shape layers: reshape, flatten, pad, crop, and repeat pixels."""

from __future__ import annotations

import numpy as np

from glassnet.nn.arithmetic.sliding import check_input, pair
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

__all__ = [
    "Cropping2D",
    "Flatten",
    "Reshape",
    "UpSampling1D",
    "UpSampling2D",
    "ZeroPadding2D",
]

Border = int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]
"""As in Keras: one number for all sides, (rows, columns), or ((top, bottom), (left, right))."""


class Reshape(Layer):
    """Give each row of the batch another shape, with the same elements in the same order.

    Parameters
    ----------
    shape : tuple of int
        The shape of a row of y, without the batch axis.

    Raises
    ------
    ValueError
        If a row of x has another number of elements.

    Shapes
    ------
    - x: (N, ...)
    - y: (N, *shape)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Reshape
    >>> Reshape((2, 3)).forward(np.arange(12).reshape(2, 6))
    array([[[ 0,  1,  2],
            [ 3,  4,  5]],
    <BLANKLINE>
           [[ 6,  7,  8],
            [ 9, 10, 11]]])
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: Array, train: bool = False) -> Array:
        if np.prod(x.shape[1:]) != np.prod(self.shape):
            raise ValueError(f"Reshape cannot make rows of shape {self.shape} of {x.shape[1:]}")
        self._x_shape = x.shape
        return x.reshape(len(x), *self.shape)

    def backward(self, dy: Array) -> Array:
        return dy.reshape(self._x_shape)


class Flatten(Layer):
    """Make each row of the batch a vector.

    Shapes
    ------
    - x: (N, ...)
    - y: (N, D), with the product D of the other lengths

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Flatten
    >>> images = np.arange(8).reshape(2, 2, 2)
    >>> Flatten().forward(images)
    array([[0, 1, 2, 3],
           [4, 5, 6, 7]])
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
    padding : int, tuple of two int or tuple of two tuples of two int, default 1
        How many zeros: one number for all sides, (rows, columns), or ((top, bottom), (left,
        right)).

    Raises
    ------
    ValueError
        If a number is below 0, or x does not have four axes.

    Shapes
    ------
    - x: (N, height, width, C)
    - y: (N, top + height + bottom, left + width + right, C)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import ZeroPadding2D
    >>> ZeroPadding2D(((1, 0), (2, 1))).forward(np.ones((1, 2, 2, 1))).reshape(3, 5)
    array([[0., 0., 0., 0., 0.],
           [0., 0., 1., 1., 0.],
           [0., 0., 1., 1., 0.]])
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
    cropping : int, tuple of two int or tuple of two tuples of two int, default 1
        How much to cut: one number for all sides, (rows, columns), or ((top, bottom), (left,
        right)).

    Raises
    ------
    ValueError
        If a number is below 0, x does not have four axes, or nothing would be left of it.

    Shapes
    ------
    - x: (N, height, width, C)
    - y: (N, height - top - bottom, width - left - right, C), a read-only view of x

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Cropping2D
    >>> x = np.arange(16).reshape(1, 4, 4, 1)
    >>> Cropping2D(1).forward(x).reshape(2, 2)
    array([[ 5,  6],
           [ 9, 10]])
    """

    def __init__(self, cropping: Border = 1) -> None:
        super().__init__()
        self.cropping = _sides(cropping)

    def forward(self, x: Array, train: bool = False) -> Array:
        check_input(self, x, 4)
        if any(sum(cut) >= size for cut, size in zip(self.cropping, x.shape[1:3], strict=True)):
            raise ValueError(f"Cropping2D by {self.cropping} leaves nothing of shape {x.shape}")
        return x[_inside(x.shape, self.cropping)]

    def backward(self, dy: Array) -> Array:
        return np.pad(dy, ((0, 0), *self.cropping, (0, 0)))


class UpSampling2D(Layer):
    """Repeat each row and each column of an image.

    Parameters
    ----------
    size : int or tuple of two int, default 2
        How often: (rows, columns), or one number for both.

    Raises
    ------
    ValueError
        If `size` is below 1, or x does not have four axes.

    Shapes
    ------
    - x: (N, height, width, C)
    - y: (N, size · height, size · width, C)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import UpSampling2D
    >>> layer = UpSampling2D((1, 2))
    >>> layer.forward(np.array([[1, 2], [3, 4]]).reshape(1, 2, 2, 1)).reshape(2, 4)
    array([[1, 1, 2, 2],
           [3, 3, 4, 4]])

    The gradient of a pixel is the sum over its copies:

    >>> layer.backward(np.arange(8.0).reshape(1, 2, 4, 1)).reshape(2, 2)
    array([[ 1.,  5.],
           [ 9., 13.]])
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
    """Repeat each position of a sequence.

    Parameters
    ----------
    size : int, default 2
        How often.

    Raises
    ------
    ValueError
        If `size` is below 1, or x does not have three axes.

    Shapes
    ------
    - x: (N, length, C)
    - y: (N, size · length, C)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import UpSampling1D
    >>> UpSampling1D(3).forward(np.array([1, 2]).reshape(1, 2, 1)).ravel()
    array([1, 1, 1, 2, 2, 2])
    """

    def __init__(self, size: int = 2) -> None:
        super().__init__((size, 1))

    def forward(self, x: Array, train: bool = False) -> Array:
        check_input(self, x, 3)
        return super().forward(x[:, :, np.newaxis], train)[:, :, 0]

    def backward(self, dy: Array) -> Array:
        return super().backward(dy[:, :, np.newaxis])[:, :, 0]


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
