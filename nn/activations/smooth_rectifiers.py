"""Smooth rectifiers: near 0 far below 0, near x far above, and differentiable everywhere."""

from __future__ import annotations

from typing import Literal

import numpy as np

from glassnet.nn.activations.normal import TANH, normal_cdf, tanh_cdf
from glassnet.nn.activations.parts import contiguous, parts
from glassnet.nn.arithmetic.buffers import Buffers
from glassnet.nn.arithmetic.complex_step import absolute
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

__all__ = ["GELU", "SiLU", "Softplus"]

_DENSITY_AT_0 = 0.3989422804014327  # 1 / √(2π)


class GELU(Layer):
    """The Gaussian error linear unit, y = x Φ(x) = ½ x (1 + erf(x / √2)).

    Parameters
    ----------
    approximate : {'none', 'tanh'}, default 'none'
        'none' computes Φ to the last digit; 'tanh' computes
        ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))) instead, as GPT-2 does.

    Raises
    ------
    ValueError
        If `approximate` is neither of the two.

    Shapes
    ------
    - x: any
    - y: as x

    Notes
    -----
    Φ is the distribution function and φ(x) = exp(-x²/2) / √(2π) the density of the standard normal
    distribution. The derivative is Φ(x) + x φ(x). With 'tanh', t being the hyperbolic tangent, it
    is ½ (1 + t) + ½ x (1 - t²) √(2/π) (1 + 3 · 0.044715 x²).

    The file `nn/activations/normal.py` says how Φ is computed. It takes four times as many
    operations as 'tanh', whose y differs by at most 5e-4.

    References
    ----------
    Hendrycks & Gimpel 2016, *Gaussian error linear units (GELUs)*, arXiv:1606.08415.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import GELU
    >>> x = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])
    >>> layer = GELU()
    >>> layer.forward(x).round(4)
    array([-0.004 , -0.1587,  0.    ,  0.8413,  2.996 ])
    >>> layer.backward(np.ones(5)).round(4)
    array([-0.0119, -0.0833,  0.5   ,  1.0833,  1.0119])
    >>> GELU("tanh").forward(x).round(4)
    array([-0.0036, -0.1588,  0.    ,  0.8412,  2.9964])
    """

    def __init__(self, approximate: Literal["none", "tanh"] = "none") -> None:
        super().__init__()
        if approximate not in ("none", "tanh"):
            raise ValueError(f"GELU: approximate must be 'none' or 'tanh', not {approximate!r}")
        self.approximate = approximate
        self._buffers = Buffers()

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x = contiguous(x)
        self._cdf = self._buffers.scratch("cdf", x.shape, x.dtype)
        y = self._buffers.scratch("y", x.shape, x.dtype)
        for x_part, cdf, y_part in parts(x, self._cdf, y):
            if self.approximate == "tanh":
                tanh_cdf(x_part, cdf, TANH)
            else:
                normal_cdf(x_part, cdf)
            np.multiply(x_part, cdf, out=y_part)
        return y

    def backward(self, dy: Array) -> Array:
        dy = contiguous(dy)
        dx = self._buffers.scratch("dx", dy.shape, dy.dtype)
        slope = self._tanh_slope if self.approximate == "tanh" else self._exact_slope
        with np.errstate(over="ignore", under="ignore"):  # far out the density is 0
            for x, cdf, dy_part, dx_part in parts(self._x, self._cdf, dy, dx):
                slope(x, cdf, dx_part)
                dx_part *= dy_part
        return dx

    def _exact_slope(self, x: Array, cdf: Array, out: Array) -> None:
        """Write Φ(x) + x φ(x) to `out`."""
        np.multiply(x, x, out=out)
        out *= -0.5
        np.exp(out, out=out)
        out *= x
        out *= _DENSITY_AT_0
        out += cdf

    def _tanh_slope(self, x: Array, cdf: Array, out: Array) -> None:
        """Write the derivative of x c to `out`: c is ½ (1 + t), and so ½ (1 - t²) = 2c (1 - c)."""
        np.subtract(1, cdf, out=out)
        out *= cdf
        out *= x  # far out it is 0, and stays 0 times each further x, where x² would be infinite
        cubic = out * x
        cubic *= x
        cubic *= 6 * TANH[1]
        out *= 2 * TANH[0]
        out += cubic
        out += cdf


