"""How workers exchange gradients: one small protocol, and its form for a process alone.

Training is data-parallel and synchronous. Every worker holds some rows of the batch and runs the
same loop. In each update the gradients are summed, each worker updates its local slice of the
parameters with its slice of the sum, and then all have the same parameters again.

`train/workers/processes.py` (shared memory) and `train/workers/mpi.py` (several machines) are the
other two communicators.
"""

from __future__ import annotations

from typing import Protocol

from glassnet.models import Network
from glassnet.nn import Array

__all__ = ["Communicator", "SingleProcess", "shard"]


class Communicator(Protocol):
    """One worker's side of the exchange with the others.

    Attributes
    ----------
    rank : int
        The number of this worker, from 0. Rank 0 prints and saves.
    size : int
        The number of workers.
    local_size : int
        How many of them are on this machine and share its cores.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.workers.communicator import Communicator, SingleProcess
    >>> def mean(communicator: Communicator, value: float) -> float:
    ...     return float(communicator.all_reduce(np.array([value]))[0]) / communicator.size
    >>> mean(SingleProcess(), 3.0)
    3.0
    """

    rank: int
    size: int
    local_size: int

    def broadcast(self, network: Network) -> None:
        """Give all workers the parameters of rank 0's network, in memory fit for the exchange.

        Parameters
        ----------
        network : Network
            An initialized network, the same on every worker but for its parameters.
        """

    def local_slice(self, length: int) -> slice:
        """Return the part of a vector that this worker updates.

        Parameters
        ----------
        length : int
            Length of the vector.

        Returns
        -------
        slice
            The part; see `shard`.
        """

    def reduce_scatter(self, vector: Array) -> None:
        """Sum a vector over all workers; each gets its local slice of the sum.

        Parameters
        ----------
        vector : array
            The gradients of the network that was broadcast; the rest of it is undefined after.

        Shapes
        ------
        - vector: (P,)
        """

    def all_gather(self, vector: Array) -> None:
        """Fill a vector with every worker's local slice of it.

        Parameters
        ----------
        vector : array
            The parameters of the network that was broadcast, or another vector as long.

        Shapes
        ------
        - vector: (P,)
        """

    def all_reduce(self, values: Array) -> Array:
        """Return the sum of small arrays over all workers, the same on each to the last bit.

        Parameters
        ----------
        values : array
            This worker's summand.

        Returns
        -------
        array
            The sum, of the same shape.

        Shapes
        ------
        - values: any
        """

    def barrier(self) -> None:
        """Wait until all workers are here."""


def shard(length: int, rank: int, size: int) -> slice:
    """Return the part of `length` things that falls to a rank.

    Parameters
    ----------
    length : int
        How many things there are.
    rank : int
        The worker, from 0.
    size : int
        The number of workers.

    Returns
    -------
    slice
        The part; the lengths of the parts differ by at most 1.

    Examples
    --------
    >>> from glassnet.train.workers.communicator import shard
    >>> [shard(25, rank, 3) for rank in range(3)]
    [slice(0, 8, None), slice(8, 16, None), slice(16, 25, None)]
    """
    return slice(length * rank // size, length * (rank + 1) // size)


class SingleProcess(Communicator):
    """The communicator of a process that trains alone: there is nothing to exchange.

    Examples
    --------
    >>> from glassnet.train.workers.communicator import SingleProcess
    >>> SingleProcess().size
    1
    """

    rank = 0
    size = local_size = 1

    def __init__(self) -> None:
        pass

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
