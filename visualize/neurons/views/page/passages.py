"""The passages of a corpus that a page needs, without the rest of the corpus."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from glassnet.nn import Array
from glassnet.visualize.neurons.contexts import AFTER, BEFORE


def join_passages(text: str, positions: Iterable[Array]) -> tuple[str, list[Array]]:
    """Join the passages around some positions; parts that overlap are kept once.

    A passage is a position with up to `BEFORE` characters before it and `AFTER` after it.

    Parameters
    ----------
    text : str
        The corpus.
    positions : iterable of arrays of int64
        Positions in the text, in arrays of any shape; -1 stands for none.

    Returns
    -------
    passages : str
        The passages, joined in the order of the text.
    places : list of arrays of int64
        For each array of `positions`, where its positions are in `passages`; -1 stays -1.
    """
    arrays = list(positions)
    wanted = np.unique(np.concatenate([a.ravel() for a in arrays]))
    wanted = wanted[wanted >= 0]
    steps = np.zeros(len(text) + 1, np.int64)  # +1 where a passage starts, -1 where it stops
    np.add.at(steps, np.maximum(wanted - BEFORE, 0), 1)
    np.add.at(steps, np.minimum(wanted + AFTER + 1, len(text)), -1)
    inside = np.cumsum(steps)[:-1] > 0
    places = np.cumsum(inside) - 1  # of each character of the text, in the passages
    edges = np.flatnonzero(np.diff(inside, prepend=False, append=False)).reshape(-1, 2)
    passages = "".join(text[start:stop] for start, stop in edges.tolist())
    return passages, [np.where(a >= 0, places[a], -1) for a in arrays]
