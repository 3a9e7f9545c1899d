"""First values for parameters: functions (generator, shape) -> array, drawn in float64.

For a matrix (inputs, outputs) the fans are its two lengths; for a convolution kernel
(..., inputs, outputs) both are multiplied by the number of positions under the kernel.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from glassnet.nn.types import Array

Initializer = Callable[[np.random.Generator, tuple[int, ...]], Array]


def constant(value: float) -> Initializer:
    """Every element is `value`."""
    return lambda generator, shape: np.full(shape, value)


zeros = constant(0.0)


def uniform(limit: float) -> Initializer:
    """Uniform in [-limit, limit)."""
    return lambda generator, shape: generator.uniform(-limit, limit, shape)


def normal(std: float) -> Initializer:
    """Normal around 0 with this standard deviation."""
    return lambda generator, shape: generator.normal(0.0, std, shape)


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) < 2:
        raise ValueError(f"fans are those of a matrix or a kernel, not of shape {shape}")
    positions = int(np.prod(shape[:-2]))
    return positions * shape[-2], positions * shape[-1]


def glorot_uniform(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Uniform with variance 2 / (fan in + fan out): Glorot & Bengio 2010, equation 16."""
    fan_in, fan_out = _fans(shape)
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return generator.uniform(-limit, limit, shape)


def he_normal(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Normal with variance 2 / fan in, for ReLU: He et al. 2015, equation 10."""
    fan_in, _ = _fans(shape)
    return generator.normal(0.0, np.sqrt(2.0 / fan_in), shape)


def orthogonal(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Square blocks (H, H) side by side, each orthogonal: Saxe et al. 2014.

    A recurrent matrix (H, 4H) gets one orthogonal block for each of its gates.

    Raises
    ------
    ValueError : for a shape that is no such matrix.
    """
    rows, columns = shape[0], shape[-1]
    if len(shape) != 2 or columns % rows:
        raise ValueError(
            f"orthogonal needs a matrix with a multiple of its rows as columns, not {shape}"
        )
    blocks = []
    for _ in range(columns // rows):
        q, r = np.linalg.qr(generator.standard_normal((rows, rows)))
        # The sign of r's diagonal is arbitrary; fixing it makes the draw uniform (Mezzadri 2007).
        blocks.append(q * np.sign(np.diag(r)))
    return np.concatenate(blocks, axis=1)
