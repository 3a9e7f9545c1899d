"""What every benchmark prints first: the machine, the versions, the BLAS kernel and its peak."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from glassnet.train.workers.threads import cores


def describe() -> str:
    """Return lines on processor, Python, NumPy and the BLAS kernel in use."""
    libraries = [
        f"{blas['internal_api']} {blas['version']}, kernel {blas['architecture']}"
        for blas in threadpool_info()
        if blas["user_api"] == "blas"
    ]
    lines = [
        f"{processor()}, {cores()} cores, Python {platform.python_version()}",
        f"NumPy {np.__version__}, {'; '.join(libraries) or 'a BLAS unknown to threadpoolctl'}",
    ]
    if os.environ.get("OPENBLAS_CORETYPE"):
        lines.append("OPENBLAS_CORETYPE is set: unset it to measure what the processor can do")
    return "\n".join(lines)


def processor() -> str:
    """Return the processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor()
    wide = np._core._multiarray_umath.__cpu_features__.get("AVX512_SKX")  # type: ignore[attr-defined]
    return f"{name} ({'with' if wide else 'without'} AVX-512)"


def sgemm_peak(threads: int, size: int = 2048) -> float:
    """Return the GFLOP/s of a large float32 product on this many threads, median of seven."""
    matrix = np.random.default_rng(0).standard_normal((size, size), dtype=np.float32)
    out = np.empty_like(matrix)
    with threadpool_limits(threads, user_api="blas"):
        return 2e-9 * size**3 / median_seconds(lambda: np.matmul(matrix, matrix, out=out), 7)


def median_seconds(work: Callable[[], object], rounds: int) -> float:
    """Return the median duration of some work after one call that does not count."""
    work()
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return float(np.median(seconds))
