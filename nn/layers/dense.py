"""Dense: every output is a weighted sum of all inputs, plus a bias.

y = x W + b          dW += xᵀ dy     db += Σ dy     dx = dy Wᵀ
"""

from __future__ import annotations

from glassnet.nn.initializers import Initializer, glorot_uniform, zeros
from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.types import Array


class Dense(Layer):
    """A fully connected layer over the last axis; all other axes are kept.

    Parameters
    ----------
    in_features, out_features : lengths of the last axis before and after.
    initializer : for W; the bias b starts at zero.

    Shapes: x (..., in_features), y (..., out_features), W (in_features, out_features),
    b (out_features,).
    On a sequence (T, N, D) or text windows (N, L, C) it acts on each position alone.

    Raises
    ------
    ValueError : from `forward`, for another last axis.
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
        if x.shape[-1] != self.in_features:
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
        self.dW += rows.T @ drows
        self.db += drows.sum(axis=0)
        if not self.requires_input_gradient:
            return NO_GRADIENT
        return (drows @ self.W.T).reshape(self._x.shape)
