"""How many rows of a batch a loss averages over: what workers pass on as `total`."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from glassnet.nn.losses.cross_entropy import softmax_cross_entropy
from glassnet.nn.types import Array

__all__ = ["rows_to_average"]


def rows_to_average(
    loss: Callable[..., tuple[float, Array]], targets: Array, batch: Array | None = None
) -> int:
    """Return how many rows a loss averages over if it has all of a batch.

    Parameters
    ----------
    loss : callable
        A loss, or a `functools.partial` of one.
    targets : array
        The targets of the whole batch, or of a data set that it is a part of.
    batch : array of int, optional
        The numbers of the batch's rows in the data set; by default all rows are the batch.

    Returns
    -------
    int
        For `softmax_cross_entropy` the number of class ids without those to ignore; for any other
        function the length of the first axis.

    Shapes
    ------
    - targets: (N, ...)
    - batch: (rows,)

    Examples
    --------
    Two lines of text, the first padded with -1; each of two workers holds one of them:

    >>> import functools
    >>> import numpy as np
    >>> from glassnet.nn import rows_to_average, softmax_cross_entropy
    >>> loss = functools.partial(softmax_cross_entropy, ignore_index=-1)
    >>> logits, targets = np.eye(4)[[[0, 1, 2], [3, 0, 1]]], np.array([[1, -1, -1], [2, 0, 3]])
    >>> total = rows_to_average(loss, targets)
    >>> total
    4
    >>> parts = [loss(logits[rows], targets[rows], total)[0] for rows in (slice(0, 1), slice(1, 2))]
    >>> round(sum(parts), 9) == round(loss(logits, targets)[0], 9)
    True
    """
    options: dict[str, object] = {}
    while isinstance(loss, functools.partial):
        options = {**loss.keywords, **options}
        loss = loss.func
    if loss is not softmax_cross_entropy:
        return len(targets if batch is None else batch)
    ids = targets if batch is None else targets[batch]
    ignored = options.get("ignore_index")
    return ids.size if ignored is None else int(np.count_nonzero(ids != ignored))
