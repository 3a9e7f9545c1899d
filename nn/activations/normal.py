"""The distribution function of the standard normal distribution, which GELU needs.

NumPy has no error function erf. It follows from Φ by erf(x) = 2 Φ(√2 x) - 1.

    Φ(x) = ½ (1 + tanh(x q(x²)))          q(x²) = artanh(erf(x / √2)) / x

q is smooth, and tanh flattens its errors where erf is near ±1. So a short polynomial in w = x² is
exact enough for float32, and a quotient of two polynomials for float64. Both were fitted in 40
digits, weighted so that the largest error of tanh(x q) is smallest. They are analytic: in complex
numbers near the real axis they continue Φ, so a complex step differentiates what is computed.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.types import Array

Coefficients = tuple[float, ...]  # of 1, w, w², ...

TANH: Coefficients = (0.7978845608028654, 0.7978845608028654 * 0.044715)
"""√(2/π) (1 + 0.044715 w): the approximation of Hendrycks & Gimpel, which errs by up to 2e-4."""

_SINGLE: Coefficients = (
    7.97884941e-01,
    3.63330844e-02,
    -3.25947497e-05,
    -5.53063148e-05,
    3.96477281e-06,
    -1.32266253e-07,
    1.75627677e-09,
)
_NUMERATOR: Coefficients = (
    0.7978845608028652,
    0.17229290292102525,
    0.024247586512350695,
    0.002117640950915364,
    0.00013328753249251216,
    5.6686940760841135e-06,
    1.612006888528744e-07,
    2.4095101324396437e-09,
    7.541885078587502e-12,
)
_DENOMINATOR: Coefficients = (
    1.0,
    0.17039720686750953,
    0.022676315581102467,
    0.0016946621695925108,
    9.849311146303446e-05,
    3.474691576495889e-06,
    8.487398745075118e-08,
    6.950324852060096e-10,
    5.711772651235586e-13,
)
_LARGEST = 1e4  # of w: q(w) stays finite; tanh(x q) is ±1 long before


def normal_cdf(x: Array, out: Array) -> None:
    """Write Φ(x) to `out`, to about one unit in the last place of 1, for any float or complex x.

    Parameters
    ----------
    x : array
        Numbers of any size.
    out : array
        The result: an array of the shape and data type of x that does not overlap with it.

    Shapes
    ------
    - x: any
    - out: as x
    """
    if x.dtype == np.float32:
        tanh_cdf(x, out, _SINGLE)
        return
    denominator = np.empty_like(x)
    with np.errstate(over="ignore"):  # an infinite x q gives ±1, which is right
        w = np.minimum(x * x, _LARGEST)
        _polynomial(w, _NUMERATOR, out)
        _polynomial(w, _DENOMINATOR, denominator)
        out /= denominator
        _from_q(x, out)


def tanh_cdf(x: Array, out: Array, q: Coefficients) -> None:
    """Write ½ (1 + tanh(x q(x²))) to `out`, where q is a polynomial.

    Parameters
    ----------
    x : array
        Numbers of any size.
    out : array
        The result: an array of the shape and data type of x that does not overlap with it.
    q : tuple of float
        At least two coefficients, of 1, x², x⁴ and so on.

    Shapes
    ------
    - x: any
    - out: as x
    """
    with np.errstate(over="ignore"):  # as above
        _polynomial(x * x, q, out)
        _from_q(x, out)


def _polynomial(w: Array, coefficients: Coefficients, out: Array) -> None:
    """Write Σ_k coefficients[k] wᵏ to `out`, by Horner's scheme."""
    np.multiply(w, coefficients[-1], out=out)
    for coefficient in coefficients[-2:0:-1]:
        out += coefficient
        out *= w
    out += coefficients[0]


def _from_q(x: Array, out: Array) -> None:
    """Turn `out`, which is q, into ½ (1 + tanh(x q))."""
    out *= x
    np.tanh(out, out=out)
    out *= 0.5
    out += 0.5
