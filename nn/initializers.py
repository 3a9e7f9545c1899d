"""First values of parameters.

An initializer is a function (generator, shape) -> array that draws float64 numbers. For a matrix
(inputs, outputs) fan in and fan out are its two lengths; for a convolution kernel
(..., inputs, outputs) both are multiplied by the number of positions under the kernel.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from glassnet.nn.types import Array

__all__ = [
    "Initializer",
    "constant",
    "glorot_uniform",
    "he_normal",
    "normal",
    "orthogonal",
    "uniform",
    "zeros",
]

Initializer = Callable[[np.random.Generator, tuple[int, ...]], Array]
"""A function (generator, shape) -> first values of a parameter."""


def constant(value: float) -> Initializer:
    """Return an initializer that gives every element the same value.

    Parameters
    ----------
    value : float
        The value of every element.

    Returns
    -------
    Initializer
        A function (generator, shape) -> array.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.initializers import constant
    >>> constant(0.5)(np.random.default_rng(0), (3,))
    array([0.5, 0.5, 0.5])
    """
    return lambda generator, shape: np.full(shape, value)


def zeros(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Return zeros, the first value of most biases.

    Parameters
    ----------
    generator : numpy.random.Generator
        Not used: every initializer is called with one.
    shape : tuple of int
        The shape of the parameter.

    Returns
    -------
    array
        The first values.

    Shapes
    ------
    - the result: `shape`

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.initializers import zeros
    >>> zeros(np.random.default_rng(0), (2,))
    array([0., 0.])
    """
    return np.zeros(shape)


def uniform(limit: float) -> Initializer:
    """Return an initializer that draws uniformly from [-limit, limit).

    Parameters
    ----------
    limit : float
        The largest absolute value.

    Returns
    -------
    Initializer
        A function (generator, shape) -> array.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.initializers import uniform
    >>> W = uniform(0.1)(np.random.default_rng(0), (100, 100))
    >>> bool(np.all(np.abs(W) <= 0.1))
    True
    """
    return lambda generator, shape: generator.uniform(-limit, limit, shape)


def normal(std: float) -> Initializer:
    """Return an initializer that draws from a normal distribution around 0.

    Parameters
    ----------
    std : float
        The standard deviation.

    Returns
    -------
    Initializer
        A function (generator, shape) -> array.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.initializers import normal
    >>> W = normal(0.1)(np.random.default_rng(0), (100, 100))
    >>> round(float(W.std()), 2)
    0.1
    """
    return lambda generator, shape: generator.normal(0.0, std, shape)


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return fan in and fan out of a matrix or a convolution kernel."""
    if len(shape) < 2:
        raise ValueError(
            f"this initializer needs the shape of a matrix or a convolution kernel, not {shape}"
        )
    positions = int(np.prod(shape[:-2]))
    return positions * shape[-2], positions * shape[-1]


def glorot_uniform(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw uniformly with variance 2 / (fan in + fan out), for tanh, sigmoid and linear layers.

    Parameters
    ----------
    generator : numpy.random.Generator
        The source of randomness.
    shape : tuple of int
        The shape of a matrix or a convolution kernel.

    Returns
    -------
    array
        The first values.

    Raises
    ------
    ValueError
        If the shape has fewer than two dimensions.

    Shapes
    ------
    - the result: (..., inputs, outputs)

    References
    ----------
    Glorot & Bengio 2010, *Understanding the difficulty of training deep feedforward neural
    networks*, equation 16.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.initializers import glorot_uniform
    >>> W = glorot_uniform(np.random.default_rng(0), (300, 100))
    >>> bool(np.abs(W).max() <= np.sqrt(6 / 400))
    True
    """
    fan_in, fan_out = _fans(shape)
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return generator.uniform(-limit, limit, shape)


def he_normal(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw normal numbers with variance 2 / fan in, for layers before a ReLU.

    Parameters
    ----------
    generator : numpy.random.Generator
        The source of randomness.
    shape : tuple of int
        The shape of a matrix or a convolution kernel.

    Returns
    -------
    array
        The first values.

    Raises
    ------
    ValueError
        If the shape has fewer than two dimensions.

    Shapes
    ------
    - the result: (..., inputs, outputs)

    References
    ----------
    He, Zhang, Ren & Sun 2015, *Delving deep into rectifiers*, equation 10.

    Examples
    --------
    The mean square of the activations stays the same from layer to layer:

    >>> import numpy as np
    >>> from glassnet.nn.initializers import he_normal
    >>> generator = np.random.default_rng(0)
    >>> x = generator.standard_normal((1000, 200))
    >>> for _ in range(3):
    ...     z = x @ he_normal(generator, (200, 200))
    ...     x = np.maximum(z, 0)
    >>> bool(0.8 < np.mean(x**2) < 1.2)
    True
    """
    fan_in, _ = _fans(shape)
    return generator.normal(0.0, np.sqrt(2.0 / fan_in), shape)


def orthogonal(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw orthogonal matrices side by side, for recurrent layers.

    A recurrent matrix (H, 4H) gets one orthogonal block (H, H) for each of its gates.

    Parameters
    ----------
    generator : numpy.random.Generator
        The source of randomness.
    shape : tuple of int
        The shape of a matrix whose columns are a multiple of its rows.

    Returns
    -------
    array
        The first values.

    Raises
    ------
    ValueError
        If the shape is not that of such a matrix.

    Shapes
    ------
    - the result: (H, K·H)

    References
    ----------
    Saxe, McClelland & Ganguli 2014, *Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks*; Mezzadri 2007, *How to generate random matrices from the classical
    compact groups*, for a uniform draw.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.initializers import orthogonal
    >>> W = orthogonal(np.random.default_rng(0), (3, 6))
    >>> np.allclose(W[:, :3] @ W[:, :3].T, np.eye(3))
    True
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
