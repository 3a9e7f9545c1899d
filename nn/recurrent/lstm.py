"""The LSTM: Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000.

With x(t) the input (N, D), h(t) the hidden state and c(t) the cell state (N, H), σ the logistic
function and ⊙ the product element by element:

    z(t) = x(t) Wx + h(t-1) Wh + b          the four pre-activations side by side, (N, 4H)
    i = σ(z_i)    input gate                c(t) = f ⊙ c(t-1) + i ⊙ g
    f = σ(z_f)    forget gate               h(t) = o ⊙ tanh(c(t))
    o = σ(z_o)    output gate
    g = tanh(z_g) candidate

The columns of Wx (D, 4H), Wh (H, 4H) and b (4H,) come in the order i, f, o, g. b_f starts at 1, so
that a new network remembers (Jozefowicz et al. 2015). `nn/plain/recurrent/lstm.py` computes just
these equations and their gradients: read it first.

How the loop over time is made fast stands in `base.py`.

Memory: 11·T·N·H numbers (projection 4, gates 4, hidden, cell and tanh(cell) 1 each), T·N·D for
dx, and (D + 3H)·4H for copies of weights: 61 + 17 MB in float32 for T = 100, N = 25, D = H = 512.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.recurrent.base import RecurrentLayer
from glassnet.nn.types import Array

__all__ = ["LSTM"]


class LSTM(RecurrentLayer):
    """A long short-term memory layer: it reads a sequence from its first time step to its last.

    Parameters
    ----------
    in_features : int
        D, the length of an input vector, or the number of different ids.
    units : int
        H, the length of the hidden state.
    forget_bias : float, default 1.0
        The first value of the forget gate's bias; 1 makes a new network remember.
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
        If `weight_drop` or `state_dropout` is out of range. From `forward`: if x or the carried
        state has the wrong shape, or an id is out of range.
    RuntimeError
        From `forward`: in training with `weight_drop` or `state_dropout`, if `batch_shard` is not
        set.

    Shapes
    ------
    - x: (T, N, in_features) floats or (T, N) integer ids
    - y: (T, N, units), the hidden states
    - state `h`, `c`: (N, units), zeros where none is set
    - Wx: (in_features, 4 units)
    - Wh: (units, 4 units)
    - b: (4 units,)

    Attributes
    ----------
    tiled : bool
        Cut the recurrent product into tiles; see `nn/recurrent/base.py`. Set it to False if BLAS
        runs on several threads, which small products cannot use.

    Notes
    -----
    `forward` does not change the state it starts from; `carry` moves it on to where the sequence
    ended.

    References
    ----------
    Hochreiter & Schmidhuber 1997, *Long short-term memory*; Gers, Schmidhuber & Cummins 2000,
    *Learning to forget*; Jozefowicz, Zaremba & Sutskever 2015, *An empirical exploration of
    recurrent network architectures*, for the forget gate's bias; Wan et al. 2013, *Regularization
    of neural networks using DropConnect*, and Merity, Keskar & Socher 2018, *Regularizing and
    optimizing LSTM language models*, section 2, for `weight_drop`; Gal & Ghahramani 2016, *A
    theoretically grounded application of dropout in recurrent neural networks*, section 4, for
    `state_dropout`.

    Examples
    --------
    A sequence in two parts, with the state carried on between them, is the same as the whole:

    >>> import numpy as np
    >>> from glassnet.nn import LSTM
    >>> lstm = LSTM(in_features=3, units=8).initialize(np.random.default_rng(0))
    >>> x = np.random.default_rng(1).standard_normal((10, 2, 3)).astype(np.float32)
    >>> whole = lstm.forward(x).copy()
    >>> whole.shape
    (10, 2, 8)
    >>> first = lstm.forward(x[:6])
    >>> lstm.carry()
    >>> np.allclose(lstm.forward(x[6:]), whole[6:], atol=1e-6)
    True
    """

    blocks = 4
    sigmoids = 3
    activation_names = (
        "hidden",
        "cell",
        "input gate",
        "forget gate",
        "output gate",
        "candidate",
    )
    state_names = ("h", "c")

    def __init__(
        self,
        in_features: int,
        units: int,
        forget_bias: float = 1.0,
        weight_drop: float = 0.0,
        state_dropout: float = 0.0,
    ) -> None:
        def first_bias(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
            return np.repeat([0.0, forget_bias, 0.0, 0.0], units)

        super().__init__(in_features, units, weight_drop, state_dropout, first_bias)

    def _allocate_steps(self, steps: int) -> None:
        dtype = self._hidden.dtype
        self._gates = np.empty((steps, 4, *self._tile), dtype)  # i, f, o, g
        self._cells = np.empty((steps + 1, *self._tile), dtype)  # c(0) .. c(T)
        self._tanh_cells = np.empty((steps, *self._tile), dtype)
        self._dc = np.empty(self._tile, dtype)
        self._dgates = np.empty((4, *self._tile), dtype)
        self._products = self._gates.reshape(
            steps, 4 * self._tile[0], *self._tile[1:]
        )  # (T, 4K, B, n, w)

    def _states(self) -> dict[str, Array]:
        return {**super()._states(), "c": self._cells}

    def _state_gradients(self) -> dict[str, Array]:
        return {**super()._state_gradients(), "c": self._dc}

    def _step(self, t: int) -> None:
        z = self._gates[t]  # (4, K, B, n, w)
        cell, tanh_cell = self._cells[t + 1], self._tanh_cells[t]  # (K, B, n, w)
        np.matmul(self._read_blocks[t], self._forward_tiles, out=self._products[t])
        z += self._projection_tiles[t]
        np.tanh(z, out=z)
        sigmoids = z[:3]
        sigmoids *= 0.5
        sigmoids += 0.5
        i, f, o, g = z
        np.multiply(f, self._cells[t], out=cell)
        np.multiply(i, g, out=self._scratch)
        cell += self._scratch
        np.tanh(cell, out=tanh_cell)
        np.multiply(o, tanh_cell, out=self._hidden_tiles[t + 1])

    def _step_back(self, t: int) -> None:
        i, f, o, g = self._gates[t]
        tanh_cell = self._tanh_cells[t]
        dh, dc, dgates = self._dh, self._dc, self._dgates
        scratch, slopes = self._scratch, self._products_back
        np.multiply(dh, tanh_cell, out=dgates[2])  # do
        dh *= o
        np.multiply(tanh_cell, tanh_cell, out=scratch)
        np.subtract(1, scratch, out=scratch)
        scratch *= dh
        dc += scratch  # dc(t) = what came from t+1, plus dh ⊙ o ⊙ (1 - tanh²(c))
        np.multiply(dc, g, out=dgates[0])  # di
        np.multiply(dc, self._cells[t], out=dgates[1])  # df
        np.multiply(dc, i, out=dgates[3])  # dg
        dc *= f
        # Slopes of the nonlinearities: σ' = σ (1 - σ) and tanh' = 1 - tanh².
        np.subtract(1, self._gates[t, :3], out=slopes[:3])
        slopes[:3] *= self._gates[t, :3]
        np.multiply(g, g, out=slopes[3])
        np.subtract(1, slopes[3], out=slopes[3])
        np.multiply(dgates, slopes, out=self._projection_tiles[t])
        self._multiply_back(self._dz_blocks[t], out=dh)

    def _activation(self, name: str) -> Array:
        if name == "hidden":
            return self._hidden_tiles[1:]
        if name == "cell":
            return self._cells[1:]
        return self._gates[:, self.activation_names.index(name) - 2]
