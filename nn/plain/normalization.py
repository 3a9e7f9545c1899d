"""Normalizations, one row or channel after the other. The fast ones are layers of `glassnet.nn`.

The derivatives stand there as whole matrices, ∂y[i] / ∂x[j], which the fast layers never form.
"""

import numpy as np

from glassnet.nn.types import Array


def layer_norm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Return n γ + β, where n is a row minus its mean, divided by its standard deviation.

    Parameters
    ----------
    x : array
        The input, one row for each example.
    gamma, beta : array
        Scale and shift of each column.
    eps : float, default 1e-5
        What is added to the variance.

    Returns
    -------
    array
        The output y.

    Shapes
    ------
    - x: (N, D)
    - gamma: (D,)
    - beta: (D,)
    - y: (N, D)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import layer_norm_forward
    >>> layer_norm_forward(np.array([[1.0, 3.0], [10.0, 30.0]]), np.ones(2), np.zeros(2)).round(3)
    array([[-1.,  1.],
           [-1.,  1.]])
    """
    y = np.empty_like(x)
    for n, row in enumerate(x):
        y[n] = _normalized(row, eps)[0] * gamma + beta
    return y


def layer_norm_backward(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> dict[str, Array]:
    """Return the gradients of layer normalization.

    Parameters
    ----------
    dy : array
        The gradient of the loss for the output.
    x, gamma : array
        The input and the scale that `layer_norm_forward` got.
    eps : float, default 1e-5
        What was added to the variance.

    Returns
    -------
    dict of str to array
        The gradients for `x`, `gamma` and `beta`.

    Shapes
    ------
    - dy: (N, D)
    - x: (N, D)
    - gamma: (D,)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import layer_norm_backward
    >>> x, dy = np.array([[1.0, 2.0, 6.0]]), np.array([[1.0, 0.0, 0.0]])
    >>> found = layer_norm_backward(dy, x, np.ones(3))
    >>> found["x"].round(3), found["beta"]
    (array([[ 0.176, -0.22 ,  0.044]]), array([1., 0., 0.]))
    """
    dx, dgamma = np.empty_like(x), np.zeros_like(gamma)
    for n, row in enumerate(x):
        normalized, derivative = _normalized(row, eps)
        dx[n] = (dy[n] * gamma) @ derivative
        dgamma += dy[n] * normalized
    return {"x": dx, "gamma": dgamma, "beta": dy.sum(axis=0)}


def rms_norm_forward(x: Array, gamma: Array, eps: float = 1e-5) -> Array:
    """Return each row divided by its root mean square, times γ.

    Parameters
    ----------
    x : array
        The input, one row for each example.
    gamma : array
        Scale of each column.
    eps : float, default 1e-5
        What is added to the mean square.

    Returns
    -------
    array
        The output y.

    Shapes
    ------
    - x: (N, D)
    - gamma: (D,)
    - y: (N, D)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import rms_norm_forward
    >>> rms_norm_forward(np.array([[1.0, 7.0], [10.0, 70.0]]), np.ones(2)).round(3)
    array([[0.2, 1.4],
           [0.2, 1.4]])
    """
    y = np.empty_like(x)
    for n, row in enumerate(x):
        y[n] = row / np.sqrt(np.mean(row**2) + eps) * gamma
    return y


def rms_norm_backward(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> dict[str, Array]:
    """Return the gradients of root mean square normalization.

    Parameters
    ----------
    dy : array
        The gradient of the loss for the output.
    x, gamma : array
        The input and the scale that `rms_norm_forward` got.
    eps : float, default 1e-5
        What was added to the mean square.

    Returns
    -------
    dict of str to array
        The gradients for `x` and `gamma`.

    Shapes
    ------
    - dy: (N, D)
    - x: (N, D)
    - gamma: (D,)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import rms_norm_backward
    >>> x, dy = np.array([[1.0, 7.0]]), np.array([[1.0, 0.0]])
    >>> rms_norm_backward(dy, x, np.ones(2))["x"].round(3)
    array([[ 0.196, -0.028]])
    """
    dx, dgamma = np.empty_like(x), np.zeros_like(gamma)
    for n, row in enumerate(x):
        rms = np.sqrt(np.mean(row**2) + eps)
        # From r = √(Σ_k x_k² / D + eps) follows ∂r/∂x_j = x_j / (D r).
        derivative = np.eye(len(row)) / rms - np.outer(row, row) / (len(row) * rms**3)
        dx[n] = (dy[n] * gamma) @ derivative
        dgamma += dy[n] * row / rms
    return {"x": dx, "gamma": dgamma}


def batch_norm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Return n γ + β, where n is a column minus its mean, divided by its standard deviation.

    Parameters
    ----------
    x : array
        The input, one row for each example; for images, one for each pixel.
    gamma, beta : array
        Scale and shift of each column.
    eps : float, default 1e-5
        What is added to the variance.

    Returns
    -------
    array
        The output y.

    Shapes
    ------
    - x: (N, C)
    - gamma: (C,)
    - beta: (C,)
    - y: (N, C)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import batch_norm_forward
    >>> batch_norm_forward(np.array([[1.0, 10.0], [3.0, 30.0]]), np.ones(2), np.zeros(2)).round(3)
    array([[-1., -1.],
           [ 1.,  1.]])
    """
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        y[:, c] = _normalized(x[:, c], eps)[0] * gamma[c] + beta[c]
    return y


def batch_norm_backward(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> dict[str, Array]:
    """Return the gradients of batch normalization in training.

    Parameters
    ----------
    dy : array
        The gradient of the loss for the output.
    x, gamma : array
        The input and the scale that `batch_norm_forward` got.
    eps : float, default 1e-5
        What was added to the variance.

    Returns
    -------
    dict of str to array
        The gradients for `x`, `gamma` and `beta`.

    Shapes
    ------
    - dy: (N, C)
    - x: (N, C)
    - gamma: (C,)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import batch_norm_backward
    >>> x, dy = np.array([[1.0], [2.0], [6.0]]), np.array([[1.0], [0.0], [0.0]])
    >>> batch_norm_backward(dy, x, np.ones(1))["x"].ravel().round(3)
    array([ 0.176, -0.22 ,  0.044])
    """
    dx, dgamma = np.empty_like(x), np.empty_like(gamma)
    for c in range(x.shape[1]):
        normalized, derivative = _normalized(x[:, c], eps)
        dx[:, c] = (dy[:, c] * gamma[c]) @ derivative
        dgamma[c] = np.sum(dy[:, c] * normalized)
    return {"x": dx, "gamma": dgamma, "beta": dy.sum(axis=0)}


def _normalized(x: Array, eps: float) -> tuple[Array, Array]:
    """Return n = (x - mean) / √(variance + eps) of a vector, and the matrix ∂n[i] / ∂x[j]."""
    size = len(x)
    centered = x - x.sum() / size
    std = np.sqrt(np.sum(centered**2) / size + eps)
    # ∂centered[i]/∂x[j] = [i = j] - 1/size, and ∂std/∂x[j] = centered[j] / (size std).
    derivative = (np.eye(size) - 1 / size) / std
    derivative -= np.outer(centered, centered) / (size * std**3)
    return centered / std, derivative
