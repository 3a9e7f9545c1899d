"""A dense layer: y = x W + b. The fast one is `glassnet.nn.Dense`."""

from glassnet.nn.types import Array


def dense_forward(x: Array, W: Array, b: Array) -> Array:
    """Return y = x W + b.

    Parameters
    ----------
    x : array
        The input, one row for each example.
    W, b : array
        The weights and the bias.

    Returns
    -------
    array
        The output y.

    Shapes
    ------
    - x: (N, D)
    - W: (D, F)
    - b: (F,)
    - y: (N, F)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import dense_forward
    >>> W = np.array([[1.0, 0.0], [0.0, 2.0]])
    >>> dense_forward(np.array([[3.0, 4.0]]), W, np.array([0.5, 0.5]))
    array([[3.5, 8.5]])
    """
    return x @ W + b


def dense_backward(dy: Array, x: Array, W: Array) -> dict[str, Array]:
    """Return the gradients of a dense layer.

    Parameters
    ----------
    dy : array
        The gradient of the loss for the output.
    x, W : array
        The input and the weights that `dense_forward` got.

    Returns
    -------
    dict of str to array
        The gradients for `x`, `W` and `b`.

    Shapes
    ------
    - dy: (N, F)
    - x: (N, D)
    - W: (D, F)

    Notes
    -----
    From y = x W + b follows ∂y[n, f] / ∂W[d, f] = x[n, d], and the same for x and b. The chain rule
    adds up all paths from a number to the loss: for W and b over the examples n, for x over the
    outputs f.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import dense_backward
    >>> x, W = np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]])
    >>> dense_backward(np.array([[10.0]]), x, W)
    {'x': array([[30., 40.]]), 'W': array([[10.],
           [20.]]), 'b': array([10.])}
    """
    return {"x": dy @ W.T, "W": x.T @ dy, "b": dy.sum(axis=0)}