class SiLU(Layer):
    """The sigmoid linear unit, y = x σ(x), also called swish.

    Shapes
    ------
    - x: any
    - y: as x

    Notes
    -----
    With s = σ(x) the derivative is s + x s (1 - s) = s + y (1 - s).

    References
    ----------
    Elfwing, Uchibe & Doya 2018, *Sigmoid-weighted linear units for neural network function
    approximation in reinforcement learning*, arXiv:1702.03118; Ramachandran, Zoph & Le 2017,
    *Searching for activation functions*, arXiv:1710.05941.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import SiLU
    >>> layer = SiLU()
    >>> layer.forward(np.array([-np.log(3), 0.0, np.log(3)])).round(4)
    array([-0.2747,  0.    ,  0.824 ])
    >>> layer.backward(np.ones(3)).round(4)
    array([0.044, 0.5  , 0.956])
    """

    def __init__(self) -> None:
        super().__init__()
        self._buffers = Buffers()

    def forward(self, x: Array, train: bool = False) -> Array:
        x = contiguous(x)
        self._s = self._buffers.scratch("s", x.shape, x.dtype)
        self._y = self._buffers.scratch("y", x.shape, x.dtype)
        for x_part, s, y in parts(x, self._s, self._y):
            np.multiply(x_part, 0.5, out=s)  # as in `sigmoid`, in place
            np.tanh(s, out=s)
            s *= 0.5
            s += 0.5
            np.multiply(x_part, s, out=y)
        return self._y

    def backward(self, dy: Array) -> Array:
        dy = contiguous(dy)
        dx = self._buffers.scratch("dx", dy.shape, dy.dtype)
        for s, y, dy_part, dx_part in parts(self._s, self._y, dy, dx):
            np.subtract(1, s, out=dx_part)
            dx_part *= y
            dx_part += s
            dx_part *= dy_part
        return dx


class Softplus(Layer):
    """A smooth rectifier, y = log(1 + exp(b x)) / b.

    Parameters
    ----------
    beta : float, default 1.0
        The sharpness b, above 0: the larger, the closer y is to that of `ReLU`.

    Raises
    ------
    ValueError
        If `beta` is out of range.

    Shapes
    ------
    - x: any
    - y: as x

    Notes
    -----
    It is computed as max(x, 0) + log(1 + exp(-b |x|)) / b, which is the same and does not overflow.
    The derivative is the logistic function σ(b x) = 1 - exp(-b y).

    References
    ----------
    Dugas, Bengio, Bélisle, Nadeau & Garcia 2001, *Incorporating second-order functional knowledge
    for better option pricing*.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Softplus
    >>> layer = Softplus()
    >>> layer.forward(np.array([-1000.0, 0.0, np.log(3), 100.0])).round(4)
    array([  0.    ,   0.6931,   1.3863, 100.    ])
    >>> layer.backward(np.ones(4))
    array([0.  , 0.5 , 0.75, 1.  ])
    """

    def __init__(self, beta: float = 1.0) -> None:
        super().__init__()
        if not 0 < beta < np.inf:
            raise ValueError(f"Softplus: beta must be above 0 and finite, not {beta}")
        self.beta = float(beta)  # a NumPy scalar would make float64 of float32
        self._buffers = Buffers()

    def forward(self, x: Array, train: bool = False) -> Array:
        x = contiguous(x)
        self._y = self._buffers.scratch("y", x.shape, x.dtype)
        with np.errstate(under="ignore"):  # far out the logarithm is 0
            for x_part, y in parts(x, self._y):
                np.multiply(absolute(x_part), -self.beta, out=y)
                np.exp(y, out=y)
                np.log1p(y, out=y)
                y *= 1 / self.beta
                y += np.clip(x_part, 0, np.inf)
        return self._y

    def backward(self, dy: Array) -> Array:
        dy = contiguous(dy)
        dx = self._buffers.scratch("dx", dy.shape, dy.dtype)
        with np.errstate(under="ignore"):
            for y, dy_part, dx_part in parts(self._y, dy, dx):
                np.multiply(y, -self.beta, out=dx_part)
                np.expm1(dx_part, out=dx_part)
                dx_part *= dy_part
                np.negative(dx_part, out=dx_part)
        return dx
