"""Max pooling of images, by loops over all windows. The fast one is `glassnet.nn.MaxPool2D`."""

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
    sides, tops = [], []
    for size, window, step in zip(x.shape[1:3], pool_size, stride, strict=True):
        before, after = same_padding(size, window, step) if padding == "same" else (0, 0)
        sides.append((before + size + after - window) // step + 1)
        tops.append(before)
    y = np.full((len(x), *sides, x.shape[3]), -np.inf)
    winners = np.zeros((*y.shape, 2), int)
    for n, r, s, c in np.ndindex(y.shape):
        for i, j in np.ndindex(pool_size):
            row, column = r * stride[0] - tops[0] + i, s * stride[1] - tops[1] + j
            inside = 0 <= row < x.shape[1] and 0 <= column < x.shape[2]
            if inside and x[n, row, column, c] > y[n, r, s, c]:
                y[n, r, s, c] = x[n, row, column, c]
                winners[n, r, s, c] = row, column
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
