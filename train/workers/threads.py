"""How many threads BLAS uses: the cores of the machine, divided among the workers."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager

from threadpoolctl import threadpool_info, threadpool_limits

from glassnet.models import Network
from glassnet.nn import LSTM

_ROWS_PER_WORKER = 8


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def suitable_workers(rows: int) -> int:
    """Return the number of workers that trains fastest on this machine.

    One to a core is better than one process with several BLAS threads, as long as each worker
    has enough rows of the batch to make the most of its products.
    """
    return max(1, min(cores(), rows // _ROWS_PER_WORKER))


def share_threads(network: Network, workers: int) -> None:
    """Give BLAS in this process its share of the cores among so many workers on this machine.

    It never gets more than it started with: OPENBLAS_NUM_THREADS=1 leaves a core to others. A
    BLAS that threadpoolctl does not know (Apple's Accelerate) is left alone.
    LSTM layers are told to cut their products into tiles only where BLAS has a single thread.
    """
    allowed = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    threads = max(1, min([cores() // workers, *allowed]))
    threadpool_limits(threads, user_api="blas")
    if threads > 1:
        for _, layer in network.walk():
            if isinstance(layer, LSTM):
                layer.tiled = False


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which BLAS uses one thread.

    A single stream makes many small products, for which a second thread brings little where it
    has a core of its own, and costs much where it has to wait for one.
    """
    return threadpool_limits(1, user_api="blas")
