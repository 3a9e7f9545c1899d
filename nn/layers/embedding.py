"""Embedding: a vector for each id. A `Dense` on one-hot rows computes the same, but slower.

y = W[x] + b         dW[i] += Σ dy over the positions where x = i         db += Σ dy
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.initializers import Initializer, glorot_uniform, zeros
from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.types import Array

__all__ = ["Embedding"]


class Embedding(Layer):
    """A table of vectors, one for each id, y = W[x] + b.

    Parameters
    ----------
    vocabulary_size : int
        How many ids there are; they count from 0.
    embedding_size : int
        Length of each vector.
    initializer : Initializer, default glorot_uniform
        Draws the first values of W; b starts at zero.

    Raises
    ------
    ValueError
        If x is not of an integer type, or an id is not from 0 to `vocabulary_size` - 1.

    Shapes
    ------
    - x: (...), integer ids
    - y: (..., embedding_size)
    - W: (vocabulary_size, embedding_size)
    - b: (embedding_size,)

    Notes
    -----
    This is a `Dense` layer on one-hot rows, which are never made. There is no gradient for ids, so
    `backward` returns `NO_GRADIENT`.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Embedding
    >>> layer = Embedding(vocabulary_size=3, embedding_size=2).initialize(np.random.default_rng(0))
    >>> layer.W[...] = [[0, 1], [10, 11], [20, 21]]
    >>> layer.forward(np.array([2, 0, 2]))
    array([[20., 21.],
           [ 0.,  1.],
           [20., 21.]], dtype=float32)

    The gradient of a vector is the sum over the positions of its id:

    >>> _ = layer.backward(np.ones((3, 2), np.float32))
    >>> layer.dW
    array([[1., 1.],
           [0., 0.],
           [2., 2.]], dtype=float32)
    """

    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(
        self, vocabulary_size: int, embedding_size: int, initializer: Initializer = glorot_uniform
    ) -> None:
        super().__init__()
        self.vocabulary_size, self.embedding_size = vocabulary_size, embedding_size
        self.declare("W", (vocabulary_size, embedding_size), initializer)
        self.declare("b", (embedding_size,), zeros)

    def forward(self, x: Array, train: bool = False) -> Array:
        if not np.issubdtype(x.dtype, np.integer):
            raise ValueError(f"Embedding expects integer ids, got {x.dtype}")
        if x.size and not 0 <= x.min() <= x.max() < self.vocabulary_size:
            raise ValueError(f"Embedding expects ids from 0 to {self.vocabulary_size - 1}")
        self._x = x
        # The range is checked above; with mode="raise", take would check every id again.
        return np.take(self.W + self.b, x, axis=0, mode="clip")

    def backward(self, dy: Array) -> Array:
        drows = dy.reshape(-1, self.embedding_size)
        # Sorted by id, the rows to sum lie side by side. This takes half the time of a product
        # with one-hot rows. Small integers are sorted fastest.
        ids = self._x.reshape(-1).astype(np.min_scalar_type(self.vocabulary_size))
        order = np.argsort(ids, kind="stable")
        present, starts = np.unique(ids[order], return_index=True)
        if present.size:
            self.dW[present] += np.add.reduceat(drows[order], starts, axis=0)
        self.db += drows.sum(axis=0)
        return NO_GRADIENT
