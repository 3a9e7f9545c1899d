"""What the normalizations share: checks and layouts of their inputs, and sums by products.

A matrix product sums twice as fast as `sum` and `einsum`, and is analytic in complex numbers.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from glassnet.nn.types import Array

PART = 32768
"""Elements worked on at a time, so that a few arrays of as many stay in the L2 cache."""

_WIDE = 512  # elements of a row from which on what a loop over rows costs does not count


class _WithFeatures(Protocol):
    features: int


def in_rows(layer: _WithFeatures, x: Array, dtype: np.typing.DTypeLike) -> Array:
    """Return x as rows (R, features) in C order; raise a ValueError for another last axis."""
    if x.shape[-1:] != (layer.features,):
        raise ValueError(
            f"{type(layer).__name__} expects a last axis of {layer.features}, got shape {x.shape}"
        )
    return np.asarray(x, dtype, order="C").reshape(math.prod(x.shape[:-1]), layer.features)


def widened(shape: tuple[int, ...]) -> int:
    """Return how many rows (..., features) to join to one: those of the last axes but the first.

    A loop over rows of few channels would spend its time between them. All rows of an image, or of
    a line of it, have the same number of pixels, so they can be worked on as one long row.
    """
    joined = 1
    for length in shape[-2:0:-1]:
        if joined * shape[-1] >= _WIDE:
            break
        joined *= max(length, 1)
    return joined


def squares(rows: Array) -> Array:
    """Return the sum of squares of each row (R, D), as a column (R, 1)."""
    return (rows[:, None, :] @ rows[:, :, None])[:, 0]


def column_sums(rows: Array) -> Array:
    """Return the sum of each column of (R, D)."""
    total: Array = np.ones(len(rows), rows.dtype) @ rows
    return total


def require_epsilon(layer: object, eps: float) -> float:
    """Return eps as a float of Python, which keeps float32; raise a ValueError unless positive."""
    if not 0 < eps < math.inf:
        raise ValueError(f"{type(layer).__name__}: eps must be above 0 and finite, not {eps}")
    return float(eps)
