"""Dense: each output is a weighted sum of all inputs, plus a bias.

y = x W + b          dW += xᵀ dy     db += Σ dy     dx = dy Wᵀ
"""

from __future__ import annotations

from glassnet.nn.initializers import Initializer, glorot_uniform, zeros
from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.types import Array

__all__ = ["Dense"]


class Dense(Layer):
    """A fully connected layer, y = x W + b.

    Parameters
    ----------
    in_features, out_features : int
        Lengths of the last axis of x and of y.
    initializer : Initializer, default glorot_uniform
        Draws the first values of W; b starts at zero.

    Raises
    ------
    ValueError
        If the last axis of x has another length than `in_features`.

    Shapes
    ------
    - x: (..., in_features)
    - y: (..., out_features)
    - W: (in_features, out_features)
    - b: (out_features,)

    Notes
    -----
    The layer maps the last axis and keeps all others: on a sequence (T, N, D) it acts on each time
    step, on images (N, H, W, C) on each pixel.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense
    >>> layer = Dense(3, 2).initialize(np.random.default_rng(0))
    >>> layer.W[...] = [[1, 0], [0, 1], [1, 1]]
    >>> layer.b[...] = [10, 20]
    >>> x = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    >>> layer.forward(x)
    array([[14., 25.],
           [20., 31.]], dtype=float32)

    `backward` takes the gradient of a loss for y, here of the sum of all its elements. It returns
    the gradient for x and adds the gradients for W and b to `dW` and `db`:

    >>> layer.backward(np.ones((2, 2), np.float32))
    array([[1., 1., 2.],
           [1., 1., 2.]], dtype=float32)
    >>> layer.dW
    array([[5., 5.],
           [7., 7.],
           [9., 9.]], dtype=float32)
    >>> layer.db
    array([2., 2.], dtype=float32)
    """

    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(
        self, in_features: int, out_features: int, initializer: Initializer = glorot_uniform
    ) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.declare("W", (in_features, out_features), initializer)
        self.declare("b", (out_features,), zeros)

    def forward(self, x: Array, train: bool = False) -> Array:
        if x.shape[-1:] != (self.in_features,):
            raise ValueError(
                f"Dense expects a last axis of {self.in_features}, got shape {x.shape}"
            )
        self._x = x = x.astype(self.W.dtype, copy=False)
        rows = x.reshape(-1, self.in_features)  # one large product, whatever the leading axes
        y = rows @ self.W
        y += self.b
        return y.reshape(*x.shape[:-1], self.out_features)

    def backward(self, dy: Array) -> Array:
        rows = self._x.reshape(-1, self.in_features)
        drows = dy.reshape(-1, self.out_features)
        if self._learns("W"):
            self.dW += rows.T @ drows
        self.db += drows.sum(axis=0)
        if not self.requires_input_gradient:
            return NO_GRADIENT
        return (drows @ self.W.T).reshape(self._x.shape)
