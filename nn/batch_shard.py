"""The rows of a batch that one worker holds, and the random numbers for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.nn.types import Array


@dataclass
class BatchShard:
    """The rows of a batch that this process works on, and the random numbers for them.

    A layer that draws random numbers draws them for the *whole* batch and keeps its own rows, so
    that a network trained by several workers sees the same noise as one trained by a single one.

    Parameters
    ----------
    generator : the source of randomness; every worker holds one in the same state.
    start, stop : the rows held by this process; `stop=None` means all rows.
    total : the number of rows of the whole batch; None means that this process holds all.

    Raises
    ------
    ValueError : if `start` or `stop` is given without `total`.
    """

    generator: np.random.Generator
    start: int = 0
    stop: int | None = None
    total: int | None = None

    def __post_init__(self) -> None:
        if self.total is None and (self.start or self.stop is not None):
            raise ValueError("a share of a batch needs the total number of its rows")

    def uniform(self, shape: tuple[int, ...], batch_axis: int = 0) -> Array:
        """Return float32 numbers in [0, 1) of this shape, whose rows lie along `batch_axis`."""
        whole = self.generator.random(self._whole(shape, batch_axis), dtype=np.float32)
        return self._local(whole, batch_axis)

    def normal(self, shape: tuple[int, ...], batch_axis: int = 0) -> Array:
        """Return float32 standard normal numbers of this shape (rows along `batch_axis`)."""
        whole = self.generator.standard_normal(self._whole(shape, batch_axis), dtype=np.float32)
        return self._local(whole, batch_axis)

    def rows(self, local: int) -> int:
        """Return the number of rows of the whole batch, of which this process holds `local`."""
        return local if self.total is None else self.total

    def _whole(self, shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
        return (*shape[:axis], self.rows(shape[axis]), *shape[axis + 1 :])

    def _local(self, whole: Array, axis: int) -> Array:
        if self.total is None:
            return whole
        return whole[(slice(None),) * axis + (slice(self.start, self.stop),)]
