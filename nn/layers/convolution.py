"""Convolutions of sequences and images, with strides, padding and dilation as in Keras.

    y[n, h, w, f] = b[f] + Σ_ijc x[n, s h + i, s w + j, c] W[i, j, c, f]

for stride s, without padding. A sequence is an image one pixel wide. nn/arithmetic/correlation.py
says how this and its gradients are computed, in one of three ways; `_correlation` below takes the
fastest one.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.arithmetic.correlation import Correlation
from glassnet.nn.arithmetic.general import GeneralCorrelation
from glassnet.nn.arithmetic.single_channel import SingleChannelCorrelation
from glassnet.nn.arithmetic.sliding import Padding, Windows, check_input, pair
from glassnet.nn.arithmetic.winograd import WinogradCorrelation
from glassnet.nn.initializers import Initializer, glorot_uniform, zeros
from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.types import Array

__all__ = ["Conv1D", "Conv2D", "Conv2DTranspose"]

_WINOGRAD = 48  # channels, before and after, from which fewer products outweigh more additions


class Conv2D(Layer):
    """Slide a kernel over images; each pixel of y is a weighted sum of the window under the kernel.

    Parameters
    ----------
    in_channels, out_channels : int
        Numbers of channels of x and of y.
    kernel_size : int or tuple of two int
        Height and width of the kernel, or one number for both.
    stride : int or tuple of two int, default 1
        The step from one window to the next, downwards and to the right.
    padding : {'valid', 'same'}, default 'valid'
        'valid' takes only the windows that lie inside the image; 'same' puts zeros around the
        image, so that y has its size if the stride is 1.
    dilation : int or tuple of two int, default 1
        The step from one pixel of a window to the next. Stride and dilation cannot both be above 1.
    initializer : Initializer, default glorot_uniform
        Draws the first values of W; b starts at zero.

    Raises
    ------
    ValueError
        If an option is out of range, x has another number of channels, or the kernel is larger
        than an image without padding.

    Shapes
    ------
    - x: (N, height, width, in_channels)
    - y: (N, height', width', out_channels)
    - W: (kernel height, kernel width, in_channels, out_channels)
    - b: (out_channels,)

    Attributes
    ----------
    correlation : Correlation
        The arithmetic, chosen by the size of the kernel and the numbers of channels.

    Notes
    -----
    For 'same', height' is height / stride, rounded up. For 'valid' it is
    (height - span) / stride + 1, rounded down, where a kernel of k rows has the span
    dilation · (k - 1) + 1. The same holds for width'.

    What `forward` and `backward` return stands in a buffer, which their next call writes anew.

    References
    ----------
    Dumoulin & Visin 2016, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285,
    has a drawing of each kind of stride, padding and dilation.

    Examples
    --------
    A kernel that finds where the brightness rises from left to right, the left edge of a square:

    >>> import numpy as np
    >>> from glassnet.nn import Conv2D
    >>> image = np.zeros((4, 6), np.float32)
    >>> image[1:3, 2:4] = 1
    >>> layer = Conv2D(1, 1, kernel_size=(1, 2)).initialize(np.random.default_rng(0))
    >>> layer.W[0, :, 0, 0] = [-1, 1]
    >>> layer.forward(image.reshape(1, 4, 6, 1)).reshape(4, 5)
    array([[ 0.,  0.,  0.,  0.,  0.],
           [ 0.,  1.,  0., -1.,  0.],
           [ 0.,  1.,  0., -1.,  0.],
           [ 0.,  0.,  0.,  0.,  0.]], dtype=float32)
    """

    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: Padding = "valid",
        dilation: int | tuple[int, int] = 1,
        initializer: Initializer = glorot_uniform,
    ) -> None:
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        windows = _windows(kernel_size, stride, padding, dilation)
        self.kernel_size, self.stride = windows.size, windows.stride
        self.padding, self.dilation = windows.padding, windows.dilation
        self.correlation = _correlation(windows, in_channels, out_channels)
        self.declare("W", (*self.kernel_size, in_channels, out_channels), initializer)
        self.declare("b", (out_channels,), zeros)

    def forward(self, x: Array, train: bool = False) -> Array:
        check_input(self, x, 4, self.in_channels)
        self._size = x.shape[1:3]
        self.correlation.gather(x, self.W.dtype)
        y = self.correlation.correlate(self.W)
        _add_bias(y, self.b)
        return y

    def backward(self, dy: Array) -> Array:
        if self._learns("W"):
            self.dW += self.correlation.kernel_gradient(dy)
        self.db += _sum_positions(dy)
        if not self.requires_input_gradient:
            return NO_GRADIENT
        return self.correlation.input_gradient(dy, self.W, *self._size)


class Conv1D(Layer):
    """Slide a kernel over sequences: a `Conv2D` on images of width 1.

    Parameters
    ----------
    in_channels, out_channels : int
        Numbers of channels of x and of y.
    kernel_size : int
        Length of the kernel.
    stride : int, default 1
        The step from one window to the next.
    padding : {'valid', 'same'}, default 'valid'
        'valid' takes only the windows that lie inside the sequence; 'same' puts zeros before and
        after it, so that y has its length if the stride is 1.
    dilation : int, default 1
        The step from one position of a window to the next. Stride and dilation cannot both be
        above 1.
    initializer : Initializer, default glorot_uniform
        Draws the first values of W; b starts at zero.

    Raises
    ------
    ValueError
        As in `Conv2D`.

    Shapes
    ------
    - x: (N, length, in_channels)
    - y: (N, length', out_channels), with length' as height' in `Conv2D`
    - W: (kernel_size, in_channels, out_channels)
    - b: (out_channels,)

    Attributes
    ----------
    correlation : Correlation
        The arithmetic, of images of width 1.

    Notes
    -----
    What `forward` and `backward` return stands in a buffer, which their next call writes anew.

    Examples
    --------
    A moving average of two:

    >>> import numpy as np
    >>> from glassnet.nn import Conv1D
    >>> layer = Conv1D(1, 1, kernel_size=2).initialize(np.random.default_rng(0))
    >>> layer.W[...] = 0.5
    >>> layer.forward(np.array([0, 2, 4, 10, 0], np.float32).reshape(1, 5, 1)).ravel()
    array([1., 3., 7., 5.], dtype=float32)
    """

    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: Padding = "valid",
        dilation: int = 1,
        initializer: Initializer = glorot_uniform,
    ) -> None:
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        windows = _windows((kernel_size, 1), (stride, 1), padding, (dilation, 1))
        self.kernel_size, self.stride = windows.size[0], windows.stride[0]
        self.padding, self.dilation = windows.padding, windows.dilation[0]
        self.correlation = _correlation(windows, in_channels, out_channels)
        self.declare("W", (self.kernel_size, in_channels, out_channels), initializer)
        self.declare("b", (out_channels,), zeros)

    def forward(self, x: Array, train: bool = False) -> Array:
        check_input(self, x, 3, self.in_channels)
        self._length = x.shape[1]
        self.correlation.gather(x[:, :, np.newaxis], self.W.dtype)
        y = self.correlation.correlate(self.W[:, np.newaxis])
        _add_bias(y, self.b)
        return y[:, :, 0]

    def backward(self, dy: Array) -> Array:
        dy = dy[:, :, np.newaxis]
        if self._learns("W"):
            self.dW += self.correlation.kernel_gradient(dy)[:, 0]
        self.db += _sum_positions(dy)
        if not self.requires_input_gradient:
            return NO_GRADIENT
        return self.correlation.input_gradient(dy, self.W[:, np.newaxis], self._length, 1)[:, :, 0]


class Conv2DTranspose(Layer):
    """Enlarge images: each pixel of x adds the kernel, times its value, to y.

    Parameters
    ----------
    in_channels, out_channels : int
        Numbers of channels of x and of y.
    kernel_size : int or tuple of two int
        Height and width of the kernel, or one number for both.
    stride : int or tuple of two int, default 1
        How far apart two neighboring pixels of x put the kernel.
    padding : {'valid', 'same'}, default 'valid'
        'valid' makes y large enough for all that is added; 'same' cuts it to stride times the size
        of x, as much before as after, one more after if the number is odd.
    initializer : Initializer, default glorot_uniform
        Draws the first values of W; b starts at zero.

    Raises
    ------
    ValueError
        If an option is out of range, or x has another number of channels.

    Shapes
    ------
    - x: (N, height, width, in_channels)
    - y: (N, height', width', out_channels)
    - W: (kernel height, kernel width, in_channels, out_channels)
    - b: (out_channels,)

    Attributes
    ----------
    correlation : Correlation
        The arithmetic of the convolution that this layer transposes; it leads from y to x.

    Notes
    -----
    With stride s,

        y[n, s h + i, s w + j, f] += Σ_c x[n, h, w, c] W[i, j, c, f]        and then y += b

    This is the transpose of a `Conv2D`: its forward pass is the backward pass of a convolution with
    the same kernel, stride and padding, and the other way round. For 'same', height' is
    stride · height; for 'valid', it is stride · height + max(kernel height - stride, 0), as in
    Keras. The same holds for width'. Keras stores the kernel with its channels swapped.

    What `forward` and `backward` return stands in a buffer, which their next call writes anew.

    References
    ----------
    Zeiler et al. 2010, *Deconvolutional networks*; Dumoulin & Visin 2016, *A guide to convolution
    arithmetic for deep learning*, arXiv:1603.07285.

    Examples
    --------
    Two pixels, 1 and 10, add a kernel of 2 × 3 each; they overlap in one column:

    >>> import numpy as np
    >>> from glassnet.nn import Conv2DTranspose
    >>> layer = Conv2DTranspose(1, 1, kernel_size=(2, 3), stride=2)
    >>> layer = layer.initialize(np.random.default_rng(0))
    >>> layer.W[...] = 1
    >>> layer.forward(np.array([1, 10], np.float32).reshape(1, 1, 2, 1)).reshape(2, 5)
    array([[ 1.,  1., 11., 10., 10.],
           [ 1.,  1., 11., 10., 10.]], dtype=float32)
    """

    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: Padding = "valid",
        initializer: Initializer = glorot_uniform,
    ) -> None:
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        windows = _windows(kernel_size, stride, padding, 1)
        self.kernel_size, self.stride, self.padding = windows.size, windows.stride, windows.padding
        self.correlation = _correlation(windows, out_channels, in_channels)
        self.declare("W", (*self.kernel_size, in_channels, out_channels), initializer)
        self.declare("b", (out_channels,), zeros)

    def forward(self, x: Array, train: bool = False) -> Array:
        check_input(self, x, 4, self.in_channels)
        self._x = x
        height, width = (
            stride * size + (max(k - stride, 0) if self.padding == "valid" else 0)
            for size, k, stride in zip(x.shape[1:3], self.kernel_size, self.stride, strict=True)
        )
        y = self.correlation.input_gradient(x, self.W.swapaxes(2, 3), height, width)
        _add_bias(y, self.b)
        return y

    def backward(self, dy: Array) -> Array:
        self.correlation.gather(dy, self.W.dtype)
        if self._learns("W"):
            self.dW += self.correlation.kernel_gradient(self._x).swapaxes(2, 3)
        self.db += _sum_positions(dy)
        if not self.requires_input_gradient:
            return NO_GRADIENT
        return self.correlation.correlate(self.W.swapaxes(2, 3))


def _windows(
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int],
    padding: Padding,
    dilation: int | tuple[int, int],
) -> Windows:
    """Return the windows that a kernel sees."""
    return Windows(
        pair(kernel_size, "kernel_size"),
        pair(stride, "stride"),
        padding,
        pair(dilation, "dilation"),
    )


def _correlation(windows: Windows, channels: int, filters: int) -> Correlation:
    """Return the fastest arithmetic for these windows and numbers of channels before and after."""
    no_stride = windows.stride == (1, 1)
    if windows.size != (1, 1) and (channels == 1 or (filters == 1 and no_stride)):
        return SingleChannelCorrelation(windows)
    plain = no_stride and windows.dilation == (1, 1)
    if windows.size == (3, 3) and plain and min(channels, filters) >= _WINOGRAD:
        return WinogradCorrelation(windows.padding)
    return GeneralCorrelation(windows)


def _add_bias(y: Array, b: Array) -> None:
    """Add b (F,) to y (N, H, W, F), contiguous: a whole image at a time, as F may be small."""
    n, height, width, _ = y.shape
    y = y.reshape(n, height * width * b.size)
    y += np.tile(b, height * width)


def _sum_positions(dy: Array) -> Array:
    """Return dy (N, H, W, F) summed to (F,), over the images first, as F may be small."""
    total: Array = dy.sum(axis=0).sum(axis=(0, 1))
    return total
