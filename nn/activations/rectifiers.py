"""Rectifiers: y = x above 0, and above a bound below; their derivatives jump or bend at 0."""

from __future__ import annotations

import numpy as np

from glassnet.nn.activations.parts import contiguous, parts
from glassnet.nn.arithmetic.buffers import Buffers
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

__all__ = ["ELU", "LeakyReLU", "ReLU"]


class ReLU(Layer):
    """The rectified linear unit, y = max(x, 0).

    Shapes
    ------
    - x: any
    - y: as x

    Notes
    -----
    The derivative is 1 where x > 0 and 0 elsewhere. At 0 itself, where there is none, it is taken
    as 0.

    References
    ----------
    Nair & Hinton 2010, *Rectified linear units improve restricted Boltzmann machines*.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import ReLU
    >>> layer = ReLU()
    >>> layer.forward(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    >>> layer.backward(np.ones(3))
    array([0., 0., 1.])
    """

    def forward(self, x: Array, train: bool = False) -> Array:
        self._y = np.clip(contiguous(x), 0, np.inf)  # twice as fast as np.maximum(x, 0)
        return self._y

    def backward(self, dy: Array) -> Array:
        return dy * (self._y > 0)


class LeakyReLU(Layer):
    """The leaky rectified linear unit, y = x where x > 0 and a x elsewhere.

    Parameters
    ----------
    negative_slope : float, default 0.01
        The slope a below 0: at least 0 and at most 1.

    Raises
    ------
    ValueError
        If the slope is out of range.

    Shapes
    ------
    - x: any
    - y: as x

    Notes
    -----
    The derivative is 1 where x > 0 and a elsewhere, at 0 too. As a is at most 1, y is the larger
    one of x and a x. Unlike `ReLU`, the layer passes on a gradient for every x.

    References
    ----------
    Maas, Hannun & Ng 2013, *Rectifier nonlinearities improve neural network acoustic models*.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import LeakyReLU
    >>> layer = LeakyReLU(0.1)
    >>> layer.forward(np.array([-2.0, 0.0, 3.0]))
    array([-0.2,  0. ,  3. ])
    >>> layer.backward(np.ones(3))
    array([0.1, 0.1, 1. ])
    """

    def __init__(self, negative_slope: float = 0.01) -> None:
        super().__init__()
        if not 0 <= negative_slope <= 1:
            raise ValueError(
                f"LeakyReLU: negative_slope must be at least 0 and at most 1, not {negative_slope}"
            )
        self.negative_slope = float(negative_slope)  # a NumPy scalar would make float64 of float32
        self._buffers = Buffers()

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x = contiguous(x)
        y = self._buffers.scratch("y", x.shape, x.dtype)
        for x_part, y_part in parts(x, y):
            np.multiply(x_part, self.negative_slope, out=y_part)
            np.maximum(x_part, y_part, out=y_part)
        return y

    def backward(self, dy: Array) -> Array:
        dy = contiguous(dy)
        dx = self._buffers.scratch("dx", dy.shape, dy.dtype)
        for x, dy_part, dx_part in parts(self._x, dy, dx):
            np.greater(x, 0, out=dx_part)  # 1 or 0; faster than a product with a mask
            dx_part *= 1 - self.negative_slope
            dx_part += self.negative_slope
            dx_part *= dy_part
        return dx


class ELU(Layer):
    """The exponential linear unit, y = x where x > 0 and a (exp(x) - 1) elsewhere.

    Parameters
    ----------
    alpha : float, default 1.0
        The bound a: y is above -a. At least 0.

    Raises
    ------
    ValueError
        If `alpha` is out of range.

    Shapes
    ------
    - x: any
    - y: as x

    Notes
    -----
    The derivative is 1 where x > 0 and a exp(x) = y + a elsewhere. Only with a = 1 does it not
    jump at 0, where it is taken as a.

    References
    ----------
    Clevert, Unterthiner & Hochreiter 2016, *Fast and accurate deep network learning by exponential
    linear units (ELUs)*, arXiv:1511.07289.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import ELU
    >>> layer = ELU()
    >>> layer.forward(np.array([-100.0, -np.log(4), 0.0, 3.0]))
    array([-1.  , -0.75,  0.  ,  3.  ])
    >>> layer.backward(np.ones(4))
    array([0.  , 0.25, 1.  , 1.  ])
    """

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        if not 0 <= alpha < np.inf:
            raise ValueError(f"ELU: alpha must be at least 0 and finite, not {alpha}")
        self.alpha = float(alpha)  # a NumPy scalar would make float64 of float32
        self._buffers = Buffers()

    def forward(self, x: Array, train: bool = False) -> Array:
        x = contiguous(x)
        self._y = self._buffers.scratch("y", x.shape, x.dtype)
        for x_part, y in parts(x, self._y):
            np.clip(x_part, -np.inf, 0, out=y)
            np.expm1(y, out=y)
            y *= self.alpha
            y += np.clip(x_part, 0, np.inf)
        return self._y

    def backward(self, dy: Array) -> Array:
        dy = contiguous(dy)
        dx = self._buffers.scratch("dx", dy.shape, dy.dtype)
        for y, dy_part, dx_part in parts(self._y, dy, dx):
            np.clip(y, -np.inf, 0, out=dx_part)
            dx_part += self.alpha  # now right for y <= 0, and alpha for y > 0
            if self.alpha != 1:
                dx_part += np.multiply(y > 0, 1 - self.alpha, dtype=y.dtype)
            dx_part *= dy_part
        return dx
