"""What the training loop knows of parallelism: one small interface, here for a process alone.

Training is data-parallel and synchronous. Every worker holds some rows of the batch and runs the
same loop; in each step the gradients are summed, each worker updates its *own* slice of the
parameters with its slice of the sum, and then all have the same parameters again. The other two
implementations are `train/workers/processes.py` (shared memory) and `train/workers/mpi.py`.
"""

from __future__ import annotations

from typing import Protocol

from glassnet.models import Network
from glassnet.nn import Array


class Communicator(Protocol):
    """One worker's side of the exchange with the others.

    Attributes
    ----------
    rank, size : the number of this worker, from 0, and how many there are. Rank 0 prints and saves.
    local_size : how many of them are on this machine and share its cores.
    """

    rank: int
    size: int
    local_size: int

    def broadcast(self, network: Network) -> None:
        """Give all workers the parameters of worker 0's network, in memory fit for exchange."""

    def local_slice(self, length: int) -> slice:
        """Return the part of a vector of this length that this worker updates."""

    def reduce_scatter(self, vector: Array) -> None:
        """Make this worker's own slice of the vector the sum of that slice over all workers."""

    def all_gather(self, vector: Array) -> None:
        """Fill the whole vector with every worker's own slice of it."""

    def all_reduce(self, values: Array) -> Array:
        """Return the sum over all workers of small arrays, the same on each to the last bit."""

    def barrier(self) -> None:
        """Wait until all workers are here."""


def shard(length: int, rank: int, size: int) -> slice:
    """Return the part of `length` things that falls to a rank; the shares differ by at most 1.

    >>> [shard(25, rank, 3) for rank in range(3)]
    [slice(0, 8, None), slice(8, 16, None), slice(16, 25, None)]
    """
    return slice(length * rank // size, length * (rank + 1) // size)


class SingleProcess:
    """The communicator of a process that works alone: nothing to exchange."""

    rank = 0
    size = local_size = 1

    def broadcast(self, network: Network) -> None:
        pass

    def local_slice(self, length: int) -> slice:
        return slice(0, length)

    def reduce_scatter(self, vector: Array) -> None:
        pass

    def all_gather(self, vector: Array) -> None:
        pass

    def all_reduce(self, values: Array) -> Array:
        return values

    def barrier(self) -> None:
        pass
