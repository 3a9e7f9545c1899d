"""Cases to compare convolutions with the plain ones."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from glassnet.nn import Array
from glassnet.nn.arithmetic.sliding import Padding
from glassnet.nn.arithmetic.winograd import WinogradCorrelation
from glassnet.nn.layers.convolution import Conv1D, Conv2D, Conv2DTranspose
from glassnet.nn.plain import convolution_forward, transposed_convolution_forward

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


def loop(x: Array, W: Array, b: Array, case: Case) -> Array:
    return convolution_forward(x, W, b, case.stride, case.padding, case.dilation)


def transposed_loop(x: Array, W: Array, b: Array, case: Case) -> Array:
    return transposed_convolution_forward(x, W, b, case.stride, case.padding)
