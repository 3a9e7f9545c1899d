"""Losses, each fused with its activation: functions (output, targets) -> (value, doutput).

The value is a sum over all rows divided by their number; a worker that holds only part of the
batch passes `total`, the number of rows of the whole batch, and the workers' values and
gradients simply add up. Values are summed in float64.
"""

from __future__ import annotations

import numpy as np

from nn.layer import Array


def softmax_cross_entropy(
    logits: Array, targets: Array, total: int | None = None
) -> tuple[float, Array]:
    """Return the mean of -log softmax(logits)[target] in nats, and its gradient for the logits.

    Parameters
    ----------
    logits : (..., classes).
    targets : integer class ids, of the shape of logits without its last axis.
    total : number of rows to average over; None means all rows given here.

    With p = softmax(logits) the gradient of a row is (p - one_hot(target)) / total. The largest
    logit is subtracted before exponentiating, so logits of ±1e4 are as good as any.
    """
    classes = logits.shape[-1]
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
