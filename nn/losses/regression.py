"""Losses of numbers: means over the differences between outputs and targets."""

from __future__ import annotations

import numpy as np

from glassnet.nn.arithmetic.complex_step import absolute, scalar_sum
from glassnet.nn.losses.averaging import element_weight
from glassnet.nn.types import Array

__all__ = ["huber_loss", "mean_absolute_error", "mean_squared_error"]


def mean_squared_error(
    output: Array, targets: Array, total: int | None = None
) -> tuple[float, Array]:
    """Return the mean of (y - t)² and its gradient for y.

    Parameters
    ----------
    output : array
        y. The mean is over the N rows and over the elements of a row.
    targets : array
        t.
    total : int, optional
        The number of rows to average over; by default all rows given here.

    Returns
    -------
    value : float
        The loss.
    doutput : array
        The gradient of the loss for the output.

    Raises
    ------
    ValueError
        If the shapes differ, or a target is NaN or infinite. If there is nothing to average,
        or `total` is not positive.

    Shapes
    ------
    - output, targets, doutput: (N, ...)

    Notes
    -----
    The gradient of an element is 2 (y - t) / (total · elements of a row).

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import mean_squared_error
    >>> value, doutput = mean_squared_error(np.array([[1.0, 5.0]]), np.array([[1.0, 3.0]]))
    >>> value
    2.0
    >>> doutput
    array([[0., 2.]])
    """
    weight = element_weight(output, targets, total)
    difference = np.subtract(output, targets, dtype=output.dtype)
    value = weight * scalar_sum(np.square(difference))
    _require_numbers(value, targets)
    difference *= 2 * weight
    return value, difference


def mean_absolute_error(
    output: Array, targets: Array, total: int | None = None
) -> tuple[float, Array]:
    """Return the mean of |y - t| and its gradient for y.

    Parameters
    ----------
    output : array
        y. The mean is over the N rows and over the elements of a row.
    targets : array
        t.
    total : int, optional
        The number of rows to average over; by default all rows given here.

    Returns
    -------
    value : float
        The loss.
    doutput : array
        The gradient of the loss for the output.

    Raises
    ------
    ValueError
        If the shapes differ, or a target is NaN or infinite. If there is nothing to average,
        or `total` is not positive.

    Shapes
    ------
    - output, targets, doutput: (N, ...)

    Notes
    -----
    The gradient of an element is sign(y - t) / (total · elements of a row), and 0 where y = t.

    Examples
    --------
    An outlier pulls no harder than a small error:

    >>> import numpy as np
    >>> from glassnet.nn import mean_absolute_error
    >>> value, doutput = mean_absolute_error(np.array([[1.5, 99.0]]), np.array([[1.0, 3.0]]))
    >>> value
    48.25
    >>> doutput
    array([[0.5, 0.5]])
    """
    weight = element_weight(output, targets, total)
    difference = np.subtract(output, targets, dtype=output.dtype)
    value = weight * scalar_sum(absolute(difference))
    _require_numbers(value, targets)
    gradient = np.sign(difference)
    gradient *= weight
    return value, gradient


def huber_loss(
    output: Array, targets: Array, total: int | None = None, *, delta: float = 1.0
) -> tuple[float, Array]:
    """Return the mean of the Huber loss of d = y - t, and its gradient for y.

        d² / 2                  if |d| <= delta
        delta · (|d| - delta / 2)   otherwise

    Parameters
    ----------
    output : array
        y. The mean is over the N rows and over the elements of a row.
    targets : array
        t.
    total : int, optional
        The number of rows to average over; by default all rows given here.
    delta : float, default 1.0
        The error, above 0, from which on the loss grows linearly, so that outliers weigh less than
        in `mean_squared_error`.

    Returns
    -------
    value : float
        The loss.
    doutput : array
        The gradient of the loss for the output.

    Raises
    ------
    ValueError
        If the shapes differ, or a target is NaN or infinite. If there is nothing to average,
        or `total` is not positive. If `delta` is not above 0, or infinite.

    Shapes
    ------
    - output, targets, doutput: (N, ...)

    Notes
    -----
    With c = d, limited to the range from -delta to delta, the loss of an element is c (d - c / 2)
    and its gradient c / (total · elements of a row).

    References
    ----------
    Huber 1964, *Robust estimation of a location parameter*, section 3.

    Examples
    --------
    Half the square of a small error; an outlier pulls as an error of `delta` does:

    >>> import numpy as np
    >>> from glassnet.nn import huber_loss
    >>> value, doutput = huber_loss(np.array([[1.5, 99.0]]), np.array([[1.0, 3.0]]))
    >>> value  # the mean of 0.125 and 95.5
    47.8125
    >>> doutput
    array([[0.25, 0.5 ]])
    """
    if not 0 < delta < np.inf:
        raise ValueError(f"delta must be above 0 and finite, not {delta}")
    weight = element_weight(output, targets, total)
    difference = np.subtract(output, targets, dtype=output.dtype)
    clipped = np.clip(difference, -delta, delta)
    value = weight * scalar_sum(clipped * (difference - 0.5 * clipped))
    _require_numbers(value, targets)
    clipped *= weight
    return value, clipped


def _require_numbers(value: float, targets: Array) -> None:
    """Raise a ValueError if a loss is not finite because a target is not."""
    if not np.isfinite(value) and not np.isfinite(targets).all():
        raise ValueError("targets must be numbers, but some are NaN or infinite")
