"""Groups of layers that convolutional autoencoders are made of."""

from __future__ import annotations

from glassnet.models.image_autoencoders.base import SIDE
from glassnet.nn import Conv2D, Conv2DTranspose, Layer, MaxPool2D, ReLU, Reshape, UpSampling2D


def convolution(inputs: int, outputs: int, kernel_size: int = 3, stride: int = 1) -> list[Layer]:
    """Return a convolution with padding, and a ReLU."""
    return [Conv2D(inputs, outputs, kernel_size, stride, padding="same"), ReLU()]


def transposed(channels: int) -> list[Layer]:
    """Return a transposed convolution that keeps sides and channels, and a ReLU."""
    return [Conv2DTranspose(channels, channels, 3, padding="same"), ReLU()]


def pool() -> MaxPool2D:
    """Return a pooling that halves both sides, rounded up."""
    return MaxPool2D(2, padding="same")


def shrink_to_4() -> list[Layer]:
    """Return layers from images to (4, 4, 8)."""
    return [
        Reshape((SIDE, SIDE, 1)),
        *(*convolution(1, 16), pool()),
        *(*convolution(16, 8), pool()),
        *(*convolution(8, 8), pool()),
    ]


def enlarge_from_4(channels: int) -> list[Layer]:
    """Return layers from (4, 4, channels) to logits of images."""
    return [
        *(*convolution(channels, 8), UpSampling2D()),
        *(*convolution(8, 8), UpSampling2D()),
        *(Conv2D(8, 16, 3), ReLU(), UpSampling2D()),  # valid: 16 becomes 14, and then 28
        Conv2D(16, 1, 3, padding="same"),
        Reshape((SIDE, SIDE)),
    ]
