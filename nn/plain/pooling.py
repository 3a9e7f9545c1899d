"""Pooling of images, by loops over all windows: the fast `glassnet.nn.MaxPool2D` and others."""

from collections.abc import Iterator

import numpy as np

from glassnet.nn.plain.convolution import same_padding
from glassnet.nn.types import Array


def max_pooling_forward(
    x: Array,
    pool_size: tuple[int, int] = (2, 2),
    stride: tuple[int, int] | None = None,
    padding: str = "valid",
) -> tuple[Array, Array]:
    """Return the largest value of each window of an image, for each channel alone.

    Parameters
    ----------
    x : array
        The images: height, width and channels.
    pool_size : tuple of two int, default (2, 2)
        The height and width of a window.
    stride : tuple of two int, optional
        The step from one window to the next; by default the windows lie side by side.
    padding : {'valid', 'same'}, default 'valid'
        'valid' takes only windows that lie inside the image; 'same' also takes windows that
        reach beyond it, of which only the part inside counts.

    Returns
    -------
    y : array
        The largest values.
    winners : array of int
        The row and the column where each of them lies; the first one if several are equal.

    Shapes
    ------
    - x: (N, height, width, C)
    - y: (N, rows, columns, C)
    - winners: (N, rows, columns, C, 2)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import max_pooling_forward
    >>> image = np.array([[1.0, 5.0, 0.0, 2.0], [3.0, 4.0, 9.0, 8.0]]).reshape(1, 2, 4, 1)
    >>> y, winners = max_pooling_forward(image)
    >>> y.ravel()
    array([5., 9.])
    >>> winners.reshape(2, 2)
    array([[0, 1],
           [1, 2]])
    """
    stride = stride or pool_size
    y = np.empty(_output_shape(x.shape, pool_size, stride, padding))
    winners = np.empty((*y.shape, 2), int)
    for n, r, s, c in np.ndindex(y.shape):
        window = list(_window(r, s, x.shape, pool_size, stride, padding))
        values = [x[n, row, column, c] for row, column in window]
        best = int(np.argmax(values))  # the first one if several are equal
        y[n, r, s, c], winners[n, r, s, c] = values[best], window[best]
    return y, winners


def max_pooling_backward(dy: Array, x: Array, winners: Array) -> Array:
    """Return the gradient of max pooling for its input: each dy goes to the winner of its window.

    Parameters
    ----------
    dy : array
        The gradient of the loss for the output.
    x : array
        The input that `max_pooling_forward` got.
    winners : array of int
        What `max_pooling_forward` returned.

    Returns
    -------
    array
        The gradient for x.

    Shapes
    ------
    - dy: (N, rows, columns, C)
    - x: (N, height, width, C)
    - winners: (N, rows, columns, C, 2)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import max_pooling_backward, max_pooling_forward
    >>> image = np.array([[1.0, 5.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)
    >>> _, winners = max_pooling_forward(image)
    >>> max_pooling_backward(np.full((1, 1, 1, 1), 7.0), image, winners).reshape(2, 2)
    array([[0., 7.],
           [0., 0.]])
    """
    dx = np.zeros_like(x)
    for n, r, s, c in np.ndindex(dy.shape):
        row, column = winners[n, r, s, c]
        dx[n, row, column, c] += dy[n, r, s, c]
    return dx


def average_pooling_forward(
    x: Array,
    pool_size: tuple[int, int] = (2, 2),
    stride: tuple[int, int] | None = None,
    padding: str = "valid",
) -> Array:
    """Return the mean of each window of an image, for each channel alone.

    Parameters
    ----------
    x : array
        The images: height, width and channels.
    pool_size : tuple of two int, default (2, 2)
        The height and width of a window.
    stride : tuple of two int, optional
        The step from one window to the next; by default the windows lie side by side.
    padding : {'valid', 'same'}, default 'valid'
        'valid' takes only windows that lie inside the image; 'same' also takes windows that
        reach beyond it, and the mean of their part inside.

    Returns
    -------
    array
        The means.

    Shapes
    ------
    - x: (N, height, width, C)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import average_pooling_forward
    >>> image = np.array([[1.0, 5.0, 0.0, 2.0], [3.0, 3.0, 9.0, 9.0]]).reshape(1, 2, 4, 1)
    >>> average_pooling_forward(image).ravel()
    array([3., 5.])
    """
    stride = stride or pool_size
    y = np.empty(_output_shape(x.shape, pool_size, stride, padding))
    for n, r, s, c in np.ndindex(y.shape):
        window = list(_window(r, s, x.shape, pool_size, stride, padding))
        y[n, r, s, c] = sum(x[n, row, column, c] for row, column in window) / len(window)
    return y


def average_pooling_backward(
    dy: Array,
    x: Array,
    pool_size: tuple[int, int] = (2, 2),
    stride: tuple[int, int] | None = None,
    padding: str = "valid",
) -> Array:
    """Return the gradient of average pooling for its input: equal parts for all of a window.

    Parameters
    ----------
    dy : array
        The gradient of the loss for the output.
    x : array
        The input of `average_pooling_forward`, of which only the shape counts.
    pool_size : tuple of two int, default (2, 2)
        As in `average_pooling_forward`.
    stride : tuple of two int, optional
        As in `average_pooling_forward`.
    padding : {'valid', 'same'}, default 'valid'
        As in `average_pooling_forward`.

    Returns
    -------
    array
        The gradient for x.

    Shapes
    ------
    - dy: (N, rows, columns, C)
    - x: (N, height, width, C)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import average_pooling_backward
    >>> image = np.zeros((1, 2, 2, 1))
    >>> average_pooling_backward(np.full((1, 1, 1, 1), 8.0), image).reshape(2, 2)
    array([[2., 2.],
           [2., 2.]])
    """
    stride = stride or pool_size
    dx = np.zeros_like(x)
    for n, r, s, c in np.ndindex(dy.shape):
        window = list(_window(r, s, x.shape, pool_size, stride, padding))
        for row, column in window:
            dx[n, row, column, c] += dy[n, r, s, c] / len(window)
    return dx


def _output_shape(
    shape: tuple[int, ...], pool_size: tuple[int, int], stride: tuple[int, int], padding: str
) -> tuple[int, ...]:
    """Return the shape of what pooling makes of images of this shape."""
    sides = []
    for size, window, step in zip(shape[1:3], pool_size, stride, strict=True):
        before, after = same_padding(size, window, step) if padding == "same" else (0, 0)
        sides.append((before + size + after - window) // step + 1)
    return (shape[0], *sides, shape[3])


def _window(
    row: int,
    column: int,
    shape: tuple[int, ...],
    pool_size: tuple[int, int],
    stride: tuple[int, int],
    padding: str,
) -> Iterator[tuple[int, int]]:
    """Yield the places inside the image that the window of an output has, row by row."""
    top = left = 0
    if padding == "same":
        top, _ = same_padding(shape[1], pool_size[0], stride[0])
        left, _ = same_padding(shape[2], pool_size[1], stride[1])
    for i, j in np.ndindex(pool_size):
        r, c = row * stride[0] - top + i, column * stride[1] - left + j
        if 0 <= r < shape[1] and 0 <= c < shape[2]:
            yield r, c
