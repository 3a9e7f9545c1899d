"""Timing works that take turns, so that what else the machine does slows all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

Work = Callable[[], object]


def medians(works: list[Work], rounds: int) -> list[float]:
    """Return the median milliseconds of each, which take turns."""
    seconds: list[list[float]] = [[] for _ in works]
    for number in range(rounds + 2):
        for work, found in zip(works, seconds, strict=True):
            began = time.perf_counter()
            work()
            if number >= 2:  # the first two do not count
                found.append(time.perf_counter() - began)
    return [1e3 * float(np.median(found)) for found in seconds]
