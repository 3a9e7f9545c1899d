"""Gaussian noise: the code of a variational autoencoder, and noise on an input."""

from __future__ import annotations

import numpy as np

from glassnet.nn.arithmetic.complex_step import scalar_sum
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

__all__ = ["GaussianNoise", "GaussianSampling"]


class GaussianSampling(Layer):
    """Draw a code from the normal distribution that an encoder describes.

    Parameters
    ----------
    size : int
        Length of the code.
    weight : float, default 1.0
        Weight of the divergence in the loss, at least 0.

    Raises
    ------
    ValueError
        If the size is below 1, the weight is negative, or x has another shape.
    RuntimeError
        From `forward`, when training a layer without randomness: call `initialize` first.

    Shapes
    ------
    - x: (N, 2 · size), first the means of all elements, then the logarithms of their variances
    - z: (N, size)

    Notes
    -----
    When training, `forward` draws noise ε from the standard normal distribution and returns

        z = mean + exp(½ log_variance) · ε

    so that the gradients reach the mean and the variance (the reparametrization trick). When not
    training, z is the mean. Either way the loss grows by weight / N times the Kullback-Leibler
    divergence from the standard normal distribution, summed over the N rows of the whole batch:

        KL = ½ Σ (mean² + exp(log_variance) - log_variance - 1)

    References
    ----------
    Kingma & Welling 2014, *Auto-encoding variational Bayes*, arXiv:1312.6114: section 2.4 for the
    samples, appendix B for the divergence.

    Examples
    --------
    The variance of the first element is almost 0, that of the second is 1:

    >>> import numpy as np
    >>> from glassnet.nn import GaussianSampling
    >>> layer = GaussianSampling(2).initialize(np.random.default_rng(0))
    >>> x = np.array([[3.0, 0.0, -20.0, 0.0]] * 3)
    >>> layer.forward(x, train=True).round(2)
    array([[ 3.  , -1.39],
           [ 3.  , -0.8 ],
           [ 3.  , -0.07]])
    >>> layer.forward(x)
    array([[3., 0.],
           [3., 0.],
           [3., 0.]])
    >>> round(layer.auxiliary_loss, 2)
    14.0
    """

    def __init__(self, size: int, weight: float = 1.0) -> None:
        super().__init__()
        if size < 1:
            raise ValueError(f"the size of a code must be at least 1, not {size}")
        if not weight >= 0:
            raise ValueError(f"the weight of the divergence must be at least 0, not {weight}")
        self.size, self.weight = size, float(weight)

    def forward(self, x: Array, train: bool = False) -> Array:
        if x.ndim != 2 or x.shape[1] != 2 * self.size:
            raise ValueError(f"GaussianSampling expects shape (N, {2 * self.size}), got {x.shape}")
        rows = len(x) if self.batch_shard is None else self.batch_shard.rows(len(x))
        mean, log_variance = x[:, : self.size], x[:, self.size :]
        self._mean, self._row_weight = mean, self.weight / max(rows, 1)
        self._variance = np.exp(log_variance)
        divergence = mean * mean + self._variance - log_variance - 1
        self.auxiliary_loss = self._row_weight * 0.5 * scalar_sum(divergence)
        # What the noise adds to the mean: (N, size), or zero.
        self._spread = np.zeros_like(mean)
        if train:
            self._spread = np.exp(0.5 * log_variance) * self.randomness().normal(mean.shape)
        return mean + self._spread

    def backward(self, dy: Array) -> Array:
        # ∂z/∂log_variance = ½ (z - mean)
        dmean = dy + self._row_weight * self._mean
        dlog_variance = 0.5 * (dy * self._spread + self._row_weight * (self._variance - 1))
        return np.concatenate([dmean, dlog_variance], axis=1)


class GaussianNoise(Layer):
    """When training, add normal noise and clip the result to a range.

    Parameters
    ----------
    std : float
        Standard deviation of the noise, at least 0.
    low, high : float or None, default 0.0 and 1.0
        Limits of the range; None leaves that side open.

    Raises
    ------
    ValueError
        If `std` is negative, or `low` is not below `high`.
    RuntimeError
        From `forward`, when training a layer without randomness: call `initialize` first.

    Shapes
    ------
    - x: (N, ...)
    - y: as x

    Notes
    -----
    Where y was clipped, the gradient is 0. When not training, y is x.

    References
    ----------
    Vincent et al. 2008, *Extracting and composing robust features with denoising autoencoders*,
    for noise on the input of an autoencoder.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import GaussianNoise
    >>> layer = GaussianNoise(0.5).initialize(np.random.default_rng(3))
    >>> layer.forward(np.full((2, 3), 0.5), train=True).round(2)
    array([[1.  , 0.57, 0.24],
           [0.45, 0.59, 1.  ]])
    >>> layer.backward(np.ones((2, 3)))
    array([[0., 1., 1.],
           [1., 1., 0.]])
    """

    def __init__(self, std: float, low: float | None = 0.0, high: float | None = 1.0) -> None:
        super().__init__()
        if not std >= 0:
            raise ValueError(f"a standard deviation must be at least 0, not {std}")
        self.std = float(std)  # a NumPy scalar would make float64 of float32
        self.low = -np.inf if low is None else low
        self.high = np.inf if high is None else high
        if not self.low < self.high:
            raise ValueError(f"noise cannot be clipped to the empty range from {low} to {high}")

    def forward(self, x: Array, train: bool = False) -> Array:
        self._unclipped: Array | None = None
        if not train:
            return x
        noisy = x + self.std * self.randomness().normal(x.shape)
        y = np.clip(noisy, self.low, self.high)
        self._unclipped = y == noisy
        return y

    def backward(self, dy: Array) -> Array:
        return dy if self._unclipped is None else dy * self._unclipped
