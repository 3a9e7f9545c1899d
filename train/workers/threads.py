"""How many threads BLAS uses: the cores of the machine, divided among the workers."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager

from threadpoolctl import threadpool_info, threadpool_limits

from glassnet.models import Network
from glassnet.nn import Layer
from glassnet.nn.recurrent.base import RecurrentLayer

__all__ = ["cores", "limit_threads", "one_thread", "suitable_workers", "threads_as_before"]

_ROWS_PER_WORKER = 8


def cores() -> int:
    """Return the number of cores that this process may use.

    Examples
    --------
    >>> from glassnet.train.workers.threads import cores
    >>> cores() >= 1
    True
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def suitable_workers(rows: int) -> int:
    """Return the number of workers that trains fastest on this machine.

    One worker for each core is faster than one process with several BLAS threads, as long as each
    worker has enough rows of the batch for its products to be efficient.

    Parameters
    ----------
    rows : int
        Rows of the batch, which the workers share.

    Returns
    -------
    int
        At least 1, at most the number of cores.

    Examples
    --------
    >>> from glassnet.train.workers.threads import cores, suitable_workers
    >>> suitable_workers(1), suitable_workers(10**6) == cores()
    (1, True)
    """
    return max(1, min(cores(), rows // _ROWS_PER_WORKER))


def limit_threads(network: Network, workers: int) -> None:
    """Divide the cores of this machine among the BLAS threads of its workers.

    BLAS never gets more threads than it started with: OPENBLAS_NUM_THREADS=1 leaves a core to
    other programs. A BLAS that threadpoolctl does not know (Apple's Accelerate) is left alone.
    Recurrent layers cut their products into tiles only where BLAS has a single thread.

    Parameters
    ----------
    network : Network
        The network that this process trains.
    workers : int
        The number of workers on this machine.

    Examples
    --------
    >>> from glassnet.nn import LSTM, Layer
    >>> from glassnet.train.workers.threads import one_thread, limit_threads
    >>> layer = LSTM(2, 3)
    >>> with one_thread():  # restores the number of threads at its end
    ...     limit_threads(layer, 2)
    ...     layer.tiled
    True
    """
    allowed = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    threads = max(1, min([cores() // workers, *allowed]))
    threadpool_limits(threads, user_api="blas")
    if threads > 1:
        for _, layer in network.walk():
            if isinstance(layer, RecurrentLayer):
                layer.tiled = False


def one_thread() -> AbstractContextManager[object]:
    """Return a context manager in whose block BLAS uses one thread.

    A single stream makes many small products. A second thread makes them little faster where it has
    a core of its own, and much slower where it has to wait for one.

    Returns
    -------
    context manager
        It restores the number of threads at the end of the block.

    Examples
    --------
    >>> from threadpoolctl import threadpool_info
    >>> from glassnet.train.workers.threads import one_thread
    >>> with one_thread():
    ...     pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    ...     all(pool["num_threads"] == 1 for pool in pools)
    True
    """
    limits: AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limits


@contextlib.contextmanager
def threads_as_before(network: Layer) -> Iterator[None]:
    """Undo at the end of the block what `limit_threads` does in it: a context manager.

    Parameters
    ----------
    network : Layer
        The network that is trained in the block.

    Yields
    ------
    None
        Nothing.

    Examples
    --------
    >>> from glassnet.nn import LSTM, Layer
    >>> from glassnet.train.workers.threads import threads_as_before
    >>> layer = LSTM(2, 3)
    >>> with threads_as_before(layer):
    ...     layer.tiled = False
    >>> layer.tiled
    True
    """
    recurrent = [layer for _, layer in network.walk() if isinstance(layer, RecurrentLayer)]
    tiled = [(layer, layer.tiled) for layer in recurrent]
    with threadpool_limits(user_api="blas"):
        yield
    for layer, before in tiled:
        layer.tiled = before
