"""Several machines: the communicator that works through MPI, one process ("rank") a worker.

    mpiexec -n 4 python _training.py

The gradients are summed by a reduce-scatter, which leaves each rank with the sum of its own slice,
and the updated slices of theta go round in an all-gather. Together the two move as much as one
all-reduce of the gradients, and every rank updates only its share.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from glassnet.models import Network
from glassnet.nn import Array
from glassnet.train.workers.communicator import shard

# Set by MPICH and its descendants, Open MPI, and Slurm, in this order.
_SIZE_VARIABLES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "PMIX_SIZE")


def launched_ranks() -> int:
    """Return how many ranks `mpiexec` started, 1 where it did not start this process."""
    for name in _SIZE_VARIABLES:
        if os.environ.get(name, "").isdigit():
            return int(os.environ[name])
    return 1


class MPI:
    """One rank's side of the exchange; see `train/workers/communicator.py` for what the methods
    promise."""

    def __init__(self) -> None:
        from mpi4py import MPI as library  # noqa: N811

        self._communicator: Any = library.COMM_WORLD
        self._in_place = library.IN_PLACE
        self.rank = self._communicator.Get_rank()
        self.size = self._communicator.Get_size()
        self.local_size = self._communicator.Split_type(library.COMM_TYPE_SHARED).Get_size()

    def broadcast(self, network: Network) -> None:
        self._communicator.Bcast(network.theta, root=0)

    def local_slice(self, length: int) -> slice:
        return shard(length, self.rank, self.size)

    def reduce_scatter(self, vector: Array) -> None:
        own = self.local_slice(vector.size)
        total = np.empty_like(vector[own])
        self._communicator.Reduce_scatter(vector, total, self._counts(vector.size))
        vector[own] = total

    def all_gather(self, vector: Array) -> None:
        self._communicator.Allgatherv(self._in_place, (vector, self._counts(vector.size)))

    def all_reduce(self, values: Array) -> Array:
        # Gathered and then summed in the order of ranks: the same on each to the last bit.
        parts = np.empty((self.size, *values.shape), values.dtype)
        self._communicator.Allgather(np.ascontiguousarray(values), parts)
        return parts.sum(axis=0)

    def barrier(self) -> None:
        self._communicator.Barrier()

    def abort(self) -> None:
        """End all ranks at once, because this one can't go on."""
        self._communicator.Abort(1)

    def _counts(self, length: int) -> list[int]:
        shares = [shard(length, rank, self.size) for rank in range(self.size)]
        return [part.stop - part.start for part in shares]
