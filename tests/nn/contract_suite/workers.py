"""Workers as threads of this process, to test layers that sum over the workers of a batch."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from glassnet.nn import Array

T = TypeVar("T")
Work = Callable[[Callable[[Array], Array]], T]


def together_in_threads(*works: Work[T]) -> list[T]:
    """Call each function in a thread, with an `all_reduce` over all of them; return the results.

    An error in one of them ends the sums of the others, and is raised.
    """
    barrier = threading.Barrier(len(works), timeout=60)
    summands: dict[int, Array] = {}

    def all_reduce(rank: int, values: Array) -> Array:
        summands[rank] = values.copy()
        barrier.wait()
        total = np.sum([summands[other] for other in range(len(works))], axis=0)
        barrier.wait()
        return np.asarray(total)

    def run(rank: int) -> T:
        try:
            return works[rank](lambda values: all_reduce(rank, values))
        except BaseException:
            barrier.abort()
            raise

    with ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(run, rank) for rank in range(len(works))]
    errors = [error for future in futures if (error := future.exception())]
    for error in errors:
        if not isinstance(error, threading.BrokenBarrierError):
            raise error
    return [future.result() for future in futures]
