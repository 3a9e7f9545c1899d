"""RMSNorm: each row divided by its root mean square, then a learned scale.

n = x / √(mean(x²) + eps)      y = n γ                            means over the last axis, D long

dn = dy γ      dx = (dn - n mean(dn n)) / √(mean(x²) + eps)      dγ += Σ dy n
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.arithmetic.buffers import Buffers, slabs
from glassnet.nn.initializers import constant
from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.normalization.shapes import (
    PART,
    column_sums,
    in_rows,
    require_epsilon,
    squares,
)
from glassnet.nn.types import Array

__all__ = ["RMSNorm"]


class RMSNorm(Layer):
    """Root mean square normalization, y = x / √(mean(x²) + eps) γ, over the last axis.

    Parameters
    ----------
    features : int
        D, the length of the last axis.
    eps : float, default 1e-5
        What is added to the mean square, so that rows of zeros stay 0. In PyTorch the default is
        the precision of the data type.

    Raises
    ------
    ValueError
        If the last axis of x has another length than `features`, or `eps` is not positive.

    Shapes
    ------
    - x: (..., features)
    - y: as x
    - gamma: (features,)

    Notes
    -----
    It is `LayerNorm` without the mean and without β, and needs fewer operations.

    With n = x / s and s = √(mean(x²) + eps), the derivative of n_i for x_j is
    ([i = j] - n_i n_j / D) / s. With dn = γ dy follows dx = (dn - n mean(dn n)) / s. What
    `forward` and `backward` return stands in buffers.

    References
    ----------
    Zhang & Sennrich 2019, *Root mean square layer normalization*, arXiv:1910.07467.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import RMSNorm
    >>> layer = RMSNorm(2).initialize(np.random.default_rng(0), np.float64)
    >>> layer.forward(np.array([[3.0, 4.0], [-30.0, 40.0]])).round(3)
    array([[ 0.849,  1.131],
           [-0.849,  1.131]])
    >>> layer.backward(np.array([[1.0, 0.0]] * 2)).round(3)
    array([[ 0.181, -0.136],
           [ 0.018,  0.014]])
    """

    gamma: Array
    dgamma: Array

    def __init__(self, features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.features, self.eps = features, require_epsilon(self, eps)
        self.declare("gamma", (features,), constant(1.0))
        self._buffers = Buffers()

    def forward(self, x: Array, train: bool = False) -> Array:
        rows = in_rows(self, x, self.gamma.dtype)  # (R, D)
        y = self._buffers.scratch("y", rows.shape, rows.dtype)
        self._normalized = self._buffers.scratch("normalized", rows.shape, rows.dtype)
        self._inverse_rms = self._buffers.scratch("inverse rms", (len(rows), 1), rows.dtype)
        for part in slabs(len(rows), self.features, PART):
            inverse_rms = self._inverse_rms[part]
            np.divide(squares(rows[part]), max(self.features, 1), out=inverse_rms)
            inverse_rms += self.eps
            np.sqrt(inverse_rms, out=inverse_rms)
            np.divide(1, inverse_rms, out=inverse_rms)
            np.multiply(rows[part], inverse_rms, out=self._normalized[part])
            np.multiply(self._normalized[part], self.gamma, out=y[part])
        return y.reshape(x.shape)

    def backward(self, dy: Array) -> Array:
        drows = in_rows(self, dy, self._normalized.dtype)
        dx = self._buffers.scratch("dx", drows.shape, drows.dtype)
        for part in slabs(len(drows), self.features, PART):
            d, n, out = drows[part], self._normalized[part], dx[part]
            product = d * n
            self.dgamma += column_sums(product)
            if self.requires_input_gradient:
                to_mean = self.gamma / self.features  # Σ_d dy n to_mean = mean(dn n)
                np.multiply(d, self.gamma, out=out)
                np.multiply(n, (product @ to_mean)[:, None], out=product)
                out -= product
                out *= self._inverse_rms[part]
        return dx.reshape(dy.shape) if self.requires_input_gradient else NO_GRADIENT
