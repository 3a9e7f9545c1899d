"""The temperature of a softmax at which the loss is lowest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.nn import Array, softmax

__all__ = ["best_temperature"]

_LOWEST, _HIGHEST = 0.1, 10.0  # of the temperature


def best_temperature(predictions: Sequence[tuple[Array, Array]]) -> float:
    """Return the number to divide logits by so that their cross-entropy is lowest.

    With s the inverse of the temperature and p = softmax(s z), the loss of logits z with target y
    is convex in s: its derivative is E_p[z] - z_y and its second derivative Var_p[z]. Newton's
    method finds the zero of the mean derivative in a few steps.

    Parameters
    ----------
    predictions : Sequence[tuple[Array, Array]]
        Logits and targets, in parts of any length.

    Returns
    -------
    float
        From 0.1 to 10.

    Shapes
    ------
    - logits: (some, classes)
    - targets: (some,)

    References
    ----------
    Guo, Pleiss, Sun & Weinberger 2017, *On calibration of modern neural networks*, section 4.2.

    Examples
    --------
    The logits say that 0 is e² times as likely as 1, but it is so 3 times in 4 only:

    >>> import numpy as np
    >>> from glassnet.train.objectives.temperature import best_temperature
    >>> logits, targets = np.array([[2.0, 0.0]] * 4), np.array([0, 0, 0, 1])
    >>> temperature = best_temperature([(logits, targets)])
    >>> round(temperature, 3), round(float(np.exp(2 / temperature)), 3)
    (1.82, 3.0)
    """
    inverse = 1.0
    for _ in range(50):
        slope = curvature = 0.0
        for logits, targets in predictions:
            z = logits.astype(np.float64)
            z -= z.max(axis=1, keepdims=True)
            p = softmax(inverse * z)
            mean = (p * z).sum(axis=1)
            slope += float((mean - z[np.arange(len(z)), targets]).sum())
            curvature += float(((p * z * z).sum(axis=1) - mean**2).sum())
        step = slope / curvature if curvature > 0 else 0.0
        # At most by half at a time: far from the minimum, Newton's steps are too long.
        before, inverse = inverse, float(np.clip(inverse - step, inverse / 2, inverse * 2))
        inverse = float(np.clip(inverse, 1 / _HIGHEST, 1 / _LOWEST))
        if abs(inverse - before) < 1e-9:
            break
    return 1 / inverse
