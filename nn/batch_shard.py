"""The rows of a batch that one worker holds, and the random numbers for them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from glassnet.nn.types import Array

__all__ = ["BatchShard"]


@dataclass
class BatchShard:
    """The rows of a batch that this worker holds, and the random numbers for them.

    A layer that draws random numbers draws them for the *whole* batch and keeps the rows of this
    worker. So a network trained by several workers sees the same noise as one trained by a single
    worker.

    Parameters
    ----------
    generator : numpy.random.Generator
        The source of randomness; every worker holds one in the same state.
    start, stop : int, optional
        The rows that this worker holds; by default all.
    total : int, optional
        The number of rows of the whole batch; by default this worker holds all of them.
    all_reduce : callable, optional
        Returns the sum of an array over all workers, the same on each: the method of that name of a
        communicator. Layers that need the statistics of the whole batch call it, so every worker
        has to compute its rows at the same time.

    Raises
    ------
    ValueError
        If `start` or `stop` is given without `total`.

    Examples
    --------
    Two workers together draw what one worker draws:

    >>> import numpy as np
    >>> from glassnet.nn import BatchShard
    >>> BatchShard(np.random.default_rng(0)).uniform((4,)).round(2)
    array([0.85, 0.64, 0.51, 0.27], dtype=float32)
    >>> BatchShard(np.random.default_rng(0), start=0, stop=2, total=4).uniform((2,)).round(2)
    array([0.85, 0.64], dtype=float32)
    >>> BatchShard(np.random.default_rng(0), start=2, stop=4, total=4).uniform((2,)).round(2)
    array([0.51, 0.27], dtype=float32)
    """

    generator: np.random.Generator
    start: int = 0
    stop: int | None = None
    total: int | None = None
    all_reduce: Callable[[Array], Array] | None = None

    def __post_init__(self) -> None:
        if self.total is None and (self.start or self.stop is not None):
            raise ValueError("a batch shard with start or stop needs total, the rows of the batch")

    def __deepcopy__(self, memo: dict[int, object]) -> BatchShard:
        """Return a shard with a generator of its own that sums over the same workers."""
        return replace(self, generator=copy.deepcopy(self.generator, memo))

    def sum_over_workers(self, values: Array) -> Array:
        """Return the sum of arrays over all workers that hold rows of the batch.

        Parameters
        ----------
        values : array
            This worker's summand.

        Returns
        -------
        array
            The sum, the same on each worker.

        Raises
        ------
        RuntimeError
            If there are other workers, but no `all_reduce`.
        """
        if self.all_reduce is not None:
            return self.all_reduce(values)
        if self.total is None or (self.start, self.stop) == (0, self.total):
            return values
        raise RuntimeError(
            f"a layer needs sums over the whole batch, but this worker holds rows {self.start} to "
            f"{self.stop} of {self.total}: give BatchShard the communicator's all_reduce"
        )

    def uniform(self, shape: tuple[int, ...], batch_axis: int = 0) -> Array:
        """Return uniform random numbers in [0, 1) for the rows of this worker.

        Parameters
        ----------
        shape : tuple of int
            The shape of the result.
        batch_axis : int, default 0
            The axis of the shape along which the rows lie.

        Returns
        -------
        array
            float32 numbers of this shape.
        """
        whole = self.generator.random(self._global_shape(shape, batch_axis), dtype=np.float32)
        return self._local(whole, batch_axis)

    def normal(self, shape: tuple[int, ...], batch_axis: int = 0) -> Array:
        """Return standard normal random numbers for the rows of this worker.

        Parameters
        ----------
        shape : tuple of int
            The shape of the result.
        batch_axis : int, default 0
            The axis of the shape along which the rows lie.

        Returns
        -------
        array
            float32 numbers of this shape.
        """
        whole = self.generator.standard_normal(
            self._global_shape(shape, batch_axis), dtype=np.float32
        )
        return self._local(whole, batch_axis)

    def rows(self, local: int) -> int:
        """Return the number of rows of the whole batch.

        Parameters
        ----------
        local : int
            The number of rows that this worker holds.

        Returns
        -------
        int
            `total`, or `local` if this worker holds the whole batch.
        """
        return local if self.total is None else self.total

    def _global_shape(self, shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
        """Return the shape for all rows of the batch."""
        return (*shape[:axis], self.rows(shape[axis]), *shape[axis + 1 :])

    def _local(self, whole: Array, axis: int) -> Array:
        """Return the rows of this worker."""
        if self.total is None:
            return whole
        return whole[(slice(None),) * axis + (slice(self.start, self.stop),)]
