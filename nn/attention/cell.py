"""Causal attention one time step at a time and forward only, for sampling.

The keys and values of the steps that were read are kept, so a step costs one query.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.activations.softmax import softmax
from glassnet.nn.attention.multi_head import MultiHeadAttention
from glassnet.nn.types import Array

__all__ = ["MultiHeadAttentionCell"]


class MultiHeadAttentionCell:
    """A causal `MultiHeadAttention` that reads one time step at a time, to sample from it.

    It has a copy of the layer's weights, made at the start.

    Parameters
    ----------
    attention : MultiHeadAttention
        An initialized layer with a causal mask.
    rows : int
        N, the number of sequences side by side.
    steps : int
        The largest number of time steps.

    Raises
    ------
    ValueError
        If the layer is not causal: its first outputs depend on what comes later.

    Shapes
    ------
    - x: (N, D)
    - y: (N, D)

    Attributes
    ----------
    length : int
        Time steps that were read. Setting it to a smaller number forgets the last ones.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import MultiHeadAttention, MultiHeadAttentionCell
    >>> layer = MultiHeadAttention(8, heads=2, causal=True).initialize(np.random.default_rng(0))
    >>> x = np.random.default_rng(1).standard_normal((5, 1, 8)).astype(np.float32)
    >>> cell = MultiHeadAttentionCell(layer, rows=1, steps=5)
    >>> y = [cell.step(row) for row in x]
    >>> np.allclose(y, layer.forward(x), atol=1e-6)
    True
    """

    def __init__(self, attention: MultiHeadAttention, rows: int, steps: int) -> None:
        if not attention.causal:
            raise ValueError("MultiHeadAttentionCell reads step by step: it needs causal=True")
        features, self._heads = attention.features, attention.heads
        self._size = features // self._heads
        self._W, self._b = attention.W.copy(), attention.b.copy()
        self._Wo, self._bo = attention.Wo.copy(), attention.bo.copy()
        self._input_shape = (rows, features)
        shape = (2, rows, self._heads, steps, self._size)
        self._keys, self._values = np.empty(shape, attention.W.dtype)
        self.length = 0

    def step(self, x: Array) -> Array:
        """Read one time step.

        Parameters
        ----------
        x : array
            The input of one time step.

        Returns
        -------
        array
            The output of this time step.

        Raises
        ------
        ValueError
            If the input has another shape than (N, D).
        IndexError
            If as many time steps as there is room for were read already.
        """
        if x.shape != self._input_shape:
            raise ValueError(
                f"MultiHeadAttentionCell expects x of shape {self._input_shape}, got {x.shape}"
            )
        rows, now = len(x), self.length
        if now == self._keys.shape[2]:
            raise IndexError(f"MultiHeadAttentionCell has room for {now} time steps, all are taken")
        parts = (x @ self._W + self._b).reshape(rows, 3, self._heads, self._size)
        q = parts[:, 0, :, :, None] * self._size**-0.5  # (N, heads, d, 1)
        self._keys[:, :, now], self._values[:, :, now] = parts[:, 1], parts[:, 2]
        self.length = now + 1
        scores = (self._keys[:, :, : now + 1] @ q)[..., 0]  # (N, heads, steps read)
        read = softmax(scores)[:, :, None] @ self._values[:, :, : now + 1]  # (N, heads, 1, d)
        y: Array = read.reshape(rows, -1) @ self._Wo + self._bo
        return y
