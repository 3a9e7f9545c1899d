"""Element-wise work in parts that stay in the cache from the first operation to the last."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.nn.types import Array

_PART = 32768  # elements: a few arrays of as many float32 fit the L2 cache


def contiguous(x: Array) -> Array:
    """Return x in C order, integers as float64; x itself where it is so already."""
    return np.asarray(x, x.dtype if np.issubdtype(x.dtype, np.inexact) else np.float64, order="C")


def parts(*arrays: Array) -> Iterator[tuple[Array, ...]]:
    """Yield flat views of the same elements of each array; all are in C order and of one shape."""
    flat = [array.reshape(-1) for array in arrays]
    for start in range(0, flat[0].size, _PART):
        yield tuple(array[start : start + _PART] for array in flat)
