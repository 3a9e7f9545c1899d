"""Losses: functions (output, targets) -> (value, gradient for the output).

Two of them include their activation: they take logits, not probabilities. The value is a sum over
all rows divided by their number. A worker that holds only some rows of a batch passes `total`, the
number of rows of the whole batch; then values and gradients of all workers add up to those of the
batch. Values are summed in float64, gradients have the output's data type. Invalid targets
raise a ValueError.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.activations.sigmoids import sigmoid
from glassnet.nn.arithmetic.complex_step import absolute, scalar_sum
from glassnet.nn.types import Array


def softmax_cross_entropy(
    logits: Array, targets: Array, total: int | None = None
) -> tuple[float, Array]:
    """Return the mean of -log softmax(logits)[target] in nats, and its gradient for the logits.

    Parameters
    ----------
    logits : array
        One number for each class: the larger, the likelier.
    targets : array of int
        The class ids, from 0.
    total : int, optional
        The number of rows to average over; by default all rows given here.

    Returns
    -------
    value : float
        The loss.
    dlogits : array
        The gradient of the loss for the logits.

    Raises
    ------
    ValueError
        If the targets have another shape, are not integers or are out of range. If there are no
        rows, or `total` is not positive.

    Shapes
    ------
    - logits: (..., classes)
    - targets: (...)
    - dlogits: (..., classes)

    Notes
    -----
    With p = softmax(logits) the gradient of a row is (p - one_hot(target)) / total. The largest
    logit is subtracted before exponentiating, so logits of ±1e4 do not overflow.

    References
    ----------
    Bishop 2006, *Pattern recognition and machine learning*, section 4.3.4.

    Examples
    --------
    Of four classes, all equally likely, the third is right:

    >>> import numpy as np
    >>> from glassnet.nn import softmax_cross_entropy
    >>> value, dlogits = softmax_cross_entropy(np.zeros((1, 4)), np.array([2]))
    >>> round(value, 4)  # log 4
    1.3863
    >>> dlogits
    array([[ 0.25,  0.25, -0.75,  0.25]])
    """
    classes = logits.shape[-1]
    if targets.shape != logits.shape[:-1]:
        raise ValueError(
            f"logits of shape {logits.shape} need targets of shape {logits.shape[:-1]}, "
            f"not {targets.shape}"
        )
    if not np.issubdtype(targets.dtype, np.integer):
        raise ValueError(f"targets must be integer class ids, not {targets.dtype}")
    if targets.size and not 0 <= targets.min() <= targets.max() < classes:
        raise ValueError(
            f"targets must be class ids from 0 to {classes - 1}, "
            f"but they range from {targets.min()} to {targets.max()}"
        )
    rows = logits.reshape(-1, classes)
    correct = (np.arange(rows.shape[0]), targets.reshape(-1))
    total = _rows(len(rows), total)
    shifted = rows - rows.max(axis=1, keepdims=True)
    target_logits = shifted[correct]
    probabilities = np.exp(shifted, out=shifted)
    sums = probabilities.sum(axis=1, keepdims=True)
    value = scalar_sum(np.log(sums[:, 0]) - target_logits) / total
    probabilities /= sums * total
    probabilities[correct] -= 1 / total
    return value, probabilities.reshape(logits.shape)


def sigmoid_binary_cross_entropy(
    logits: Array, targets: Array, total: int | None = None
) -> tuple[float, Array]:
    """Return the mean of -t log σ(z) - (1 - t) log(1 - σ(z)) in nats, and its gradient for z.

    Parameters
    ----------
    logits : array
        z, of which the sigmoid is a probability. The mean is over the N rows and over the elements
        of a row.
    targets : array
        t, in [0, 1].
    total : int, optional
        The number of rows to average over; by default all rows given here.

    Returns
    -------
    value : float
        The loss.
    dlogits : array
        The gradient of the loss for the logits.

    Raises
    ------
    ValueError
        If the shapes differ, or a target is not in [0, 1]. If there is nothing to average, or
        `total` is not positive.

    Shapes
    ------
    - logits, targets, dlogits: (N, ...)

    Notes
    -----
    The gradient of an element is (σ(z) - t) / (total · elements of a row). The value is computed
    as max(z, 0) - z t + log(1 + exp(-|z|)), so logits of ±1e4 do not overflow.

    References
    ----------
    Bishop 2006, *Pattern recognition and machine learning*, section 4.3.2.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import sigmoid_binary_cross_entropy
    >>> logits, pixels = np.array([[0.0, 1e4]]), np.array([[1.0, 1.0]])
    >>> value, dlogits = sigmoid_binary_cross_entropy(logits, pixels)
    >>> round(value, 4)  # the mean of log 2 and 0
    0.3466
    >>> dlogits
    array([[-0.25,  0.  ]])
    """
    weight = _weight(logits, targets, total)
    # Not `<` and `>`: a comparison with NaN is false.
    if targets.size and not (targets.min() >= 0 and targets.max() <= 1):
        raise ValueError(
            f"targets must be from 0 to 1, but they range from {targets.min()} to {targets.max()}"
        )
    losses = absolute(logits)
    np.negative(losses, out=losses)
    np.exp(losses, out=losses)
    np.log1p(losses, out=losses)
    losses += np.maximum(logits, 0)
    losses -= logits * targets
    gradient = sigmoid(logits)
    gradient -= targets
    gradient *= weight
    return weight * scalar_sum(losses), gradient


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
    weight = _weight(output, targets, total)
    difference = np.subtract(output, targets, dtype=output.dtype)
    value = weight * scalar_sum(np.square(difference))
    if not np.isfinite(value) and not np.isfinite(targets).all():
        raise ValueError("targets must be numbers, but some are NaN or infinite")
    difference *= 2 * weight
    return value, difference


def _weight(output: Array, targets: Array, total: int | None) -> float:
    """Return 1 / (rows · elements of a row), the weight of one element in a mean."""
    if output.shape != targets.shape:
        raise ValueError(
            f"the output has shape {output.shape}, but the targets have {targets.shape}"
        )
    if not output.ndim:
        raise ValueError("the output must have rows, but it is a single number")
    elements = int(np.prod(output.shape[1:]))
    if not elements:
        raise ValueError(f"there is nothing to average in an output of shape {output.shape}")
    return 1.0 / (_rows(len(output), total) * elements)


def _rows(local: int, total: int | None) -> int:
    """Return the number of rows that a mean is over, `total` or those given here."""
    if total is None and not local:
        raise ValueError("there are no rows to average over")
    if total is not None and total < 1:
        raise ValueError(f"total, the rows to average over, must be positive, not {total}")
    return local if total is None else total
