"""t-SNE: codes as points on a plane, where neighbours stay neighbours. Needs scikit-learn."""

from __future__ import annotations

import contextlib
import io
import re

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from glassnet.nn import Array

FEWEST_CODES = 5
"""Fewest codes that t-SNE takes."""

_ITERATIONS = 1000
_MOST_PERPLEXITY = 30.0


def tsne(codes: Array, seed: int = 0) -> Array:
    """Return points on a plane for codes; codes that are close have points that are close.

    A progress bar is shown on the standard error if that is a terminal.

    Parameters
    ----------
    codes : Array
        At least five codes of any shape.
    seed : int, default 0
        Seed of the first points.

    Returns
    -------
    Array
        The coordinates, float32.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.
    ValueError
        If there are fewer than five codes.

    Shapes
    ------
    - codes: (N, ...)
    - returns: (N, 2)

    References
    ----------
    van der Maaten & Hinton 2008, "Visualizing data using t-SNE".

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.visualize import tsne
    >>> codes = np.repeat(np.eye(3), 4, axis=0)  # three groups of four equal codes
    >>> points = tsne(codes + np.random.default_rng(1).normal(0, 0.01, codes.shape))
    >>> points.shape
    (12, 2)
    >>> within = np.linalg.norm(points[0] - points[1])
    >>> between = np.linalg.norm(points[0] - points[4])
    >>> bool(within < between)
    True
    """
    from sklearn.manifold import TSNE

    if len(codes) < FEWEST_CODES:
        raise ValueError(f"t-SNE needs at least {FEWEST_CODES} codes, not {len(codes)}")
    codes = codes.reshape(len(codes), -1).astype(np.float64)
    model = TSNE(
        perplexity=min(_MOST_PERPLEXITY, (len(codes) - 1) / 3),
        # Principal components need codes that vary in at least two directions.
        init="pca" if np.linalg.matrix_rank(codes - codes.mean(axis=0)) > 1 else "random",
        max_iter=_ITERATIONS,
        random_state=seed,
        verbose=2,
    )
    # disable=None: no bar without a terminal.
    bar = tqdm(
        total=_ITERATIONS, desc="t-SNE", unit=" iterations", delay=1, leave=False, disable=None
    )
    # scikit-learn reports its progress only in the lines that it prints. One thread: many would
    # wait for each other after each of many small steps, on a busy machine longer than they work.
    with bar, contextlib.redirect_stdout(_Listener(bar)), threadpool_limits(1):
        return np.asarray(model.fit_transform(codes), np.float32)


class _Listener(io.TextIOBase):
    """A stream that updates a progress bar from what scikit-learn prints."""

    def __init__(self, bar: tqdm) -> None:
        self._bar = bar

    def write(self, text: str) -> int:
        for found in re.finditer(r"Iteration (\d+)", text):
            self._bar.update(int(found[1]) - self._bar.n)
        return len(text)
