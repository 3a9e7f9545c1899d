"""Convolutions of sequences and images, with strides, padding and dilation as in Keras.

    y[n, h, w, f] = b[f] + Σ_ijc x[n, s h + i, s w + j, c] W[i, j, c, f]

for stride s, without padding; Dumoulin & Visin 2016 (arXiv:1603.07285) draw all cases. A sequence
is an image one pixel wide. The arithmetic, and the backward pass, stand in
nn/arithmetic/correlation.py, and
again where there is a faster way: in nn/arithmetic/single_channel.py for a single channel, and in
nn/arithmetic/winograd.py for kernels of 3 × 3 between many channels.
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

_WINOGRAD = 48  # channels, before and after, from which fewer products outweigh more additions


class Conv2D(Layer):
    """Slide a kernel over images and let every position see the window under it.

    Parameters
    ----------
    in_channels, out_channels : numbers of channels before and after.
    kernel_size, stride, dilation : height and width, or one number for both. Stride and dilation
        cannot both be above 1.
    padding : 'valid' (none) or 'same' (zeros around, so that stride 1 keeps the size).
    initializer : for W; the bias b starts at zero.

    Shapes: x (N, H, W, in_channels), y (N, H', W', out_channels),
    W (kh, kw, in_channels, out_channels), b (out_channels,).
    With span = dilation · (k - 1) + 1, H' is ceil(H / stride) for 'same' and
    floor((H - span) / stride) + 1 for 'valid'; W' likewise (see nn/arithmetic/sliding.py).
    What `backward` returns is valid until the next `backward`.

    Attributes
    ----------
    correlation : how the kernel slides (its `kernel_size`, `stride`, `dilation` and `padding`),
        and the arithmetic.

    Raises
    ------
    ValueError : for options out of range; from `forward`, for another number of channels or
        a kernel larger than an image without padding.
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
        self.dW += self.correlation.kernel_gradient(dy)
        self.db += _sum_positions(dy)
        if not self.requires_input_gradient:
            return NO_GRADIENT
        return self.correlation.input_gradient(dy, self.W, *self._size)


class Conv1D(Layer):
    """Slide a kernel over sequences: `Conv2D` on images of width 1.

    Parameters
    ----------
    in_channels, out_channels : numbers of channels before and after.
    kernel_size, stride, dilation : numbers of positions. Stride and dilation cannot both be
        above 1.
    padding : 'valid' (none) or 'same' (zeros around, so that stride 1 keeps the length).
    initializer : for W; the bias b starts at zero.

    Shapes: x (N, L, in_channels), y (N, L', out_channels), W (k, in_channels, out_channels),
    b (out_channels,), with L' as H' in `Conv2D`.
    What `backward` returns is valid until the next `backward`.

    Attributes
    ----------
    correlation : as in `Conv2D`, of images of width 1.

    Raises
    ------
    ValueError : as in `Conv2D`.
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
        self.dW += self.correlation.kernel_gradient(dy)[:, 0]
        self.db += _sum_positions(dy)
        if not self.requires_input_gradient:
            return NO_GRADIENT
        return self.correlation.input_gradient(dy, self.W[:, np.newaxis], self._length, 1)[:, :, 0]


class Conv2DTranspose(Layer):
    """The transpose of a `Conv2D`: each pixel adds a kernel, times its value, to the output.

        y[n, s h + i, s w + j, f] += Σ_c x[n, h, w, c] W[i, j, c, f]        and then y += b

    Its forward pass is the backward pass of a convolution with the same kernel, stride and
    padding, and the other way round; so it enlarges what that one would shrink.

    Parameters
    ----------
    in_channels, out_channels : numbers of channels before and after.
    kernel_size, stride : height and width, or one number for both.
    padding : 'valid' (the output holds all that is added) or 'same' (cut to stride times the
        input, as much before as after, one more after if odd).
    initializer : for W; the bias b starts at zero.

    Shapes: x (N, H, W, in_channels), y (N, H', W', out_channels),
    W (kh, kw, in_channels, out_channels), b (out_channels,).
    H' is stride · H for 'same' and stride · H + max(kh - stride, 0) for 'valid', as in Keras
    (which stores its kernel as (kh, kw, out_channels, in_channels)); W' likewise.
    What `backward` returns is valid until the next `backward`.

    Attributes
    ----------
    correlation : as in `Conv2D`, of the convolution that this transposes: it leads from y to x.

    Raises
    ------
    ValueError : for options out of range; from `forward`, for another number of channels.
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
    """Return the sum (F,) of dy (N, H, W, F) over all but its channels: images first, as above."""
    return dy.sum(axis=0).sum(axis=(0, 1))
