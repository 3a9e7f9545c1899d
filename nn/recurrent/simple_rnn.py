"""The simple recurrent layer of Elman 1990, with tanh or relu.

With x(t) the input (N, D) and h(t) the hidden state (N, H):

    h(t) = f(x(t) Wx + h(t-1) Wh + b)    f = tanh, or f(z) = max(z, 0)

`nn/plain/recurrent/simple_rnn.py` computes just this and its gradients: read it first. How the loop
over time is made fast stands in `base.py`.

Memory: 2·T·N·H numbers (projection and hidden), T·N·D for dx, and (D + 3H)·H for copies of weights.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.recurrent.base import RecurrentLayer
from glassnet.nn.types import Array


class SimpleRNN(RecurrentLayer):
    """A simple recurrent layer: it reads a sequence from its first time step to its last.

    Parameters
    ----------
    in_features : int
        D, the length of an input vector, or the number of different ids.
    units : int
        H, the length of the hidden state.
    activation : {'tanh', 'relu'}, default 'tanh'
        The function of the pre-activation.
    weight_drop : float, default 0.0
        In training each element of Wh is zero with this probability, for a whole sequence and all
        its rows; the others are scaled by 1 / (1 - weight_drop).
    state_dropout : float, default 0.0
        In training each element of h(t-1) is zero with this probability in the product with Wh,
        the same elements at every time step of a sequence; the others are scaled by
        1 / (1 - state_dropout). The output y is whole.

    Raises
    ------
    ValueError
        If `activation` is none of these, or `weight_drop` or `state_dropout` is out of range. From
        `forward`: if x or the carried state has the wrong shape, or an id is out of range.
    RuntimeError
        From `forward`: in training with `weight_drop` or `state_dropout`, if `batch_shard` is not
        set.

    Shapes
    ------
    - x: (T, N, in_features) floats or (T, N) integer ids
    - y: (T, N, units), the hidden states
    - state `h`: (N, units), zeros where none is set
    - Wx: (in_features, units)
    - Wh: (units, units)
    - b: (units,)

    Attributes
    ----------
    tiled : bool
        Cut the recurrent product into tiles; see `nn/recurrent/base.py`. Set it to False if BLAS
        runs on several threads, which small products cannot use.

    Notes
    -----
    PyTorch's `nn.RNN` has two biases, `bias_ih` and `bias_hh`; b is their sum.

    `forward` does not change the state it starts from; `carry` moves it on to where the sequence
    ended.

    References
    ----------
    Elman 1990, *Finding structure in time*; Le, Jaitly & Hinton 2015, *A simple way to initialize
    recurrent networks of rectified linear units*, for relu.

    Examples
    --------
    With these weights the state sums up what was read, until a bias takes it below zero:

    >>> import numpy as np
    >>> from glassnet.nn import SimpleRNN
    >>> rnn = SimpleRNN(in_features=1, units=1, activation="relu")
    >>> rnn = rnn.initialize(np.random.default_rng(0))
    >>> rnn.Wx[...], rnn.Wh[...], rnn.b[...] = 1, 1, -0.5
    >>> rnn(np.array([2.0, 3.0, 0.0, -9.0]).reshape(4, 1, 1)).ravel()
    array([1.5, 4. , 3.5, 0. ], dtype=float32)
    """

    blocks = 1
    sigmoids = 0
    activation_names = ("hidden",)

    def __init__(
        self,
        in_features: int,
        units: int,
        activation: str = "tanh",
        weight_drop: float = 0.0,
        state_dropout: float = 0.0,
    ) -> None:
        if activation not in ("tanh", "relu"):
            raise ValueError(f"activation must be 'tanh' or 'relu', not {activation!r}")
        super().__init__(in_features, units, weight_drop, state_dropout)
        self.activation = activation

    def _allocate_steps(self, steps: int) -> None:
        self._z = np.empty(self._tile, self._hidden.dtype)  # (K, B, n, w)

    def _step(self, t: int) -> None:
        z, h = self._z, self._hidden_tiles[t + 1]
        np.matmul(self._read_blocks[t], self._forward_tiles, out=z)
        z += self._projection_tiles[t, 0]
        if self.activation == "tanh":
            np.tanh(z, out=h)
        else:
            np.maximum(z, 0, out=h)

    def _step_back(self, t: int) -> None:
        h, dz = self._hidden_tiles[t + 1], self._projection_tiles[t, 0]
        if self.activation == "tanh":
            np.multiply(h, h, out=self._scratch)
            np.subtract(1, self._scratch, out=self._scratch)
            np.multiply(self._dh, self._scratch, out=dz)
        else:
            np.multiply(self._dh, h > 0, out=dz)
        self._multiply_back(self._dz_blocks[t], out=self._dh)

    def _activation(self, name: str) -> Array:
        return self._hidden_tiles[1:]
