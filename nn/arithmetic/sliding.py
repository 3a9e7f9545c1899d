"""Where sliding windows lie: padding, stride and dilation, for convolution and pooling alike.

Along an axis of `size` inputs, output o of a window of k elements reads the inputs

    stride · o + dilation · i - before,        i = 0 ... k - 1

and whatever lies outside counts as padding. As in Keras and TensorFlow,

    'valid'   no padding:     outputs = floor((size - span) / stride) + 1,
                              span = dilation · (k - 1) + 1
    'same'    zeros around:   outputs = ceil(size / stride); of the padding that this needs,
                              max((outputs - 1) · stride + span - size, 0), half comes before
                              the input, rounded down, and the rest after it.

So 'same' with stride 2 and a window of 3 pads an even size at its end only and an odd size on both
sides (PyTorch, which always pads both sides alike, differs).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

Padding = Literal["valid", "same"]


@dataclass(frozen=True)
class Axis:
    """The windows along one axis; `before` counts positions before the first input."""

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
        """The number of positions after the last input; negative if some inputs are not read."""
        return self.reach - self.before - self.size


def window_axis(size: int, window: int, stride: int, dilation: int, padding: Padding) -> Axis:
    """Lay windows along an axis of this size, by the formulas at the top of this file.

    Raises
    ------
    ValueError : for an input without positions, or a window larger than one without padding.
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


def pair(value: int | tuple[int, int], name: str) -> tuple[int, int]:
    """Return `value` for (height, width), given one number for both or a pair; `name` for errors.

    Raises
    ------
    ValueError : unless both numbers are at least 1.
    """
    height, width = (value, value) if isinstance(value, int | np.integer) else value
    if min(height, width) < 1:
        raise ValueError(f"{name} must be at least 1, not {min(height, width)}")
    return int(height), int(width)


def check_padding(padding: str) -> None:
    """Raise a ValueError unless padding is 'valid' or 'same'."""
    if padding not in ("valid", "same"):
        raise ValueError(f"padding must be 'valid' or 'same', not {padding!r}")


def check_input(layer: Layer, x: Array, dimensions: int, channels: int | None = None) -> None:
    """Raise a ValueError unless x has so many dimensions and, where given, channels."""
    if x.ndim != dimensions or channels not in (None, x.shape[-1]):
        axes = {3: "N, L", 4: "N, H, W"}[dimensions]
        expected = f"({axes}, {'C' if channels is None else channels})"
        raise ValueError(f"{type(layer).__name__} expects shape {expected}, got {x.shape}")


class Buffers:
    """Arrays that are allocated once and used again while their shape stays the same.

    Fewer rows (a last, smaller batch) use the first rows of the array that is there.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def get(self, name: str, shape: tuple[int, ...], dtype: Any, fill: float = 0.0) -> Array:
        """Return an array of this shape: as the last user of this name left it, or new.

        `fill` is the value of every element of a new array.
        """
        array = self._arrays.get(name)
        if (
            array is None
            or array.dtype != dtype
            or array.shape[1:] != shape[1:]
            or array.shape[0] < shape[0]
        ):
            array = self._arrays[name] = np.full(shape, fill, dtype)
        return array[: shape[0]]


def padded(
    x: Array,
    border: tuple[int, int, int, int],
    buffers: Buffers,
    name: str,
    dtype: Any,
    value: float = 0.0,
) -> Array:
    """Return images with `value` around them; x itself if it is what is asked for.

    Parameters
    ----------
    x : (N, H, W, C).
    border : rows to add above and below, columns left and right; below zero counts as zero.
    buffers, name : hold the result; its border is written only once.
    dtype, value : of the result, and of its border.
    """
    top, bottom, left, right = (max(count, 0) for count in border)
    if top == bottom == left == right == 0:
        return x.astype(dtype, copy=False)
    n, height, width, channels = x.shape
    shape = (n, top + height + bottom, left + width + right, channels)
    # The four counts and the shape leave x one place, so that nothing else ever fills the border.
    result = buffers.get(f"{name} {top} {bottom} {left} {right}", shape, dtype, value)
    result[:, top : top + height, left : left + width] = x
    return result
