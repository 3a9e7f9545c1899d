"""Softmax cross-entropy. The fast one is `glassnet.nn.softmax_cross_entropy`."""

import numpy as np

from glassnet.nn.types import Array


def softmax_cross_entropy(
    logits: Array,
    targets: Array,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
) -> tuple[float, Array]:
    """Return the mean of -log p[target] with p = softmax(logits), and its gradient.

    Parameters
    ----------
    logits : array
        One number for each class: the larger, the likelier.
    targets : array of int
        The right class of each row.
    label_smoothing : float, default 0.0
        The share of the target that all classes have in equal parts.
    ignore_index : int, optional
        Rows with this target do not count.

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
    probability, and nothing overflows. The target of a row is a distribution q, with 1 at the right
    class unless it is smoothed. The loss of a row is -Σ q log p, and its gradient p - q.

    References
    ----------
    Szegedy et al. 2016, *Rethinking the Inception architecture for computer vision*, section 7, for
    the smoothing.

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
    counted = np.array([target != ignore_index for target in targets], bool)
    targets = np.where(counted, targets, 0)  # any class: the row does not count
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    classes = logits.shape[1]
    q = (1 - label_smoothing) * np.eye(classes)[targets] + label_smoothing / classes
    losses = -(q * log_p).sum(axis=1)
    gradient = np.where(counted[:, None], np.exp(log_p) - q, 0)
    return float(losses[counted].mean()), gradient / counted.sum()
