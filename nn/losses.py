"""Losses, each fused with its activation: functions (output, targets) -> (value, doutput).

The value is a sum over all rows divided by their number; a worker that holds only part of the
batch passes `total`, the number of rows of the whole batch, and the workers' values and
gradients simply add up. Values are summed in float64, gradients are of the output's dtype.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.layers.activations import sigmoid
from glassnet.nn.types import Array


def softmax_cross_entropy(
    logits: Array, targets: Array, total: int | None = None
) -> tuple[float, Array]:
    """Return the mean of -log softmax(logits)[target] in nats, and its gradient for the logits.

    Parameters
    ----------
    logits : (..., classes).
    targets : integer class ids, of the shape of logits without its last axis.
    total : number of rows to average over; None means all rows given here.

    Raises
    ------
    ValueError : for targets of another shape, or that are no whole numbers, or no class.

    With p = softmax(logits) the gradient of a row is (p - one_hot(target)) / total. The largest
    logit is subtracted before exponentiating, so logits of ±1e4 are as good as any.
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
        raise ValueError(f"targets must be class ids from 0 to {classes - 1}")
    rows = logits.reshape(-1, classes)
    correct = (np.arange(rows.shape[0]), targets.reshape(-1))
    total = rows.shape[0] if total is None else total
    shifted = rows - rows.max(axis=1, keepdims=True)
    target_logits = shifted[correct]
    probabilities = np.exp(shifted, out=shifted)
    sums = probabilities.sum(axis=1, keepdims=True)
    value = np.sum(np.log(sums[:, 0]) - target_logits, dtype=np.float64) / total
    probabilities /= sums * total
    probabilities[correct] -= 1 / total
    return float(value), probabilities.reshape(logits.shape)


def sigmoid_binary_cross_entropy(
    logits: Array, targets: Array, total: int | None = None
) -> tuple[float, Array]:
    """Return the mean of -t log σ(z) - (1 - t) log(1 - σ(z)) in nats, and its gradient for z.

    Parameters
    ----------
    logits : z, (N, ...). The mean is over the N rows and over the elements of a row.
    targets : t, of the same shape, in [0, 1].
    total : number of rows to average over; None means all rows given here.

    Raises
    ------
    ValueError : if the shapes differ.

    The gradient of an element is (σ(z) - t) / (total · elements of a row). The value is computed
    as max(z, 0) - z t + log(1 + exp(-|z|)), where nothing overflows, so that logits of ±1e4 are
    as good as any.
    """
    share = _share(logits, targets, total)
    losses = np.abs(logits)
    np.negative(losses, out=losses)
    np.exp(losses, out=losses)
    np.log1p(losses, out=losses)
    losses += np.maximum(logits, 0)
    losses -= logits * targets
    gradient = sigmoid(logits)
    gradient -= targets
    gradient *= share
    return share * float(np.sum(losses, dtype=np.float64)), gradient


def mean_squared_error(
    output: Array, targets: Array, total: int | None = None
) -> tuple[float, Array]:
    """Return the mean of (y - t)² and its gradient for y.

    Parameters
    ----------
    output : y, (N, ...). The mean is over the N rows and over the elements of a row.
    targets : t, of the same shape.
    total : number of rows to average over; None means all rows given here.

    Raises
    ------
    ValueError : if the shapes differ.

    The gradient of an element is 2 (y - t) / (total · elements of a row).
    """
    share = _share(output, targets, total)
    difference = np.subtract(output, targets, dtype=output.dtype)
    value = share * float(np.sum(np.square(difference), dtype=np.float64))
    difference *= 2 * share
    return value, difference


def _share(output: Array, targets: Array, total: int | None) -> float:
    """Return the share 1 / (rows · elements of a row) that one element has in a mean."""
    if output.shape != targets.shape:
        raise ValueError(
            f"the output has shape {output.shape}, but the targets have {targets.shape}"
        )
    rows = len(output) if total is None else total
    return 1.0 / (rows * int(np.prod(output.shape[1:])))
