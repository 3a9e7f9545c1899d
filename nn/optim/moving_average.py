"""Averaged weights: the mean of the weights that the last updates went through.

With a large learning rate the weights keep moving around a minimum; their mean lies closer to it
than any of them (Polyak & Juditsky 1992). Training goes on with the weights as they are, and the
mean is what is validated and kept.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.types import Array


class ExponentialMovingAverage:
    """An exponential moving average of the weights.

        a = d · a + (1 - d) · θ,   d = min(decay, t / (t + 9))

    with t the number of updates before this one, so that the first average is θ itself and the
    random first weights are soon forgotten (as in TensorFlow's `ExponentialMovingAverage`).

    Parameters
    ----------
    decay : share of the average that an update keeps, at least 0 and below 1; 0.99 averages over
        about the last 100 updates.

    Attributes
    ----------
    average : a, a flat vector like θ; None before the first update.
    updates : t, how often `update` was called.

    Raises
    ------
    ValueError : for a decay out of range.
    """

    def __init__(self, decay: float) -> None:
        if not 0 <= decay < 1:
            raise ValueError(f"decay must be at least 0 and below 1, not {decay}")
        self.decay, self.updates = decay, 0
        self.average: Array | None = None

    def update(self, theta: Array) -> None:
        """Take the weights `theta` (n,), or a worker's slice of them, into the average."""
        if self.average is None:
            self.average = np.zeros_like(theta)
        decay = min(self.decay, self.updates / (self.updates + 9))
        self.average *= decay
        self.average += (1 - decay) * theta
        self.updates += 1
