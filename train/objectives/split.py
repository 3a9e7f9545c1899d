"""A part of the data that is held out from training, to validate on."""

from __future__ import annotations

from glassnet.errors import UserError
from glassnet.nn import Array

__all__ = ["CorpusError", "split"]


class CorpusError(UserError):
    """A corpus is too short for what was asked; the message says how long it must be.

    Examples
    --------
    >>> from glassnet.errors import UserError
    >>> from glassnet.train.objectives import CorpusError
    >>> issubclass(CorpusError, UserError)
    True
    """


def split(rows: Array, validation: float) -> tuple[Array, Array]:
    """Return the first rows, to train on, and the last ones, to validate on.

    Parameters
    ----------
    rows : Array
        (N, ...): the characters of a text, say.
    validation : float
        Fraction of them that is held out, rounded down.

    Returns
    -------
    training, validation : Array
        Views of the rows.

    Shapes
    ------
    - rows: (N, ...)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.objectives import split
    >>> split(np.arange(10), 0.25)
    (array([0, 1, 2, 3, 4, 5, 6, 7]), array([8, 9]))
    """
    cut = len(rows) - int(len(rows) * validation)
    return rows[:cut], rows[cut:]
