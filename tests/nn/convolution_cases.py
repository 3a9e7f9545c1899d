"""Convolutions by their definition, and cases to compare with them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from glassnet.nn import Array
from glassnet.nn.arithmetic.sliding import Padding
from glassnet.nn.arithmetic.winograd import WinogradCorrelation
from glassnet.nn.layers.convolution import Conv1D, Conv2D, Conv2DTranspose

Pair = tuple[int, int]


class WinogradConv2D(Conv2D):
    """A `Conv2D` that computes in Winograd's way, which other layers do with many channels only."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, padding: Padding
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, padding=padding)
        self.correlation = WinogradCorrelation(padding)


@dataclass
class Case:
    """A convolution and an image size (height, width) that it fits."""

    size: Pair
    kernel: Pair
    stride: Pair
    dilation: Pair
    padding: Padding

    def x(self, channels: int, images: int = 2) -> Array:
        return np.random.default_rng(3).standard_normal((images, *self.size, channels))

    def conv2d(self, in_channels: int, out_channels: int) -> Conv2D:
        return Conv2D(
            in_channels, out_channels, self.kernel, self.stride, self.padding, self.dilation
        )

    def conv1d(self, in_channels: int, out_channels: int) -> Conv1D:
        return Conv1D(
            in_channels,
            out_channels,
            self.kernel[0],
            self.stride[0],
            self.padding,
            self.dilation[0],
        )

    def transpose(self, in_channels: int, out_channels: int) -> Conv2DTranspose:
        return Conv2DTranspose(in_channels, out_channels, self.kernel, self.stride, self.padding)


@st.composite
def cases(draw: st.DrawFn, dilated: bool = True) -> Case:
    lengths = st.tuples(st.integers(1, 4), st.integers(1, 4))
    kernel, stride, dilation = draw(lengths), (1, 1), (1, 1)
    if dilated and draw(st.booleans()):
        dilation = draw(lengths)
    else:
        stride = draw(lengths)
    padding: Padding = draw(st.sampled_from(["valid", "same"]))
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    smallest = spans if padding == "valid" else [1, 1]
    height, width = (draw(st.integers(least, least + 6)) for least in smallest)
    return Case((height, width), kernel, stride, dilation, padding)


# Before and after. A single channel, on either side, has an arithmetic of its own.
CHANNELS = st.sampled_from([(3, 2), (2, 3), (1, 3), (3, 1), (1, 1)])


def initialized(layer: Any) -> Any:
    """Give a layer float64 parameters, none of them zero."""
    layer.initialize(np.random.default_rng(4), np.float64)
    layer.b[...] = np.arange(1.0, layer.b.size + 1)
    return layer


def same_border(size: int, span: int, stride: int) -> Pair:
    """Zeros before and after an axis, by the definition in TensorFlow's documentation."""
    total = max(span - (size % stride or stride), 0)
    return total // 2, total - total // 2


def loop(x: Array, W: Array, b: Array, case: Case) -> Array:
    """Correlate by the definition, a scalar product at a time."""
    spans = [(k - 1) * d + 1 for k, d in zip(case.kernel, case.dilation, strict=True)]
    if case.padding == "same":
        borders = [same_border(*a) for a in zip(x.shape[1:3], spans, case.stride, strict=True)]
        x = np.pad(x, ((0, 0), *borders, (0, 0)))
    (sh, sw), (dh, dw) = case.stride, case.dilation
    height = len(range(0, x.shape[1] - spans[0] + 1, sh))
    width = len(range(0, x.shape[2] - spans[1] + 1, sw))
    y = np.zeros((len(x), height, width, W.shape[-1]))
    for n, h, w, f in np.ndindex(y.shape):
        y[n, h, w, f] = b[f]
        for i, j in np.ndindex(W.shape[:2]):
            y[n, h, w, f] += x[n, h * sh + i * dh, w * sw + j * dw] @ W[i, j, :, f]
    return y


def transposed_loop(x: Array, W: Array, b: Array, case: Case) -> Array:
    """Add a kernel times each pixel to a large enough image; then cut it to size."""
    (kh, kw), (sh, sw) = case.kernel, case.stride
    n, height, width, _ = x.shape
    y = np.zeros((n, sh * height + kh, sw * width + kw, W.shape[-1]))
    for image, h, w in np.ndindex(x.shape[:3]):
        for i, j in np.ndindex(kh, kw):
            y[image, h * sh + i, w * sw + j] += x[image, h, w] @ W[i, j]
    if case.padding == "valid":
        top, left = 0, 0
        height, width = sh * height + max(kh - sh, 0), sw * width + max(kw - sw, 0)
    else:
        top, left = max(kh - sh, 0) // 2, max(kw - sw, 0) // 2
        height, width = sh * height, sw * width
    return y[:, top : top + height, left : left + width] + b
