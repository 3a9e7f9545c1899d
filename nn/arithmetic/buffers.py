"""Memory of the arithmetic: buffers that are kept from call to call, and slabs that fit the cache.

A layer sees batches of the same shape again and again. Allocating its arrays once saves the time
in which the system would hand out, and clear, hundreds of megabytes for every batch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import DTypeLike

from glassnet.nn.types import Array

_SLAB = 200_000  # elements worked on at a time, so that they stay in the L2 cache


class Buffers:
    """Arrays that are allocated once and used again while their shape stays the same.

    A smaller batch, such as the last one of an epoch, uses the first rows of the array.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def get(self, name: str, shape: tuple[int, ...], dtype: DTypeLike, fill: float = 0.0) -> Array:
        """Return the array of this name, with the values it had, or a new one full of `fill`."""
        array = self._arrays.get(name)
        if (
            array is None
            or array.dtype != dtype
            or array.shape[1:] != shape[1:]
            or array.shape[0] < shape[0]
        ):
            array = self._arrays[name] = np.full(shape, fill, dtype)
        return array[: shape[0]]

    def scratch(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
        """Return an array of this shape and any values; all shapes of a name share its memory."""
        return self.get(name, (math.prod(shape),), dtype).reshape(shape)


def padded(
    x: Array,
    border: tuple[int, int, int, int],
    buffers: Buffers,
    name: str,
    dtype: DTypeLike,
    value: float = 0.0,
) -> Array:
    """Return images (N, H, W, C) with a border of `value`, in a buffer; x itself without one.

    `border` counts the rows above and below and the columns left and right, less than 0 as 0.
    """
    top, bottom, left, right = (max(count, 0) for count in border)
    if top == bottom == left == right == 0:
        return x.astype(dtype, copy=False)
    n, height, width, channels = x.shape
    shape = (n, top + height + bottom, left + width + right, channels)
    # The name fixes the place of x in the buffer, so that the border is written only once.
    result = buffers.get(f"{name} {top} {bottom} {left} {right}", shape, dtype, value)
    result[:, top : top + height, left : left + width] = x
    return result


def slabs(images: int, elements: int, size: int = _SLAB) -> Iterator[slice]:
    """Yield slices of a batch of `images`, each of at most `size` if an image takes `elements`."""
    step = max(1, size // max(1, elements))
    for start in range(0, images, step):
        yield slice(start, start + step)
