"""Codes of many numbers as points on a plane, neighbours staying neighbours: t-SNE.

van der Maaten & Hinton 2008, "Visualizing data using t-SNE". Needs scikit-learn.
"""

from __future__ import annotations

import contextlib
import io
import re

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from glassnet.nn import Array

FEWEST_CODES = 5
_ITERATIONS = 1000
_MOST_PERPLEXITY = 30.0


def plane_coordinates(codes: Array, seed: int = 0) -> Array:
    """Return coordinates (N, 2) float32 for codes (N, ...), with a progress bar on a terminal.

    Raises
    ------
    ImportError : if scikit-learn is not installed.
    ValueError : for fewer than `FEWEST_CODES` codes.
    """
    from sklearn.manifold import TSNE

    if len(codes) < FEWEST_CODES:
        raise ValueError(f"t-SNE needs at least {FEWEST_CODES} codes, not {len(codes)}")
    codes = codes.reshape(len(codes), -1).astype(np.float64)
    tsne = TSNE(
        perplexity=min(_MOST_PERPLEXITY, (len(codes) - 1) / 3),
        # Principal components need two directions to start along.
        init="pca" if np.linalg.matrix_rank(codes - codes.mean(axis=0)) > 1 else "random",
        max_iter=_ITERATIONS,
        random_state=seed,
        verbose=2,
    )
    # Nothing where there is no terminal (disable=None).
    bar = tqdm(
        total=_ITERATIONS, desc="t-SNE", unit=" iterations", delay=1, leave=False, disable=None
    )
    # It has no other way to tell how far it is than the lines that it prints. Its threads wait for
    # each other at each of many small steps: on a busy machine far longer than they work.
    with bar, contextlib.redirect_stdout(_Listener(bar)), threadpool_limits(1):
        return np.asarray(tsne.fit_transform(codes), np.float32)


class _Listener(io.TextIOBase):
    """Takes what t-SNE prints and moves a progress bar by it."""

    def __init__(self, bar: tqdm) -> None:
        self._bar = bar

    def write(self, text: str) -> int:
        for found in re.finditer(r"Iteration (\d+)", text):
            self._bar.update(int(found[1]) - self._bar.n)
        return len(text)
