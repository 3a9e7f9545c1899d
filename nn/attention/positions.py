"""Position embedding: attention sees no order, so each time step gets a vector of its own.

y[t] = x[t] + P[t]          dP[t] += Σ_n dy[t, n]     dx = dy
"""

from __future__ import annotations

from glassnet.nn.initializers import Initializer, normal
from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.types import Array

__all__ = ["PositionEmbedding"]


class PositionEmbedding(Layer):
    """A learned vector for each time step, added to the input, y[t] = x[t] + P[t].

    Parameters
    ----------
    steps : int
        The largest number of time steps of x.
    features : int
        D, the length of the last axis of x.
    initializer : Initializer, default normal(0.02)
        Draws the first values of P.

    Raises
    ------
    ValueError
        If x has another shape than (T, N, features), or more than `steps` time steps.

    Shapes
    ------
    - x: (T, N, features), T at most `steps`
    - y: (T, N, features)
    - P: (steps, features)

    References
    ----------
    Gehring, Auli, Grangier, Yarats & Dauphin 2017, "Convolutional sequence to sequence learning",
    section 3.1.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import PositionEmbedding
    >>> layer = PositionEmbedding(steps=4, features=2).initialize(np.random.default_rng(0))
    >>> layer.P[:3] = [[0, 1], [10, 11], [20, 21]]
    >>> layer.forward(np.zeros((3, 1, 2), np.float32))[:, 0]  # three time steps of one sequence
    array([[ 0.,  1.],
           [10., 11.],
           [20., 21.]], dtype=float32)
    """

    P: Array
    dP: Array

    def __init__(self, steps: int, features: int, initializer: Initializer | None = None) -> None:
        super().__init__()
        self.steps, self.features = steps, features
        self.declare("P", (steps, features), initializer or normal(0.02))

    def forward(self, x: Array, train: bool = False) -> Array:
        if x.ndim != 3 or x.shape[2] != self.features or len(x) > self.steps:
            raise ValueError(
                f"PositionEmbedding expects sequences (T, N, {self.features}) of at most "
                f"{self.steps} time steps, got shape {x.shape}"
            )
        y: Array = x.astype(self.P.dtype, copy=False) + self.P[: len(x), None]
        return y

    def backward(self, dy: Array) -> Array:
        self.dP[: len(dy)] += dy.sum(axis=1)
        return dy.copy() if self.requires_input_gradient else NO_GRADIENT
