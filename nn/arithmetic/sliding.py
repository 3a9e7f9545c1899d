"""Where sliding windows lie: padding, stride and dilation, for convolution and pooling alike.

Along an axis of `size` inputs, output o of a window of k elements reads the inputs

    stride · o + dilation · i - before,        i = 0 ... k - 1

and whatever lies outside counts as padding. As in Keras and TensorFlow,

    'valid'   no padding:     outputs = floor((size - span) / stride) + 1,
                              span = dilation · (k - 1) + 1
    'same'    zeros around:   outputs = ceil(size / stride); this takes
                              max((outputs - 1) · stride + span - size, 0) zeros, half of them,
                              rounded down, before the input and the others after it.

With stride 2 and a window of 3, 'same' therefore pads an even size at its end only and an odd size
on both sides. PyTorch differs: it always pads both sides alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from glassnet.nn.types import Array

Padding = Literal["valid", "same"]


@dataclass(frozen=True)
class Axis:
    """The windows along one axis; `before` counts the padding before the first input."""

    size: int
    window: int
    stride: int
    dilation: int
    before: int
    outputs: int

    @property
    def reach(self) -> int:
        """The number of positions, from the first window's first to the last window's last."""
        return (self.outputs - 1) * self.stride + (self.window - 1) * self.dilation + 1

    @property
    def after(self) -> int:
        """The padding after the last input; negative if the last inputs are not read."""
        return self.reach - self.before - self.size


@dataclass(frozen=True)
class Windows:
    """Windows that slide over images; `size`, `stride` and `dilation` are (height, width).

    Raises a ValueError for an unknown padding, or for a stride together with a dilation (as Keras
    does).
    """

    size: tuple[int, int]
    stride: tuple[int, int] = (1, 1)
    padding: Padding = "valid"
    dilation: tuple[int, int] = (1, 1)

    def __post_init__(self) -> None:
        if self.padding not in ("valid", "same"):
            raise ValueError(f"padding must be 'valid' or 'same', not {self.padding!r}")
        if max(self.stride) > 1 and max(self.dilation) > 1:
            raise ValueError("only one of stride and dilation may be larger than 1")

    def axes(self, height: int, width: int) -> tuple[Axis, Axis]:
        """Lay the windows over images of this size; a ValueError says if they are too small."""
        rows, columns = (
            window_axis(size, window, stride, dilation, self.padding)
            for size, window, stride, dilation in zip(
                (height, width), self.size, self.stride, self.dilation, strict=True
            )
        )
        return rows, columns


def window_axis(size: int, window: int, stride: int, dilation: int, padding: Padding) -> Axis:
    """Lay windows along an axis of this size, by the formulas at the top of this file.

    Raises a ValueError for an input of length 0, or without padding for a window that is larger
    than the input.
    """
    if size < 1:
        raise ValueError("an input of length 0 has no windows")
    span = (window - 1) * dilation + 1
    if padding == "same":
        outputs = -(-size // stride)
        before = max((outputs - 1) * stride + span - size, 0) // 2
    elif span > size:
        raise ValueError(
            f"a window that spans {span} is larger than the input's {size}: "
            f"use padding='same', a smaller window or a larger input"
        )
    else:
        outputs, before = (size - span) // stride + 1, 0
    return Axis(size, window, stride, dilation, before, outputs)


def adjoint_axes(axes: tuple[Axis, Axis]) -> tuple[Axis, Axis]:
    """Return the axes of the input gradient, a correlation of dy: both must have stride 1.

    Input h is element i of the window of output h + before - dilation · i. So the outputs that
    read an input form a window of the same size and dilation, with the elements in the opposite
    order. Together with the flipped kernel this is what mathematics calls a full convolution.
    """
    rows, columns = (
        Axis(
            size=axis.outputs,
            window=axis.window,
            stride=1,
            dilation=axis.dilation,
            before=(axis.window - 1) * axis.dilation - axis.before,
            outputs=axis.size,
        )
        for axis in axes
    )
    return rows, columns


def pair(value: int | tuple[int, int], name: str) -> tuple[int, int]:
    """Return (height, width), given one number for both or a pair; a ValueError names `name`."""
    numbers = (value, value) if isinstance(value, int | np.integer) else tuple(value)
    if len(numbers) != 2 or not all(isinstance(number, int | np.integer) for number in numbers):
        raise ValueError(f"{name} must be a whole number or two of them, not {value!r}")
    height, width = numbers
    if min(height, width) < 1:
        raise ValueError(f"{name} must be at least 1, not {min(height, width)}")
    return int(height), int(width)


def check_input(layer: object, x: Array, dimensions: int, channels: int | None = None) -> None:
    """Raise a ValueError unless x has so many dimensions and, where given, channels."""
    if x.ndim != dimensions or channels not in (None, x.shape[-1]):
        axes = {3: "N, L", 4: "N, H, W"}[dimensions]
        expected = f"({axes}, {'C' if channels is None else channels})"
        raise ValueError(f"{type(layer).__name__} expects shape {expected}, got {x.shape}")
