"""LayerNorm: each row alone gets mean 0 and variance 1, then a learned scale and shift.

n = (x - mean(x)) / √(var(x) + eps)      y = n γ + β              means over the last axis, D long

dn = dy γ      dx = (dn - mean(dn) - n mean(dn n)) / √(var(x) + eps)      dγ += Σ dy n    dβ += Σ dy
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.arithmetic.buffers import Buffers, slabs
from glassnet.nn.initializers import constant, zeros
from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.normalization.shapes import (
    PART,
    column_sums,
    in_rows,
    require_epsilon,
    squares,
)
from glassnet.nn.types import Array

__all__ = ["LayerNorm"]


class LayerNorm(Layer):
    """Layer normalization, y = (x - mean) / √(variance + eps) γ + β, over the last axis.

    Parameters
    ----------
    features : int
        D, the length of the last axis.
    eps : float, default 1e-5
        What is added to the variance, so that rows of equal numbers become 0.

    Raises
    ------
    ValueError
        If the last axis of x has another length than `features`, or `eps` is not positive.

    Shapes
    ------
    - x: (..., features)
    - y: as x
    - gamma: (features,)
    - beta: (features,)

    Notes
    -----
    Mean and variance are those of each row alone, in training and later, so that a row's output
    does not depend on the others. The variance is the mean of the squares (biased).

    With n = (x - mean) / s and s = √(variance + eps), the derivative of n_i for x_j is
    ([i = j] - 1/D - n_i n_j / D) / s. With dn = γ dy follows
    dx = (dn - mean(dn) - n mean(dn n)) / s. What `forward` and `backward` return stands in buffers.

    References
    ----------
    Ba, Kiros & Hinton 2016, *Layer normalization*, arXiv:1607.06450.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import LayerNorm
    >>> layer = LayerNorm(4).initialize(np.random.default_rng(0), np.float64)
    >>> x = np.array([[1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0]])
    >>> layer.forward(x).round(3)
    array([[-1.342, -0.447,  0.447,  1.342],
           [-1.342, -0.447,  0.447,  1.342]])

    A larger x_1 makes y_1 larger and the others smaller, the less so the larger the row's spread:

    >>> layer.backward(np.array([[1.0, 0.0, 0.0, 0.0]] * 2)).round(3)
    array([[ 0.268, -0.358, -0.089,  0.179],
           [ 0.027, -0.036, -0.009,  0.018]])
    """

    gamma: Array
    beta: Array
    dgamma: Array
    dbeta: Array

    def __init__(self, features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.features, self.eps = features, require_epsilon(self, eps)
        self.declare("gamma", (features,), constant(1.0))
        self.declare("beta", (features,), zeros)
        self._buffers = Buffers()

    def forward(self, x: Array, train: bool = False) -> Array:
        rows = in_rows(self, x, self.gamma.dtype)  # (R, D)
        y = self._buffers.scratch("y", rows.shape, rows.dtype)
        self._normalized = self._buffers.scratch("normalized", rows.shape, rows.dtype)
        self._inverse_std = self._buffers.scratch("inverse std", (len(rows), 1), rows.dtype)
        to_mean = np.full(self.features, 1 / max(self.features, 1), rows.dtype)
        for part in slabs(len(rows), self.features, PART):
            n, inverse_std, out = self._normalized[part], self._inverse_std[part], y[part]
            np.subtract(rows[part], (rows[part] @ to_mean)[:, None], out=n)
            np.divide(squares(n), max(self.features, 1), out=inverse_std)
            inverse_std += self.eps
            np.sqrt(inverse_std, out=inverse_std)
            np.divide(1, inverse_std, out=inverse_std)
            n *= inverse_std
            np.multiply(n, self.gamma, out=out)
            out += self.beta
        return y.reshape(x.shape)

    def backward(self, dy: Array) -> Array:
        drows = in_rows(self, dy, self._normalized.dtype)
        dx = self._buffers.scratch("dx", drows.shape, drows.dtype)
        for part in slabs(len(drows), self.features, PART):
            d, n, out = drows[part], self._normalized[part], dx[part]
            product = d * n
            self.dgamma += column_sums(product)
            self.dbeta += column_sums(d)
            if self.requires_input_gradient:
                to_mean = self.gamma / self.features  # Σ_d dy to_mean = mean(dn)
                np.multiply(d, self.gamma, out=out)
                out -= (d @ to_mean)[:, None]
                np.multiply(n, (product @ to_mean)[:, None], out=product)
                out -= product
                out *= self._inverse_std[part]
        return dx.reshape(dy.shape) if self.requires_input_gradient else NO_GRADIENT
