"""Activations, number by number. The fast ones are layers of the same names in `glassnet.nn`.

Each function returns the values y = f(x) and the slopes f'(x). By the chain rule the gradient of a
loss for x is the slope times the gradient for y, for each element alone.
"""

import math
from collections.abc import Callable

import numpy as np

from glassnet.nn.types import Array


def leaky_relu(x: Array, negative_slope: float = 0.01) -> tuple[Array, Array]:
    """Return x where x > 0 and a x elsewhere, and the slopes 1 and a.

    Parameters
    ----------
    x : array
        The input.
    negative_slope : float, default 0.01
        The slope a below 0.

    Returns
    -------
    y : array
        The values.
    slopes : array
        The derivatives.

    Shapes
    ------
    - x: any
    - y: as x
    - slopes: as x

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import leaky_relu
    >>> y, slopes = leaky_relu(np.array([-2.0, 3.0]), 0.1)
    >>> y
    array([-0.2,  3. ])
    >>> slopes
    array([0.1, 1. ])
    """
    return _each(x, lambda v: (v, 1.0) if v > 0 else (negative_slope * v, negative_slope))


def elu(x: Array, alpha: float = 1.0) -> tuple[Array, Array]:
    """Return x where x > 0 and a (exp(x) - 1) elsewhere, and the slopes 1 and a exp(x).

    Parameters
    ----------
    x : array
        The input.
    alpha : float, default 1.0
        The bound a.

    Returns
    -------
    y : array
        The values.
    slopes : array
        The derivatives.

    Shapes
    ------
    - x: any
    - y: as x
    - slopes: as x

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import elu
    >>> y, slopes = elu(np.array([-np.log(4), 3.0]))
    >>> y
    array([-0.75,  3.  ])
    >>> slopes
    array([0.25, 1.  ])
    """
    return _each(x, lambda v: (v, 1.0) if v > 0 else (alpha * math.expm1(v), alpha * math.exp(v)))


def gelu(x: Array) -> tuple[Array, Array]:
    """Return x Φ(x) and its slope Φ(x) + x φ(x), of the standard normal distribution Φ.

    Parameters
    ----------
    x : array
        The input.

    Returns
    -------
    y : array
        The values.
    slopes : array
        The derivatives.

    Shapes
    ------
    - x: any
    - y: as x
    - slopes: as x

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import gelu
    >>> y, slopes = gelu(np.array([-1.0, 0.0, 1.0]))
    >>> y.round(4)
    array([-0.1587,  0.    ,  0.8413])
    >>> slopes.round(4)
    array([-0.0833,  0.5   ,  1.0833])
    """

    def f(v: float) -> tuple[float, float]:
        distribution = math.erfc(-v / math.sqrt(2)) / 2
        density = math.exp(-v * v / 2) / math.sqrt(2 * math.pi)
        return v * distribution, distribution + v * density

    return _each(x, f)


def gelu_tanh(x: Array) -> tuple[Array, Array]:
    """Return ½ x (1 + t) with t = tanh(√(2/π) (x + 0.044715 x³)), and its slope.

    Parameters
    ----------
    x : array
        The input.

    Returns
    -------
    y : array
        The values.
    slopes : array
        The derivatives ½ (1 + t) + ½ x (1 - t²) √(2/π) (1 + 3 · 0.044715 x²).

    Shapes
    ------
    - x: any
    - y: as x
    - slopes: as x

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import gelu_tanh
    >>> y, slopes = gelu_tanh(np.array([-1.0, 0.0, 1.0]))
    >>> y.round(4)
    array([-0.1588,  0.    ,  0.8412])
    >>> slopes.round(4)
    array([-0.083,  0.5  ,  1.083])
    """

    def f(v: float) -> tuple[float, float]:
        t = math.tanh(math.sqrt(2 / math.pi) * (v + 0.044715 * v**3))
        inner_slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * v**2)
        return v * (1 + t) / 2, (1 + t) / 2 + v / 2 * (1 - t * t) * inner_slope

    return _each(x, f)


def silu(x: Array) -> tuple[Array, Array]:
    """Return x s with s = 1 / (1 + exp(-x)), and the slope s + x s (1 - s).

    Parameters
    ----------
    x : array
        The input, above -700.

    Returns
    -------
    y : array
        The values.
    slopes : array
        The derivatives.

    Shapes
    ------
    - x: any
    - y: as x
    - slopes: as x

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import silu
    >>> y, slopes = silu(np.array([0.0, np.log(3)]))
    >>> y.round(4)
    array([0.   , 0.824])
    >>> slopes.round(4)
    array([0.5  , 0.956])
    """

    def f(v: float) -> tuple[float, float]:
        s = 1 / (1 + math.exp(-v))
        return v * s, s + v * s * (1 - s)

    return _each(x, f)


def softplus(x: Array, beta: float = 1.0) -> tuple[Array, Array]:
    """Return log(1 + exp(b x)) / b and its slope 1 / (1 + exp(-b x)).

    Parameters
    ----------
    x : array
        The input, between -700 and 700 divided by b.
    beta : float, default 1.0
        The sharpness b.

    Returns
    -------
    y : array
        The values.
    slopes : array
        The derivatives.

    Shapes
    ------
    - x: any
    - y: as x
    - slopes: as x

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import softplus
    >>> y, slopes = softplus(np.array([0.0, np.log(3)]))
    >>> y.round(4)
    array([0.6931, 1.3863])
    >>> slopes
    array([0.5 , 0.75])
    """
    return _each(
        x, lambda v: (math.log1p(math.exp(beta * v)) / beta, 1 / (1 + math.exp(-beta * v)))
    )


def _each(x: Array, f: Callable[[float], tuple[float, float]]) -> tuple[Array, Array]:
    """Return the values and slopes that f has at each element of x."""
    y, slopes = np.empty_like(x), np.empty_like(x)
    for index in np.ndindex(x.shape):
        y[index], slopes[index] = f(float(x[index]))
    return y, slopes
