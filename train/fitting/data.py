"""Data of the user's own: arrays of examples, or batches that come from elsewhere; checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import cast

import numpy as np

from glassnet.errors import UserError
from glassnet.nn import Array
from glassnet.train.objectives.examples.means import Axes, rows_of

__all__ = ["Batches", "Data", "DataMismatchError", "Examples", "axes_of", "checked", "hold_out"]

Examples = tuple[Array, Array]
"""Inputs and targets, arrays with as many rows."""

Data = tuple[object, object] | Collection[tuple[Array, Array]]
"""A pair of arrays, inputs and targets; or a list, or other iterable with a length, of batches."""

_CHECKED_AT_ONCE = 2**22  # numbers, whose test for NaN takes that many bytes


class DataMismatchError(UserError, ValueError):
    """Data that can't be trained on or evaluated; the message says which and why.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense, mean_squared_error
    >>> from glassnet.train import DataMismatchError, fit
    >>> try:
    ...     fit(Dense(2, 1), mean_squared_error, (np.ones((5, 2)), np.ones((4, 1))))
    ... except DataMismatchError as error:
    ...     print(error)
    data has 5 inputs and 4 targets: there must be one target for each input
    """


class Batches:
    """Batches from an iterable with a length, each of them checked as it comes.

    Parameters
    ----------
    batches : Collection[tuple[Array, Array]]
        Pairs of inputs and targets.
    name : str
        What to call it in errors.
    axes : Axes
        The axes of the rows.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.fitting.data import Batches
    >>> batches = Batches([(np.ones((2, 3)), [0, 1])], "data", (0, 0))
    >>> [targets for _, targets in batches]
    [array([0, 1])]
    """

    def __init__(self, batches: Collection[tuple[Array, Array]], name: str, axes: Axes) -> None:
        self._batches, self._name, self._axes = batches, name, axes

    def __len__(self) -> int:
        return len(self._batches)

    def __contains__(self, batch: object) -> bool:
        return any(batch is other for other in self)

    def __iter__(self) -> Iterator[Examples]:
        for number, batch in enumerate(self._batches, start=1):
            name = f"batch {number} of {self._name}"
            if not isinstance(batch, tuple | list) or len(batch) != 2:
                raise DataMismatchError(f"{name} must be a pair of arrays, inputs and targets")
            yield _pair(cast(tuple[object, object], batch), name, self._axes)


def axes_of(batch_axis: int | tuple[int, int]) -> Axes:
    """Return the axes of examples, of inputs and of targets.

    Parameters
    ----------
    batch_axis : int or (int, int)
        One for both, or a pair.

    Returns
    -------
    Axes
        The pair.

    Raises
    ------
    DataMismatchError
        If it is something else.

    Examples
    --------
    >>> from glassnet.train.fitting.data import axes_of
    >>> axes_of(1), axes_of((1, 0))
    ((1, 1), (1, 0))
    """
    axes = batch_axis if isinstance(batch_axis, tuple) else (batch_axis, batch_axis)
    if len(axes) != 2 or not all(isinstance(axis, int) and axis >= 0 for axis in axes):
        raise DataMismatchError(
            f"batch_axis must be a whole number from 0, or two of them, not {batch_axis!r}"
        )
    return axes


def checked(data: object, name: str, axes: Axes) -> Examples | Batches:
    """Return data that can be trained on.

    Parameters
    ----------
    data : object
        A pair of arrays or an iterable of batches.
    name : str
        What to call it in errors.
    axes : Axes
        The axes of the rows.

    Returns
    -------
    Examples or Batches
        A pair of arrays; or batches, which are checked as they come.

    Raises
    ------
    DataMismatchError
        If lengths differ, there is nothing, or values are no numbers or not finite.

    Examples
    --------
    >>> from glassnet.train.fitting.data import checked
    >>> checked(([[0.5], [1.5]], [0, 1]), "data", (0, 0))
    (array([[0.5],
           [1.5]]), array([0, 1]))
    """
    if isinstance(data, tuple) and len(data) == 2 and not isinstance(data[0], tuple):
        return _pair(data, name, axes)
    if isinstance(data, tuple | list) and data and isinstance(data[0], np.ndarray):
        raise DataMismatchError(
            f"{name} must be a pair (inputs, targets), a tuple of two arrays, not a "
            f"{type(data).__name__} of {len(data)}"
        )
    if isinstance(data, np.ndarray | str | dict) or not hasattr(data, "__iter__"):
        raise DataMismatchError(
            f"{name} must be a pair (inputs, targets), or a list of such pairs for batches of your "
            f"own, not a {type(data).__name__}"
        )
    if not hasattr(data, "__len__"):
        raise DataMismatchError(
            f"{name} is a {type(data).__name__} without a length: an iterable of batches needs "
            "__len__, their number in an epoch, and __iter__, which begins anew; a list has both"
        )
    batches = cast(Collection[tuple[Array, Array]], data)
    if not len(batches):
        raise DataMismatchError(f"{name} is empty: there are no batches")
    return Batches(batches, name, axes)


def hold_out(data: Examples, fraction: float, axes: Axes) -> tuple[Examples, Examples]:
    """Return the data without its end, and its end.

    Parameters
    ----------
    data : Examples
        Inputs and targets.
    fraction : float
        The part to hold out, between 0 and 1.
    axes : Axes
        The axes of the rows.

    Returns
    -------
    training, validation : Examples
        Views of the data.

    Raises
    ------
    DataMismatchError
        If one of them has no rows.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.fitting.data import hold_out
    >>> training, validation = hold_out((np.arange(5), np.arange(5)), 0.2, (0, 0))
    >>> training[0], validation[0]
    (array([0, 1, 2, 3]), array([4]))
    """
    rows = data[0].shape[axes[0]]
    kept = rows - round(rows * fraction)
    if not 0 < fraction < 1 or not 0 < kept < rows:
        raise DataMismatchError(
            f"validation={fraction!r} of {rows} examples leaves none to train or to validate on: "
            "it must be a fraction between 0 and 1, or data of its own"
        )
    first, last = (
        (rows_of(data[0], part, axes[0]), rows_of(data[1], part, axes[1]))
        for part in (slice(kept), slice(kept, rows))
    )
    return first, last


def inputs_of(x: object, name: str, axis: int) -> Array:
    """Return an array of numbers with rows along an axis, or raise a `DataMismatchError`."""
    try:
        array = np.asarray(x)
    except ValueError:  # lists of different lengths
        array = np.empty(0, object)
    if array.dtype == object:
        raise DataMismatchError(
            f"{name} must be an array of numbers whose rows have the same shape: pad sequences to "
            "the length of the longest"
        )
    if array.dtype.kind not in "fiub":
        raise DataMismatchError(f"{name} must hold real numbers, not {array.dtype}")
    if array.ndim <= axis:
        raise DataMismatchError(
            f"{name} of shape {array.shape} has no axis {axis} of examples (batch_axis)"
        )
    if not array.size:
        raise DataMismatchError(f"{name} of shape {array.shape} is empty")
    if array.dtype.kind == "f" and (place := _not_finite(array)) is not None:
        raise DataMismatchError(
            f"{name} holds {array[place]} at {[int(index) for index in place]}: fill or leave out "
            "what is missing"
        )
    return array


def _pair(data: tuple[object, object], name: str, axes: Axes) -> Examples:
    inputs = inputs_of(data[0], f"the inputs of {name}", axes[0])
    targets = inputs_of(data[1], f"the targets of {name}", axes[1])
    rows, answers = inputs.shape[axes[0]], targets.shape[axes[1]]
    if rows != answers:
        raise DataMismatchError(
            f"{name} has {rows:,} inputs and {answers:,} targets: there must be one target for "
            "each input"
        )
    return inputs, targets


def _not_finite(array: Array) -> tuple[np.intp, ...] | None:
    """Return the place of the first number that is NaN or infinite, if there is one."""
    step = max(1, _CHECKED_AT_ONCE * len(array) // array.size)
    for start in range(0, len(array), step):
        wrong = ~np.isfinite(array[start : start + step])
        if wrong.any():
            first, *rest = np.unravel_index(int(wrong.argmax()), wrong.shape)
            return (np.intp(first + start), *rest)
    return None
