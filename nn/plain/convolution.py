"""Convolution and transposed convolution of images, by loops over all pixels.

The fast ones are `glassnet.nn.Conv2D`, `Conv1D` (an image of width 1) and `Conv2DTranspose`.
"""

import numpy as np

from glassnet.nn.types import Array


def same_padding(size: int, kernel: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Return how many zeros 'same' padding puts before and after an axis.

    Parameters
    ----------
    size : int
        The length of the axis.
    kernel, stride : int
        The length of the kernel and the step from one position to the next.
    dilation : int, default 1
        The step from one element under the kernel to the next.

    Returns
    -------
    tuple of two int
        The numbers of zeros before and after, as Keras and TensorFlow define them.

    Notes
    -----
    An axis of length `size` has ceil(size / stride) outputs. If the zeros that this needs are an
    odd number, the one left over comes after the axis.

    Examples
    --------
    >>> from glassnet.nn.plain import same_padding
    >>> same_padding(size=5, kernel=3, stride=1)
    (1, 1)
    >>> same_padding(size=6, kernel=3, stride=2)
    (0, 1)
    """
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def convolution_forward(
    x: Array,
    W: Array,
    b: Array,
    stride: tuple[int, int] = (1, 1),
    padding: str = "valid",
    dilation: tuple[int, int] = (1, 1),
) -> Array:
    """Slide a kernel over images and return a scalar product for each position.

    Parameters
    ----------
    x : array
        The images: height, width and channels.
    W, b : array
        The kernel and the bias.
    stride : tuple of two int, default (1, 1)
        The step from one position to the next, downwards and to the right.
    padding : {'valid', 'same'}, default 'valid'
        'valid' takes only positions where the kernel lies inside the image; 'same' puts zeros
        around the image, see `same_padding`.
    dilation : tuple of two int, default (1, 1)
        The step from one pixel under the kernel to the next.

    Returns
    -------
    array
        The output y.

    Shapes
    ------
    - x: (N, height, width, C)
    - W: (kernel height, kernel width, C, F)
    - b: (F,)
    - y: (N, rows, columns, F)

    Notes
    -----
    Deep learning calls this a convolution; mathematics calls it a cross-correlation, because the
    kernel is not flipped:

        y[n, r, s] = b + Σ over i, j of x[n, r · stride + i · dilation, ...] W[i, j]

    Examples
    --------
    A kernel that finds where the brightness rises from left to right:

    >>> import numpy as np
    >>> from glassnet.nn.plain import convolution_forward
    >>> image = np.array([0.0, 0.0, 1.0, 1.0]).reshape(1, 1, 4, 1)
    >>> W = np.array([-1.0, 1.0]).reshape(1, 2, 1, 1)
    >>> convolution_forward(image, W, np.zeros(1)).ravel()
    array([0., 1., 0.])
    """
    kernel = W.shape[:2]
    x = np.pad(x, _borders(x, W, stride, padding, dilation))
    rows, columns = (
        (x.shape[axis + 1] - (kernel[axis] - 1) * dilation[axis] - 1) // stride[axis] + 1
        for axis in range(2)
    )
    y = np.zeros((len(x), rows, columns, W.shape[3])) + b
    for n, r, s in np.ndindex(y.shape[:3]):
        for i, j in np.ndindex(kernel):
            row, column = r * stride[0] + i * dilation[0], s * stride[1] + j * dilation[1]
            y[n, r, s] += x[n, row, column] @ W[i, j]
    return y


def convolution_backward(
    dy: Array,
    x: Array,
    W: Array,
    stride: tuple[int, int] = (1, 1),
    padding: str = "valid",
    dilation: tuple[int, int] = (1, 1),
) -> dict[str, Array]:
    """Return the gradients of a convolution.

    Parameters
    ----------
    dy : array
        The gradient of the loss for the output.
    x, W : array
        The images and the kernel that `convolution_forward` got.
    stride : tuple of two int, default (1, 1)
        As in `convolution_forward`.
    padding : {'valid', 'same'}, default 'valid'
        As in `convolution_forward`.
    dilation : tuple of two int, default (1, 1)
        As in `convolution_forward`.

    Returns
    -------
    dict of str to array
        The gradients for `x`, `W` and `b`.

    Shapes
    ------
    - dy: (N, rows, columns, F)
    - x: (N, height, width, C)
    - W: (kernel height, kernel width, C, F)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import convolution_backward
    >>> x, W = np.array([5.0, 6.0, 7.0]).reshape(1, 1, 3, 1), np.ones((1, 2, 1, 1))
    >>> gradients = convolution_backward(np.ones((1, 1, 2, 1)), x, W)
    >>> gradients["x"].ravel()  # the kernel read the pixel in the middle twice
    array([1., 2., 1.])
    >>> gradients["W"].ravel()
    array([11., 13.])
    """
    borders = _borders(x, W, stride, padding, dilation)
    (top, _), (left, _) = borders[1:3]
    height, width = x.shape[1:3]
    x = np.pad(x, borders)
    dx, dW = np.zeros_like(x), np.zeros_like(W)
    for n, r, s in np.ndindex(dy.shape[:3]):
        for i, j in np.ndindex(W.shape[:2]):
            row, column = r * stride[0] + i * dilation[0], s * stride[1] + j * dilation[1]
            dx[n, row, column] += W[i, j] @ dy[n, r, s]
            dW[i, j] += np.outer(x[n, row, column], dy[n, r, s])
    inside = dx[:, top : top + height, left : left + width]
    return {"x": inside, "W": dW, "b": dy.sum(axis=(0, 1, 2))}


def transposed_convolution_forward(
    x: Array, W: Array, b: Array, stride: tuple[int, int] = (1, 1), padding: str = "valid"
) -> Array:
    """Add the kernel, times a pixel, to the output for each pixel of an image.

    Parameters
    ----------
    x : array
        The images: height, width and channels.
    W, b : array
        The kernel and the bias.
    stride : tuple of two int, default (1, 1)
        The step in the output for each step in the input: 2 doubles the size.
    padding : {'valid', 'same'}, default 'valid'
        'valid' keeps all that is added; 'same' cuts the output to `stride` times the input.

    Returns
    -------
    array
        The output y.

    Shapes
    ------
    - x: (N, height, width, C)
    - W: (kernel height, kernel width, C, F)
    - b: (F,)
    - y: (N, rows, columns, F)

    Notes
    -----
    It is named for its matrix, which is the transpose of a convolution's: its `forward` is what a
    convolution computes as the gradient for its input.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import transposed_convolution_forward
    >>> x = np.array([1.0, 2.0]).reshape(1, 1, 2, 1)
    >>> W = np.array([1.0, 10.0, 100.0]).reshape(1, 3, 1, 1)
    >>> transposed_convolution_forward(x, W, np.zeros(1), stride=(1, 2)).ravel()
    array([  1.,  10., 102.,  20., 200.])
    """
    canvas, inside = _canvas(x, W, stride, padding)
    for n, h, w in np.ndindex(x.shape[:3]):
        for i, j in np.ndindex(W.shape[:2]):
            canvas[n, h * stride[0] + i, w * stride[1] + j] += x[n, h, w] @ W[i, j]
    return np.asarray(canvas[inside] + b)


def transposed_convolution_backward(
    dy: Array, x: Array, W: Array, stride: tuple[int, int] = (1, 1), padding: str = "valid"
) -> dict[str, Array]:
    """Return the gradients of a transposed convolution.

    Parameters
    ----------
    dy : array
        The gradient of the loss for the output.
    x, W : array
        The images and the kernel that `transposed_convolution_forward` got.
    stride : tuple of two int, default (1, 1)
        As in `transposed_convolution_forward`.
    padding : {'valid', 'same'}, default 'valid'
        As in `transposed_convolution_forward`.

    Returns
    -------
    dict of str to array
        The gradients for `x`, `W` and `b`.

    Shapes
    ------
    - dy: (N, rows, columns, F)
    - x: (N, height, width, C)
    - W: (kernel height, kernel width, C, F)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import transposed_convolution_backward
    >>> x, W = np.ones((1, 1, 2, 1)), np.ones((1, 2, 1, 1))
    >>> dy = np.array([1.0, 2.0, 4.0]).reshape(1, 1, 3, 1)
    >>> transposed_convolution_backward(dy, x, W)["x"].ravel()
    array([3., 6.])
    """
    dcanvas, inside = _canvas(x, W, stride, padding)
    dcanvas[inside] = dy
    dx, dW = np.zeros_like(x), np.zeros_like(W)
    for n, h, w in np.ndindex(x.shape[:3]):
        for i, j in np.ndindex(W.shape[:2]):
            painted = dcanvas[n, h * stride[0] + i, w * stride[1] + j]
            dx[n, h, w] += W[i, j] @ painted
            dW[i, j] += np.outer(x[n, h, w], painted)
    return {"x": dx, "W": dW, "b": dy.sum(axis=(0, 1, 2))}


def _borders(
    x: Array,
    W: Array,
    stride: tuple[int, int],
    padding: str,
    dilation: tuple[int, int],
) -> list[tuple[int, int]]:
    """Return how many zeros to put before and after each axis of x."""
    if padding == "valid":
        return [(0, 0)] * 4
    of_height, of_width = (
        same_padding(x.shape[axis + 1], W.shape[axis], stride[axis], dilation[axis])
        for axis in range(2)
    )
    return [(0, 0), of_height, of_width, (0, 0)]


def _canvas(
    x: Array, W: Array, stride: tuple[int, int], padding: str
) -> tuple[Array, tuple[slice, slice, slice]]:
    """Return zeros large enough for all that is painted, and which part of it is the output."""
    sides, inside = [], []
    for size, kernel, step in zip(x.shape[1:3], W.shape[:2], stride, strict=True):
        overlap = max(kernel - step, 0)
        sides.append(size * step + overlap)
        start, length = (overlap // 2, size * step) if padding == "same" else (0, sides[-1])
        inside.append(slice(start, start + length))
    return np.zeros((len(x), *sides, W.shape[3])), (slice(None), inside[0], inside[1])
