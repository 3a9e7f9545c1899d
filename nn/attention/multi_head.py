"""Multi-head self-attention: every time step takes in what it finds in the others.

Each head maps each step to a query q, a key k and a value v of d = features / heads numbers:

    scores   S = q kᵀ / √d                (T, T): how well a key answers a query
    weights  A = softmax(S) along a row   a causal mask sets S to -∞ where the key comes later
    output   o = A v                      (T, d)
    y = [o of head 1 | o of head 2 | ...] Wo + bo

The gradients follow the same way back:

    dv = Aᵀ do     dA = do vᵀ     dS = A (dA - Σ_keys A dA)     dq = dS k / √d     dk = dSᵀ q / √d

Inside the layer the sequences and heads lie before the time steps, (N·heads, T, d), so that each
formula above is one product of stacked matrices.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.initializers import Initializer, glorot_uniform, zeros
from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.types import Array

__all__ = ["MultiHeadAttention"]


class MultiHeadAttention(Layer):
    """Self-attention of several heads.

    Parameters
    ----------
    features : int
        D, the length of the last axis of x and of y.
    heads : int
        Number of heads; it divides `features`.
    causal : bool, default False
        A time step reads from itself and from those before it only.
    dropout : float, default 0.0
        Rate of dropout on the weights A when training.
    initializer : Initializer, default glorot_uniform
        Draws the first values of W and Wo; the biases start at zero.

    Raises
    ------
    ValueError
        If `heads` does not divide `features`, if `dropout` is not in [0, 1), or if x has another
        shape than (T, N, features).

    Shapes
    ------
    - x: (T, N, features)
    - y: (T, N, features)
    - W: (features, 3 · features)
    - b: (3 · features,)
    - Wo: (features, features)
    - bo: (features,)

    Attributes
    ----------
    weights : array
        The weights A of the last `forward`, (N, heads, T, T): row t says where step t read.

    Notes
    -----
    The columns of W are those of all queries, then those of all keys, then those of all values; in
    each third, the heads follow one another. PyTorch's ``in_proj_weight`` is the transpose of W.

    References
    ----------
    Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser & Polosukhin 2017, "Attention is all
    you need", sections 3.2.1 and 3.2.2.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import MultiHeadAttention
    >>> layer = MultiHeadAttention(8, heads=2, causal=True).initialize(np.random.default_rng(0))
    >>> x = np.random.default_rng(1).standard_normal((3, 1, 8))  # three steps of one sequence
    >>> layer.forward(x).shape
    (3, 1, 8)
    >>> layer.weights[0, 0].round(2)  # the first head: the first step can only read itself
    array([[1.  , 0.  , 0.  ],
           [0.43, 0.57, 0.  ],
           [0.25, 0.31, 0.44]], dtype=float32)
    """

    W: Array
    b: Array
    Wo: Array
    bo: Array
    dW: Array
    db: Array
    dWo: Array
    dbo: Array

    def __init__(
        self,
        features: int,
        heads: int,
        causal: bool = False,
        dropout: float = 0.0,
        initializer: Initializer = glorot_uniform,
    ) -> None:
        super().__init__()
        if heads < 1 or features % heads:
            raise ValueError(f"heads must divide features, {features}, and {heads} does not")
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout must be from 0 to below 1, not {dropout}")
        self.features, self.heads = features, heads
        self.causal, self.dropout = causal, dropout
        self.declare("W", (features, 3 * features), initializer)
        self.declare("b", (3 * features,), zeros)
        self.declare("Wo", (features, features), initializer)
        self.declare("bo", (features,), zeros)

    @property
    def weights(self) -> Array:
        """The weights A of the last `forward`, before dropout."""
        steps = len(self._x)
        return self._A.reshape(self._x.shape[1], self.heads, steps, steps)

    def forward(self, x: Array, train: bool = False) -> Array:
        if x.ndim != 3 or x.shape[2] != self.features:
            raise ValueError(
                f"MultiHeadAttention expects sequences (T, N, {self.features}), got shape {x.shape}"
            )
        self._x = x = x.astype(self.W.dtype, copy=False)
        steps, rows, _ = x.shape
        size = self.features // self.heads
        projected = x.reshape(steps * rows, self.features) @ self.W
        projected += self.b
        # (T, N, 3, heads, d) -> (3, N, heads, T, d)
        parts = projected.reshape(steps, rows, 3, self.heads, size).transpose(2, 1, 3, 0, 4)
        self._qkv = np.ascontiguousarray(parts).reshape(3, rows * self.heads, steps, size)
        q, k, v = self._qkv
        self._keep = None
        if train and self.dropout:
            drawn = self.randomness().uniform((rows, self.heads, steps, steps))
            keep = (drawn >= self.dropout).astype(x.dtype) / (1 - self.dropout)
            self._keep = keep.astype(x.dtype, copy=False).reshape(rows * self.heads, steps, steps)
        later = np.triu(np.full((steps, steps), -np.inf, x.dtype), 1) if self.causal else None
        self._A = np.empty((len(q), steps, steps), x.dtype)
        o = np.empty_like(q)
        for head, A in enumerate(self._A):  # one at a time: the matrix stays in the cache
            np.matmul(q[head] * size**-0.5, k[head].T, out=A)
            if later is not None:
                A += later
            A -= A.max(axis=1, keepdims=True, initial=-np.inf)
            np.exp(A, out=A)
            A /= A.sum(axis=1, keepdims=True)
            np.matmul(A if self._keep is None else A * self._keep[head], v[head], out=o[head])
        self._o = self._joined(o, rows)
        y = self._o @ self.Wo
        y += self.bo
        return y.reshape(x.shape)

    def backward(self, dy: Array) -> Array:
        steps, rows, features = self._x.shape
        size = features // self.heads
        dy = dy.reshape(steps * rows, features)
        self.dWo += self._o.T @ dy
        self.dbo += dy.sum(axis=0)
        heads = (dy @ self.Wo.T).reshape(steps, rows, self.heads, size).transpose(1, 2, 0, 3)
        do = heads.reshape(rows * self.heads, steps, size)

        q, k, v = self._qkv
        dqkv = np.empty_like(self._qkv)  # (3, N·heads, T, d)
        for head, A in enumerate(self._A):
            keep = None if self._keep is None else self._keep[head]
            dA = do[head] @ v[head].T
            if keep is not None:
                dA *= keep
            np.matmul((A if keep is None else A * keep).T, do[head], out=dqkv[2, head])
            dA *= A
            dS = dA
            dS -= A * dA.sum(axis=1, keepdims=True)
            dS *= size**-0.5
            np.matmul(dS, k[head], out=dqkv[0, head])
            np.matmul(dS.T, q[head], out=dqkv[1, head])

        parts = dqkv.reshape(3, rows, self.heads, steps, size).transpose(3, 1, 0, 2, 4)
        dprojected = parts.reshape(steps * rows, 3 * features)
        self.dW += self._x.reshape(steps * rows, features).T @ dprojected
        self.db += dprojected.sum(axis=0)
        if not self.requires_input_gradient:
            return NO_GRADIENT
        return (dprojected @ self.W.T).reshape(self._x.shape)

    def _joined(self, o: Array, rows: int) -> Array:
        """Return the heads' outputs (N·heads, T, d) side by side, (T·N, D)."""
        steps, size = o.shape[1:]
        heads = o.reshape(rows, self.heads, steps, size).transpose(2, 0, 1, 3)
        return heads.reshape(steps * rows, self.features)
