"""A part of the data that is held out from training, to validate on."""

from __future__ import annotations

from glassnet.errors import UserError
from glassnet.nn import Array

__all__ = ["CorpusError", "require_prediction", "split"]


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


def require_prediction(held_out: Array, ids: Array, validation: float) -> None:
    """Raise a CorpusError if part of a text is held out, but too little to predict a character.

    Parameters
    ----------
    held_out : Array
        The ids that are held out, (characters,).
    ids : Array
        Those of the whole text, (characters,).
    validation : float
        The fraction that was to be held out.

    Raises
    ------
    CorpusError
        If the part has fewer than two characters.

    Shapes
    ------
    - held_out, ids: (characters,)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.objectives.split import CorpusError, require_prediction, split
    >>> ids = np.arange(100)
    >>> try:
    ...     require_prediction(split(ids, 0.01)[1], ids, 0.01)
    ... except CorpusError as error:
    ...     print(error)
    1.00% of 100 characters is too little to validate on; --validation 0 trains without
    """
    if validation and len(held_out) < 2:
        raise CorpusError(
            f"{validation:.2%} of {len(ids):,} characters is too little to validate on; "
            "--validation 0 trains without"
        )
