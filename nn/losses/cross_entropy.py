"""Losses of classes: they include their activation, so they take logits, not probabilities."""

from __future__ import annotations

import numpy as np

from glassnet.nn.activations.sigmoids import sigmoid
from glassnet.nn.arithmetic.complex_step import absolute, scalar_sum
from glassnet.nn.losses.averaging import element_weight, require_rows
from glassnet.nn.types import Array

__all__ = ["sigmoid_binary_cross_entropy", "softmax_cross_entropy"]


def softmax_cross_entropy(
    logits: Array,
    targets: Array,
    total: int | None = None,
    *,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
) -> tuple[float, Array]:
    """Return the mean of -log softmax(logits)[target] in nats, and its gradient for the logits.

    Parameters
    ----------
    logits : array
        One number for each class: the larger, the likelier.
    targets : array of int
        The class ids, from 0.
    total : int, optional
        The number of rows to average over; by default all rows given here that count.
    label_smoothing : float, default 0.0
        ε, the share of the target that all classes have in equal parts, at least 0 and below 1.
    ignore_index : int, optional
        Rows with this target, such as padding, do not count: they add nothing to the loss, and
        their gradient is 0. It need not be a class id.

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
        rows that count, or `total` is not positive. If an option is out of range.

    Shapes
    ------
    - logits: (..., classes)
    - targets: (...)
    - dlogits: (..., classes)

    Notes
    -----
    The target of a row is the distribution q = (1 - ε) one_hot(target) + ε / classes, and its loss
    is -Σ q log p with p = softmax(logits). The gradient of a row is (p - q) / total. The largest
    logit is subtracted before exponentiating, so logits of ±1e4 do not overflow.

    A mean over no rows has no value: if every target is ignored, that is an error, as 0 would look
    like a perfect prediction. A worker that passes `total` may hold ignored rows only; its part of
    the loss is 0.

    References
    ----------
    Bishop 2006, *Pattern recognition and machine learning*, section 4.3.4. Szegedy et al. 2016,
    *Rethinking the Inception architecture for computer vision*, section 7, for the smoothing.

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

    With a second row of padding, the mean is still over one row:

    >>> targets = np.array([2, -1])
    >>> value, dlogits = softmax_cross_entropy(np.zeros((2, 4)), targets, ignore_index=-1)
    >>> round(value, 4)
    1.3863
    >>> dlogits[1]
    array([0., 0., 0., 0.])
    """
    classes = logits.shape[-1]
    if targets.shape != logits.shape[:-1]:
        raise ValueError(
            f"logits of shape {logits.shape} need targets of shape {logits.shape[:-1]}, "
            f"not {targets.shape}"
        )
    if not np.issubdtype(targets.dtype, np.integer):
        raise ValueError(f"targets must be integer class ids, not {targets.dtype}")
    if not 0 <= label_smoothing < 1:
        raise ValueError(f"label_smoothing must be at least 0 and below 1, not {label_smoothing}")
    rows, ids = logits.reshape(-1, classes), targets.reshape(-1)
    counted = slice(None) if ignore_index is None else ids != ignore_index
    rows, ids = rows[counted], ids[counted]
    if ids.size and not 0 <= ids.min() <= ids.max() < classes:
        raise ValueError(
            f"targets must be class ids from 0 to {classes - 1}, "
            f"but they range from {ids.min()} to {ids.max()}"
        )
    correct = (np.arange(len(rows)), ids)
    total = require_rows(len(rows), total)
    shifted = rows - rows.max(axis=1, keepdims=True)
    expected = shifted[correct]  # Σ q · logits of each row
    if label_smoothing:
        expected *= 1 - label_smoothing
        expected += label_smoothing * shifted.mean(axis=1)
    probabilities = np.exp(shifted, out=shifted)
    sums = probabilities.sum(axis=1, keepdims=True)
    value = scalar_sum(np.log(sums[:, 0]) - expected) / total
    probabilities /= sums * total
    probabilities[correct] -= (1 - label_smoothing) / total
    if label_smoothing:
        probabilities -= label_smoothing / (classes * total)
    if ignore_index is None:
        return value, probabilities.reshape(logits.shape)
    gradient = np.zeros_like(probabilities, shape=(targets.size, classes))
    gradient[counted] = probabilities
    return value, gradient.reshape(logits.shape)


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
    weight = element_weight(logits, targets, total)
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
