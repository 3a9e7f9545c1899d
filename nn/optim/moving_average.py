"""Averaged weights: the mean of the weights that the last updates went through.

With a large learning rate the weights keep moving around a minimum; their mean lies closer to it
than any of them (Polyak & Juditsky 1992). Training goes on with the weights as they are; the mean
is validated and saved.
"""

from __future__ import annotations

from glassnet.nn.types import Array

__all__ = ["ExponentialMovingAverage"]


class ExponentialMovingAverage:
    """An exponential moving average of the weights.

        a = d · a + (1 - d) · θ,   d = min(decay, t / (t + 9))

    t is the number of updates before this one. So the first average is θ itself, and the random
    first weights are soon forgotten.

    Parameters
    ----------
    decay : float
        The share of the average that an update keeps, at least 0 and below 1; 0.99 averages over
        about the last 100 updates.

    Raises
    ------
    ValueError
        If the decay is out of range.

    Attributes
    ----------
    average : array or None
        a, a flat vector like θ; None before the first update.
    updates : int
        t, how often `update` was called.

    References
    ----------
    Polyak & Juditsky 1992, *Acceleration of stochastic approximation by averaging*. The growing
    decay is that of TensorFlow's `ExponentialMovingAverage`.

    Examples
    --------
    Weights that jump between 0 and 2:

    >>> import numpy as np
    >>> from glassnet.nn import ExponentialMovingAverage
    >>> ema = ExponentialMovingAverage(decay=0.99)
    >>> for step in range(200):
    ...     ema.update(np.array([0.0 if step % 2 else 2.0]))
    >>> ema.average.round(1)
    array([1.])
    """

    def __init__(self, decay: float) -> None:
        if not 0 <= decay < 1:
            raise ValueError(f"decay must be at least 0 and below 1, not {decay}")
        self.decay, self.updates = decay, 0
        self.average: Array | None = None

    def update(self, theta: Array) -> None:
        """Add the weights to the average.

        Parameters
        ----------
        theta : array
            The flat vector of all weights, or a worker's slice of it.
        """
        if self.average is None:
            self.average = theta.copy()
        decay = min(self.decay, self.updates / (self.updates + 9))
        # In this form weights that stay the same, as frozen ones, are their own average exactly.
        self.average += (1 - decay) * (theta - self.average)
        self.updates += 1
