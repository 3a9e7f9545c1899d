"""Measures by name, and functions of the user's own as measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from glassnet.errors import UsageError, no_such
from glassnet.nn import Array
from glassnet.train.objectives.examples.means import Measure, accuracy

__all__ = ["MEASURES", "Metric", "binary_accuracy", "measures_of"]

Metric = str | Callable[[Array, Array], object]
"""A key of `MEASURES`, or a function (output, targets) -> mean over the rows that it is given; a
loss, which returns its gradient as well, will do."""


def binary_accuracy(logits: Array, targets: Array) -> tuple[float, int]:
    """Return how many logits are on the side of 0 that their target, 0 or 1, asks for.

    Parameters
    ----------
    logits : Array
        The larger, the likelier is a 1; 0 is even.
    targets : Array
        0 or 1, or numbers between them.

    Returns
    -------
    right : float
        The number of elements that are right.
    count : int
        The number of elements.

    Raises
    ------
    ValueError
        If the shapes differ.

    Shapes
    ------
    - logits, targets: any, the same

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.fitting.measures import binary_accuracy
    >>> binary_accuracy(np.array([[2.0], [-1.0], [0.5]]), np.array([[1], [0], [0]]))
    (2.0, 3)
    """
    if logits.shape != targets.shape:
        raise ValueError(
            f"binary_accuracy needs targets of the output's shape {logits.shape}, "
            f"not {targets.shape}"
        )
    return float(((logits > 0) == (targets > 0.5)).sum()), targets.size


MEASURES: Mapping[str, Measure] = {"accuracy": accuracy, "binary_accuracy": binary_accuracy}
"""What `fit` and `evaluate` know by name."""


def measures_of(metrics: Sequence[Metric], axis: int) -> dict[str, Measure]:
    """Return measures by name.

    Parameters
    ----------
    metrics : Sequence[Metric]
        Names of measures, and functions, which are called by their own names.
    axis : int
        The axis along which the targets' rows lie, by whose number means are weighted.

    Returns
    -------
    dict[str, Measure]
        The measures.

    Raises
    ------
    UsageError
        If there is none of such a name, or two have the same.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.fitting.measures import measures_of
    >>> def largest_error(output, targets):
    ...     return np.abs(output - targets).max()
    >>> measures = measures_of(["accuracy", largest_error], axis=0)
    >>> list(measures), measures["largest_error"](np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    (['accuracy', 'largest_error'], (4.0, 2))
    """
    if isinstance(metrics, str) or not isinstance(metrics, Sequence):
        raise UsageError(f"metrics must be a list, such as ['accuracy'], not {metrics!r}")
    measures: dict[str, Measure] = {}
    for metric in metrics:
        if isinstance(metric, str):
            if metric not in MEASURES:
                raise UsageError(no_such("metric", metric, MEASURES))
            name, measure = metric, MEASURES[metric]
        elif callable(metric):
            name, measure = name_of(metric), _Mean(metric, axis)
        else:
            raise UsageError(f"a metric must be a name or a function, not {metric!r}")
        if name in measures or name == "loss":
            raise UsageError(f"there are two metrics of the name {name!r}")
        measures[name] = measure
    return measures


def name_of(function: object) -> str:
    """Return the name of a function, of what `functools.partial` made of one, or of a class."""
    while hasattr(function, "func"):
        function = function.func
    return str(getattr(function, "__name__", type(function).__name__))


class _Mean:
    """A function that returns means, as a measure."""

    def __init__(self, function: Callable[[Array, Array], object], axis: int) -> None:
        self._function, self._axis = function, axis

    def __call__(self, output: Array, targets: Array) -> tuple[float, int]:
        value = self._function(output, targets)
        if isinstance(value, tuple):  # of a loss: value and gradient
            value = value[0]
        number = np.asarray(value)
        if number.size != 1 or number.dtype.kind not in "fiub":
            raise UsageError(
                f"the metric {name_of(self._function)} must return a number, not {value!r}"
            )
        rows = targets.shape[self._axis]
        return float(number.reshape(())) * rows, rows
