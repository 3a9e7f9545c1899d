"""Gaussian noise: the sampling layer of a variational autoencoder, and noise on an input."""

from __future__ import annotations

import numpy as np

from glassnet.nn.layer import Layer
from glassnet.nn.types import Array


class GaussianSampling(Layer):
    """Draw a code from the normal distribution that an encoder describes.

        z = mean + exp(½ log_variance) · ε,        ε ~ N(0, 1)

    the reparametrization of Kingma & Welling 2014 (arXiv:1312.6114, section 2.4). To the loss it
    adds weight / N times the Kullback-Leibler divergence from the standard normal distribution,
    in nats, summed over the N rows of the whole batch (same paper, appendix B):

        KL = ½ Σ (mean² + exp(log_variance) - log_variance - 1)

    Parameters
    ----------
    size : length of the code.
    weight : of the divergence in the loss, at least 0.

    Shapes: x (N, 2 · size), the means of all elements and then their log-variances; z (N, size).
    Noise is drawn when training; otherwise z is the mean. The divergence counts either way.

    Raises
    ------
    ValueError : for a size below 1 or a negative weight; from `forward`, for another shape.
    RuntimeError : from `forward`, when training a layer without randomness.
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
        self._mean, self._row_weight = mean, self.weight / rows
        self._variance = np.exp(log_variance)
        divergence = mean * mean + self._variance - log_variance - 1
        self.auxiliary_loss = self._row_weight * 0.5 * float(np.sum(divergence, dtype=np.float64))
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
    """Add normal noise when training and clip the result to a range.

    Parameters
    ----------
    std : standard deviation of the noise, at least 0.
    low, high : what lies outside is set to these; None leaves that side open.

    Shapes: x and y (N, ...). Not training, y is x. Where y was clipped, the gradient is 0.

    Raises
    ------
    ValueError : for a negative std or an empty range.
    RuntimeError : from `forward`, when training a layer without randomness.
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
