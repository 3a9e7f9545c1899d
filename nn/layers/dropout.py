"""Dropout: Srivastava et al. 2014, in its inverted form (scaled when training, not after)."""

from __future__ import annotations

from glassnet.nn.layer import Layer
from glassnet.nn.types import Array


class Dropout(Layer):
    """Zero each element with probability `rate` when training and scale the rest by 1/(1-rate).

    Parameters
    ----------
    rate : probability of zeroing an element, 0 <= rate < 1.
    batch_axis : axis along which the rows of the batch lie: 0, or 1 for sequences (T, N, D).
    shared_axes : axes along which one mask is used throughout. `(0,)` on a sequence gives
        variational dropout (Gal & Ghahramani 2016): the same mask at every time step.

    Shapes: x and y are the same, any. Not training, y is x.

    Raises
    ------
    ValueError : for a rate out of range, a negative axis, or a mask shared along the batch.
    RuntimeError : from `forward`, when training a layer without randomness.
    """

    def __init__(self, rate: float, batch_axis: int = 0, shared_axes: tuple[int, ...] = ()) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"dropout rate must be at least 0 and below 1, not {rate}")
        if batch_axis < 0 or any(axis < 0 or axis == batch_axis for axis in shared_axes):
            raise ValueError(
                f"dropout axes count from 0, and rows of the batch (axis {batch_axis}) "
                f"share no mask, but shared_axes is {shared_axes}"
            )
        self.rate, self.batch_axis, self.shared_axes = rate, batch_axis, shared_axes

    def forward(self, x: Array, train: bool = False) -> Array:
        if not train or self.rate == 0:
            self._mask = None
            return x
        shape = tuple(1 if a in self.shared_axes else n for a, n in enumerate(x.shape))
        keep = self.randomness().uniform(shape, self.batch_axis) >= self.rate
        self._mask = keep.astype(x.dtype)
        self._mask *= 1 / (1 - self.rate)
        return x * self._mask

    def backward(self, dy: Array) -> Array:
        return dy if self._mask is None else dy * self._mask
