"""The GRU: Cho et al. 2014, and its variant whose reset gate acts after the recurrent product.

With x(t) the input (N, D), h(t) the hidden state (N, H), σ the logistic function and ⊙ the product
element by element:

    r = σ(x(t) Wx_r + h(t-1) Wh_r + b_r)                   reset gate
    z = σ(x(t) Wx_z + h(t-1) Wh_z + b_z)                   update gate
    n = tanh(x(t) Wx_n + b_n + r ⊙ (h(t-1) Wh_n + bh))     candidate, if reset_after
    n = tanh(x(t) Wx_n + b_n + (r ⊙ h(t-1)) Wh_n)          candidate, if not
    h(t) = (1 - z) ⊙ n + z ⊙ h(t-1)

The columns of Wx (D, 3H), Wh (H, 3H) and b (3H,) come in the order r, z, n. bh (H,) is there only
if `reset_after` is True. `nn/plain/recurrent/gru.py` computes just these equations and their
gradients: read it first. How the loop over time is made fast stands in `base.py`.

Memory: 9·T·N·H numbers (projection 3, gates 3, hidden, candidate and the gradient for its recurrent
part 1 each), 8·T·N·H without `reset_after`, T·N·D for dx, and (D + 3H)·3H for copies of weights.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.initializers import zeros
from glassnet.nn.recurrent.base import RecurrentLayer
from glassnet.nn.types import Array


class GRU(RecurrentLayer):
    """A layer of gated recurrent units: it reads a sequence from its first time step to its last.

    Parameters
    ----------
    in_features : int
        D, the length of an input vector, or the number of different ids.
    units : int
        H, the length of the hidden state.
    reset_after : bool, default True
        Where the reset gate acts: True for after the product with Wh, as in PyTorch, cuDNN and
        Keras; False for before it, as in the paper and in Keras with ``reset_after=False``.
    weight_drop : float, default 0.0
        In training each element of Wh is zero with this probability, for a whole sequence and all
        its rows; the others are scaled by 1 / (1 - weight_drop).
    state_dropout : float, default 0.0
        In training each element of h(t-1) is zero with this probability in the products with Wh,
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
    - state `h`: (N, units), zeros where none is set
    - Wx: (in_features, 3 units)
    - Wh: (units, 3 units)
    - b: (3 units,)
    - bh: (units,), only with `reset_after`

    Attributes
    ----------
    tiled : bool
        Cut the recurrent product into tiles; see `nn/recurrent/base.py`. Set it to False if BLAS
        runs on several threads, which small products cannot use.

    Notes
    -----
    PyTorch has two biases, `bias_ih` and `bias_hh`, in the order r, z, n. Those of r and z are only
    ever added; b holds their sum, and b_n and bh the two of the candidate. Keras has the order
    z, r, n.

    `forward` does not change the state it starts from; `carry` moves it on to where the sequence
    ended.

    References
    ----------
    Cho et al. 2014, *Learning phrase representations using RNN encoder-decoder for statistical
    machine translation*, equations 5 to 8, with z in place of their 1 - z in the last one as in
    PyTorch and Keras; Chung et al. 2014, *Empirical evaluation of gated recurrent neural networks
    on sequence modeling*; Appleyard, Kocisky & Blunsom 2016, *Optimizing performance of recurrent
    neural networks on GPUs*, for the reset after the product.

    Examples
    --------
    A GRU that remembers: the update gate is nearly 1, and the state stays what it was.

    >>> import numpy as np
    >>> from glassnet.nn import GRU
    >>> gru = GRU(in_features=3, units=2).initialize(np.random.default_rng(0))
    >>> gru.b[2:4] = 9
    >>> gru.state = {"h": np.array([[0.5, -0.7]], np.float32)}
    >>> gru.forward(np.ones((50, 1, 3), np.float32))[-1].round(2)
    array([[ 0.51, -0.69]], dtype=float32)
    """

    bh: Array
    dbh: Array

    blocks = 3
    sigmoids = 2
    activation_names = ("hidden", "reset gate", "update gate", "candidate")

    def __init__(
        self,
        in_features: int,
        units: int,
        reset_after: bool = True,
        weight_drop: float = 0.0,
        state_dropout: float = 0.0,
    ) -> None:
        super().__init__(in_features, units, weight_drop, state_dropout)
        self.reset_after = reset_after
        if reset_after:
            self.declare("bh", (units,), zeros)

    def _allocate_steps(self, steps: int) -> None:
        tiles, blocks, n, width = self._tile
        rows, dtype = self._hidden.shape[1:], self._hidden.dtype
        self._gates = np.empty((steps, 3, *self._tile), dtype)  # r, z and h(t-1) Wh_n + bh or n
        self._products = self._gates.reshape(steps, 3 * tiles, blocks, n, width)
        self._dgates = np.empty((3, *self._tile), dtype)
        if self.reset_after:
            self._candidates = np.empty((steps, *self._tile), dtype)  # n
            # The gradient for h(t-1) Wh_n, (T, N, H): dn ⊙ r.
            self._dcandidates = np.empty((steps, *rows), dtype)
        else:
            self._candidates = self._gates[:, 2]
            self._reset = np.empty((steps, *rows), dtype)  # r ⊙ h(t-1), (T, N, H)
            self._reset_tiles = self._tile_order(self._reset)
            self._dcandidates = self._projection[..., 2 * self.units :]
        self._dcandidate_tiles = self._tile_order(self._dcandidates)
        self._dcandidate_blocks = self._dcandidates.reshape(steps, 1, blocks, n, self.units)

    def _step(self, t: int) -> None:
        n, previous = self._candidates[t], self._hidden_tiles[t]  # (K, B, n, w)
        projection, of_gates = self._projection_tiles[t], 2 * self._tile[0]  # 2K tiles
        r, z = sigmoids = self._gates[t, :2]
        if self.reset_after:
            np.matmul(self._read_blocks[t], self._forward_tiles, out=self._products[t])
        else:
            np.matmul(
                self._read_blocks[t],
                self._forward_tiles[:of_gates],
                out=self._products[t, :of_gates],
            )
        sigmoids += projection[:2]
        np.tanh(sigmoids, out=sigmoids)
        sigmoids *= 0.5
        sigmoids += 0.5
        if self.reset_after:
            recurrent = self._gates[t, 2]
            recurrent += self.bh.reshape(-1, 1, 1, self._tile[-1])  # (K, 1, 1, w)
            np.multiply(r, recurrent, out=n)
        else:
            np.multiply(r, self._tile_order(self._read[t]), out=self._reset_tiles[t])
            reset = self._reset[t].reshape(self._read_blocks[t].shape)
            np.matmul(reset, self._forward_tiles[of_gates:], out=n)
        n += projection[2]
        np.tanh(n, out=n)
        np.subtract(previous, n, out=self._scratch)
        self._scratch *= z
        np.add(n, self._scratch, out=self._hidden_tiles[t + 1])  # n + z ⊙ (h(t-1) - n)

    def _step_back(self, t: int) -> None:
        n, previous = self._candidates[t], self._hidden_tiles[t]
        r, z = self._gates[t, :2]
        dh, scratch, products = self._dh, self._scratch, self._products_back
        dr, dz, dn = self._dgates
        # Slopes of the nonlinearities: σ' = σ (1 - σ) and tanh' = 1 - tanh².
        np.subtract(1, z, out=scratch)
        np.multiply(dh, scratch, out=dn)
        np.subtract(previous, n, out=dz)
        dz *= dh
        dz *= z
        dz *= scratch
        np.multiply(n, n, out=scratch)
        np.subtract(1, scratch, out=scratch)
        dn *= scratch
        dh *= z  # what h(t-1) gets without the gates
        if self.reset_after:
            np.multiply(dn, r, out=self._dcandidate_tiles[t])
            np.matmul(self._dcandidate_blocks[t], self._backward_tiles[2], out=products[2])
            np.multiply(dn, self._gates[t, 2], out=dr)
        else:
            self._dcandidate_tiles[t] = dn
            np.matmul(self._dcandidate_blocks[t], self._backward_tiles[2], out=products[2])
            np.multiply(products[2], self._tile_order(self._read[t]), out=dr)
            products[2] *= r
        np.subtract(1, r, out=scratch)
        scratch *= r
        dr *= scratch
        self._projection_tiles[t] = self._dgates
        np.matmul(self._dz_blocks[t, :2], self._backward_tiles[:2], out=products[:2])
        self._sum_products_back(out=scratch)
        dh += scratch

    def _recurrent_gradients(self, dz: Array) -> None:
        gates = 2 * self.units  # columns of r and z
        dcandidates = self._dcandidates.reshape(-1, self.units)  # (T·N, H)
        read = self._read.reshape(-1, self.units)
        of_candidate = read if self.reset_after else self._reset.reshape(-1, self.units)
        np.matmul(read.T, dz[:, :gates], out=self._weights[:, :gates])
        np.matmul(of_candidate.T, dcandidates, out=self._weights[:, gates:])
        if self.reset_after:
            self.dbh += np.ones(len(dz), dz.dtype) @ dcandidates

    def _activation(self, name: str) -> Array:
        if name == "hidden":
            return self._hidden_tiles[1:]
        if name == "candidate":
            return self._candidates
        return self._gates[:, self.activation_names.index(name) - 1]
