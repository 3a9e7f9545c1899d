"""BatchNorm: each channel gets mean 0 and variance 1 over the batch, then a scale and a shift.

n = (x - mean) / s     s = √(var + eps)     y = n γ + β       means over all axes but the last

In training, with means of the M numbers that a channel has in the whole batch:

dβ += Σ dy      dγ += Σ dy n      dx = γ / s (dy - Σ dy / M - n Σ dy n / M)

Otherwise mean and variance are constants, and dx = γ / s dy.

The sums are taken in three rounds over the workers that hold rows of the batch: that of x, then
that of (x - mean)², and in `backward` those of dy and dy n. A round is a few numbers a channel.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.nn.arithmetic.buffers import Buffers, slabs
from glassnet.nn.initializers import constant, zeros
from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.normalization.shapes import column_sums, in_rows, require_epsilon, widened
from glassnet.nn.types import Array

__all__ = ["BatchNorm"]

_PART = 131072  # elements worked on at a time: two float32 arrays of as many fit the L2 cache


class BatchNorm(Layer):
    """Batch normalization, y = (x - mean) / √(variance + eps) γ + β, for each channel.

    Parameters
    ----------
    features : int
        C, the length of the last axis: the channels of images, the columns of rows.
    momentum : float, default 0.1
        The weight of a batch in the running statistics: at least 0 and at most 1. (Keras calls 1
        minus this number momentum.)
    eps : float, default 1e-5
        What is added to the variance, so that a channel of equal numbers becomes 0.

    Raises
    ------
    ValueError
        If the last axis of x has another length than `features`, or x has fewer than two axes. If
        an option is out of range. In training, if a channel has a single number in the whole batch:
        it would become 0.
    RuntimeError
        In training, if other workers hold rows of the batch and `BatchShard.all_reduce` is missing.

    Shapes
    ------
    - x: (..., features)
    - y: as x
    - gamma: (features,)
    - beta: (features,)
    - running_mean: (features,)
    - running_var: (features,)

    Attributes
    ----------
    running_mean, running_var : array
        What is used when not training: statistics of the network, float64, at first 0 and 1. They
        are saved with the parameters; see `arrays`.

    Notes
    -----
    In training mean and variance are those of the whole batch over all axes but the last, however
    many workers share its rows. The variance that x is divided by is the mean of the squares
    (biased). Each `forward` in training moves the running statistics:

        running = (1 - momentum) running + momentum · batch

    where the batch's variance is the unbiased one, M / (M - 1) times as large for M numbers, as in
    PyTorch. A batch without rows leaves them as they are.

    With n = (x - mean) / s and s = √(variance + eps), the derivative of n_i for x_j of the same
    channel is ([i = j] - 1/M - n_i n_j / M) / s. So dx = γ / s (dy - mean(dy) - n mean(dy n)). What
    `forward` and `backward` return stands in buffers.

    References
    ----------
    Ioffe & Szegedy 2015, *Batch normalization: accelerating deep network training by reducing
    internal covariate shift*, arXiv:1502.03167. Chan, Golub & LeVeque 1983, *Algorithms for
    computing the sample variance*, for variances of parts.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import BatchNorm
    >>> layer = BatchNorm(2).initialize(np.random.default_rng(0), np.float64)
    >>> x = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    >>> layer.forward(x, train=True).round(3)
    array([[-1.225, -1.225],
           [ 0.   ,  0.   ],
           [ 1.225,  1.225]])
    >>> layer.statistics
    {'running_mean': array([0.2, 2. ]), 'running_var': array([ 1. , 10.9])}
    >>> layer.forward(x)[0].round(3)  # by the running statistics
    array([0.8  , 2.423])
    """

    gamma: Array
    beta: Array
    dgamma: Array
    dbeta: Array
    running_mean: Array
    running_var: Array

    def __init__(self, features: int, momentum: float = 0.1, eps: float = 1e-5) -> None:
        super().__init__()
        if not 0 <= momentum <= 1:
            raise ValueError(
                f"BatchNorm: momentum must be at least 0 and at most 1, not {momentum}"
            )
        self.features, self.eps = features, require_epsilon(self, eps)
        self.momentum = float(momentum)
        self.declare("gamma", (features,), constant(1.0))
        self.declare("beta", (features,), zeros)
        self.declare_statistic("running_mean", (features,), 0.0)
        self.declare_statistic("running_var", (features,), 1.0)
        self._buffers = Buffers()

    def forward(self, x: Array, train: bool = False) -> Array:
        if x.ndim < 2:
            raise ValueError(
                f"BatchNorm expects rows and a last axis of {self.features}, got shape {x.shape}"
            )
        rows = in_rows(self, x, self.gamma.dtype)
        self._joined = widened(x.shape)  # g rows side by side
        self._wide = rows.reshape(
            len(rows) // self._joined, self._joined * self.features
        )  # (R, g C)
        self._count = 0.0  # M in training, and 0 otherwise
        self._mean, variance = self.running_mean, self.running_var  # (C,)
        if train:
            self._mean, variance, self._count = self._batch_statistics()
            if self._count:
                self._update_running(self._mean, variance, self._count)
        self._inverse_std = 1 / np.sqrt(variance + self.eps)
        scale = self.gamma * self._inverse_std
        shift = self.beta - self._mean * scale
        y = self._buffers.scratch("y", self._wide.shape, rows.dtype)
        wide_scale, wide_shift = self._widened(scale), self._widened(shift)
        for part in self._parts():
            out = y[part]
            np.multiply(self._wide[part], wide_scale, out=out)
            out += wide_shift
        return y.reshape(x.shape)

    def backward(self, dy: Array) -> Array:
        drows = in_rows(self, dy, self._wide.dtype).reshape(self._wide.shape)
        sums = self._zeros(2)  # Σ dy and Σ dy (x - mean) of this worker's rows: (2, C)
        wide_mean = self._widened(self._mean)
        product = self._scratch()
        for part in self._parts():
            t = product[: len(drows[part])]
            np.subtract(self._wide[part], wide_mean, out=t)
            t *= drows[part]
            sums[0] += self._by_channel(drows[part])
            sums[1] += self._by_channel(t)
        # The trainer adds up the gradients of all workers, so each adds those of its own rows.
        self.dbeta += sums[0].astype(self.dbeta.dtype)
        self.dgamma += (sums[1] * self._inverse_std).astype(self.dgamma.dtype)
        if not self.requires_input_gradient:
            return NO_GRADIENT
        return self._input_gradient(drows, sums, product).reshape(dy.shape)

    def _input_gradient(self, drows: Array, sums: Array, product: Array) -> Array:
        """Return dx as dy · scale + x · slope + shift; the last two are 0 unless training."""
        dx = self._buffers.scratch("dx", drows.shape, drows.dtype)
        scale = self.gamma * self._inverse_std
        wide_scale = self._widened(scale)
        if self._count:
            mean_dy, mean_dyx = self._over_workers(sums) / self._count
            slope = -scale * self._inverse_std**2 * mean_dyx
            wide_slope = self._widened(slope)
            wide_shift = self._widened(-scale * mean_dy - slope * self._mean)
        for part in self._parts():
            out = dx[part]
            np.multiply(drows[part], wide_scale, out=out)
            if self._count:
                t = product[: len(drows[part])]
                np.multiply(self._wide[part], wide_slope, out=t)
                out += t
                out += wide_shift
        return dx

    def _batch_statistics(self) -> tuple[Array, Array, float]:
        """Return mean and biased variance of each channel in the whole batch, and M."""
        # Each part of the rows has a mean and a sum of squares around it. Parts combine as workers
        # do (Chan et al.): nothing large is subtracted, and x is read once.
        counts, (means, squares) = [0], ([zero] for zero in self._zeros(2))
        product = self._scratch()
        for part in self._parts():
            x = self._wide[part]
            count = len(x) * self._joined
            mean = self._by_channel(x) / count
            t = product[: len(x)]
            np.subtract(x, self._widened(mean), out=t)
            t *= t
            counts.append(count)
            means.append(mean)
            squares.append(self._by_channel(t))
        weights = np.array(counts, np.float64)[:, None]
        total = self._over_workers(np.append((weights * means).sum(axis=0), weights.sum()))
        M = float(total[-1].real)
        if M == 1:
            raise ValueError(
                "BatchNorm needs at least 2 numbers in each channel to train on, but the batch has "
                "1: use a batch size that leaves no single row over"
            )
        if not M:
            return self._mean, self.running_var, M
        mean = total[:-1] / M
        local = (np.array(squares) + weights * (means - mean) ** 2).sum(axis=0)
        return mean, self._over_workers(local) / M, M

    def _update_running(self, mean: Array, variance: Array, count: float) -> None:
        """Move the running statistics towards those of a batch; real parts, in complex steps."""
        unbiased = variance.real * (count / (count - 1))
        self.running_mean += self.momentum * (mean.real - self.running_mean)
        self.running_var += self.momentum * (unbiased - self.running_var)

    def _over_workers(self, values: Array) -> Array:
        """Return the sum of small arrays over all workers."""
        return values if self.batch_shard is None else self.batch_shard.sum_over_workers(values)

    def _zeros(self, rows: int) -> Array:
        """Return zeros (rows, C) to sum up in: float64, or complex numbers as precise."""
        return np.zeros((rows, self.features), np.result_type(self._wide.dtype, np.float64))

    def _parts(self) -> Iterator[slice]:
        """Yield slices of the wide rows that are worked on at a time."""
        R, width = self._wide.shape
        return slabs(R, width, _PART)

    def _scratch(self) -> Array:
        """Return room for a part of the rows, (R', g C)."""
        first = next(self._parts(), slice(None))  # the longest, or no rows at all
        return self._buffers.scratch("product", self._wide[first].shape, self._wide.dtype)

    def _widened(self, values: Array) -> Array:
        """Return values of the channels (C,) in the data type of x, for g rows: (g C,)."""
        return np.tile(values.astype(self._wide.dtype), self._joined)

    def _by_channel(self, wide: Array) -> Array:
        """Return the sums (C,) of what (R', g C) holds of each channel."""
        sums: Array = column_sums(wide).reshape(-1, self.features).sum(axis=0)
        return sums
