"""Several machines: a communicator that works through MPI, one process ("rank") a worker.

    mpiexec -n 4 glassnet train

A reduce-scatter sums the gradients and leaves each rank with its local slice of the sum. An
all-gather then sends the updated slices of theta to all ranks. Together the two move as much as one
all-reduce of the gradients, and every rank updates only its slice.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from glassnet.models import Network
from glassnet.nn import Array
from glassnet.train.workers.communicator import Communicator, shard

__all__ = ["MPI", "launched_ranks"]

# Set by MPICH and its descendants, Open MPI, and Slurm, in this order.
_SIZE_VARIABLES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "PMIX_SIZE")


def launched_ranks() -> int:
    """Return how many ranks `mpiexec` started; 1 if it did not start this process.

    Examples
    --------
    >>> from glassnet.train.workers.mpi import launched_ranks
    >>> launched_ranks()
    1
    """
    for name in _SIZE_VARIABLES:
        if os.environ.get(name, "").isdigit():
            return int(os.environ[name])
    return 1


class MPI(Communicator):
    """The `Communicator` of one rank.

    Raises
    ------
    ImportError
        If mpi4py is not installed.
    RuntimeError
        If mpi4py finds no MPI library.

    Examples
    --------
    >>> from glassnet.train.workers.mpi import MPI, launched_ranks
    >>> communicator = MPI() if launched_ranks() > 1 else None
    >>> communicator is None  # this was not started by mpiexec
    True
    """

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
        local = self.local_slice(vector.size)
        total = np.empty_like(vector[local])
        self._communicator.Reduce_scatter(vector, total, self._counts(vector.size))
        vector[local] = total

    def all_gather(self, vector: Array) -> None:
        self._communicator.Allgatherv(self._in_place, (vector, self._counts(vector.size)))

    def all_reduce(self, values: Array) -> Array:
        # Gathered and then summed in the order of ranks: the same on each to the last bit.
        parts = np.empty((self.size, *values.shape), values.dtype)
        self._communicator.Allgather(np.ascontiguousarray(values), parts)
        total: Array = parts.sum(axis=0)
        return total

    def barrier(self) -> None:
        self._communicator.Barrier()

    def abort(self) -> None:
        """Stop all ranks at once, because this one can't go on."""
        self._communicator.Abort(1)

    def _counts(self, length: int) -> list[int]:
        shards = [shard(length, rank, self.size) for rank in range(self.size)]
        return [part.stop - part.start for part in shards]
