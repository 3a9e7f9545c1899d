"""Softmax cross-entropy. The fast one is `glassnet.nn.softmax_cross_entropy`."""

import numpy as np

from glassnet.nn.types import Array


def softmax_cross_entropy(logits: Array, targets: Array) -> tuple[float, Array]:
    """Return the mean of -log p[target] with p = softmax(logits), and its gradient.

    Parameters
    ----------
    logits : array
        One number for each class: the larger, the likelier.
    targets : array of int
        The right class of each row.

    Returns
    -------
    float
        The loss in nats.
    array
        The gradient of the loss for the logits.

    Shapes
    ------
    - logits: (N, classes)
    - targets: (N,)

    Notes
    -----
    softmax(z)[k] = exp(z[k]) / Σ exp(z). The largest logit is subtracted first: this changes no
    probability, and nothing overflows. The gradient of one row is p - one_hot(target).

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import softmax_cross_entropy
    >>> loss, gradient = softmax_cross_entropy(np.zeros((1, 4)), np.array([2]))
    >>> round(loss, 4)  # log 4: four classes, all equally likely
    1.3863
    >>> gradient
    array([[ 0.25,  0.25, -0.75,  0.25]])
    """
    rows = np.arange(len(logits))
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    loss = -np.log(probabilities[rows, targets]).mean()
    one_hot = np.zeros_like(logits)
    one_hot[rows, targets] = 1
    return float(loss), (probabilities - one_hot) / len(logits)
