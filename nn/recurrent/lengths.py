"""Sequences of unequal length in one batch: where each ends, reversed, and its last time step.

The sequences stand side by side in x (T, N, ...), padded to the longest one. `Layer.set_lengths`
says how many time steps of each count; what stands beyond them is never used.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.types import Array


def check_lengths(layer: object, lengths: Array | None, steps: int, rows: int) -> None:
    """Raise a ValueError that names the layer if the lengths are not those of x (T, N, ...)."""
    if lengths is None:
        return
    name = type(layer).__name__
    if lengths.shape != (rows,):
        raise ValueError(f"{name}: lengths of {len(lengths)} sequences are set, x has {rows}")
    if lengths.size and lengths.max() > steps:
        raise ValueError(f"{name}: a length of {lengths.max()} is set, x has {steps} time steps")


def padding_of(lengths: Array | None, steps: int) -> Array | None:
    """Return where a batch is padded, (T, N) of bool, or None if it is not."""
    if lengths is None or not (lengths < steps).any():
        return None
    return np.asarray(np.arange(steps)[:, None] >= lengths)


def without_padding(x: Array, padding: Array | None) -> Array:
    """Return x (T, N, ...) with zeros where it is padded, or x itself."""
    if padding is None:
        return x
    return np.where(padding.reshape(padding.shape + (1,) * (x.ndim - 2)), 0, x)


def reversed_steps(x: Array, lengths: Array | None) -> Array:
    """Return x (T, N, ...) with the steps of each sequence in reverse order, the padding behind.

    Doing so twice changes nothing, and the gradient of it is the same once more.
    """
    if lengths is None:
        return x[::-1]
    steps = np.arange(len(x))[:, None]
    order = np.where(steps < lengths, lengths - 1 - steps, steps)  # (T, N)
    return np.asarray(x[order, np.arange(x.shape[1])])


def last_steps(y: Array, lengths: Array | None) -> Array:
    """Return the last time step (N, ...) of each sequence of y (T, N, ...); zeros of an empty one.

    Without lengths y has at least one time step.
    """
    if lengths is None:
        last: Array = y[-1]
        return last
    last = np.zeros(y.shape[1:], y.dtype)
    (rows,) = np.nonzero(lengths)
    last[rows] = y[lengths[rows] - 1, rows]
    return last


def last_steps_gradient(dlast: Array, steps: int, lengths: Array | None) -> Array:
    """Return the gradient for y (T, N, ...), given that for the result of `last_steps`."""
    dy = np.zeros((steps, *dlast.shape), dlast.dtype)
    if lengths is None:
        dy[-1] = dlast
    else:
        (rows,) = np.nonzero(lengths)
        dy[lengths[rows] - 1, rows] = dlast[rows]
    return dy
