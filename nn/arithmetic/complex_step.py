"""What layers and losses need so that gradient checks can run them in complex numbers.

A gradient check adds a tiny imaginary part to a tensor and reads the derivative from the imaginary
part of the result (see nn/gradcheck/derivatives.py). Most of NumPy passes it on. The absolute value
and `float` do not, so the two functions below take their place.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from glassnet.nn.types import Array


def absolute(x: Array) -> Array:
    """Return |x|; of complex x, its continuation: x or -x, by the sign of the real part."""
    if np.iscomplexobj(x):
        return np.where(x.real < 0, -x, x)
    return np.abs(x)


def scalar_sum(x: Array) -> float:
    """Return the sum of all elements, added in float64; of complex x, a complex number."""
    return cast(float, np.sum(x, dtype=np.result_type(x.dtype, np.float64)).item())
