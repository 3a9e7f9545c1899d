"""The LSTM: Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000.

With x(t) the input (N, D), h(t) the hidden state and c(t) the cell state (N, H), σ the logistic
function and ⊙ the product element by element:

    z(t) = x(t) Wx + h(t-1) Wh + b          the four pre-activations side by side, (N, 4H)
    i = σ(z_i)    input gate                c(t) = f ⊙ c(t-1) + i ⊙ g
    f = σ(z_f)    forget gate               h(t) = o ⊙ tanh(c(t))
    o = σ(z_o)    output gate
    g = tanh(z_g) candidate

The columns of Wx (D, 4H), Wh (H, 4H) and b (4H,) come in the order i, f, o, g. b_f starts at 1, so
that a new network remembers (Jozefowicz et al. 2015). `nn/plain/lstm.py` computes just these
equations and their gradients: read it first.

How it is made fast
-------------------
Everything that does not depend on the recurrence is one large product over the whole sequence:
x Wx before the loop over time; dx, dWx and dWh after it. Inside the loop only h(t-1) Wh remains
and, on the way back, dz(t) Whᵀ: a few rows (N) times a matrix of 4H² numbers. Four ideas make this
loop fast:

1. *Column tiles.* A general matrix product first copies ("packs") the large matrix into an order
   that suits the cache. It does so at every time step, and for 25 rows this takes as long as
   multiplying. OpenBLAS's AVX-512 kernels skip it while rows·inner·columns <= 10⁶. So Wh is cut
   once per `forward` into tiles of w columns, each contiguous, and one `np.matmul` multiplies with
   all of them. Many rows are cut into B blocks of n rows for the same reason. The loop then
   computes in tile order (4, K, B, n, w), with K = H/w and N = B·n, where each gate is contiguous:

       [h(t-1): (B, n, H)]  x  [Wh: (4·K, 1, H, w)]  ->  [z(t): (4·K, B, n, w)]

   Arrays over the whole sequence that enter a large product stay in the usual order (T, N, 4H);
   the loop reads and writes them through strided views.
2. *One tanh.* σ(z) = ½ tanh(½z) + ½. The ½ inside is multiplied into the copies of Wx, Wh and b,
   so one tanh over the whole block makes all four gates.
3. *No allocation in the loop.* Its buffers are allocated once for a shape (T, N), and reused.
4. *Ids instead of one-hot rows.* Integer input (T, N) picks rows of Wx instead of multiplying.

If products of this size are not faster (another BLAS, several threads), `tiled` is False, and then
w = H and B = 1: one plain product for each gate, in the same code.

Memory: 11·T·N·H numbers (projection 4, gates 4, hidden, cell and tanh(cell) 1 each), T·N·D for
dx, and (D + 3H)·4H for copies of weights: 61 + 17 MB in float32 for T = 100, N = 25, D = H = 512.
The mask of `weight_drop` takes H·4H more, and `state_dropout` T·N·H.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.arithmetic.products import small_products_are_fast
from glassnet.nn.arithmetic.tiles import column_tiles, tiling
from glassnet.nn.initializers import glorot_uniform, orthogonal
from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.types import Array


class LSTM(Layer):
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
        Cut the recurrent product into tiles; see `nn/recurrent/lstm.py`. Set it to False if BLAS
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

    Wx: Array
    Wh: Array
    b: Array
    dWx: Array
    dWh: Array
    db: Array

    tiled: bool = small_products_are_fast()
    state_names = ("h", "c")

    def __init__(
        self,
        in_features: int,
        units: int,
        forget_bias: float = 1.0,
        weight_drop: float = 0.0,
        state_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        for name, rate in (("weight_drop", weight_drop), ("state_dropout", state_dropout)):
            if not 0 <= rate < 1:
                raise ValueError(f"{name} must be at least 0 and below 1, not {rate}")
        self.in_features, self.units = in_features, units
        self.weight_drop, self.state_dropout = weight_drop, state_dropout

        def first_bias(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
            return np.repeat([0.0, forget_bias, 0.0, 0.0], units)

        self.declare("Wx", (in_features, 4 * units), glorot_uniform)
        self.declare("Wh", (units, 4 * units), orthogonal)
        self.declare("b", (4 * units,), first_bias)
        self._allocated: tuple[object, ...] = ()

    # -- forward ----------------------------------------------------------------------------

    def forward(self, x: Array, train: bool = False) -> Array:
        self._check_input(x)
        self._allocate(*x.shape[:2])
        self._x = x
        half = np.repeat(np.array([0.5, 0.5, 0.5, 1.0], self.Wh.dtype), self.units)
        self._project_input(x, half)
        np.multiply(self.Wh, half, out=self._weights)
        self._mask = self._draw_mask() if train and self.weight_drop else None
        self._state_mask = self._draw_state_mask() if train and self.state_dropout else None
        if self._mask is not None:
            self._weights *= self._mask
        self._forward_tiles[:, 0] = column_tiles(self._weights, self._gates.shape[-1])
        self._start("h", self._hidden[0])
        self._start("c", self._row_order(self._cells[0]))
        for t in range(x.shape[0]):
            z = self._gates[t]  # (4, K, B, n, w)
            cell, tanh_cell = self._cells[t + 1], self._tanh_cells[t]  # (K, B, n, w)
            previous = self._hidden_blocks[t]  # (B, n, H)
            if self._state_mask is not None:
                previous = np.multiply(previous, self._state_mask, out=self._dropped[t])
            np.matmul(previous, self._forward_tiles, out=self._products[t])
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
        return self._hidden[1:]

    def _project_input(self, x: Array, half: Array) -> None:
        """Write x Wx + b into `_projection`, the sigmoid gates' columns halved."""
        weights, bias = self.Wx * half, self.b * half
        if np.issubdtype(x.dtype, np.integer):
            weights += bias
            # With mode="raise" take would go through a temporary copy; the range is checked.
            np.take(weights, x, axis=0, out=self._projection, mode="clip")
            return
        rows = x.reshape(-1, self.in_features)
        np.matmul(rows, weights, out=self._projection.reshape(-1, 4 * self.units))
        self._projection += bias

    def _check_input(self, x: Array) -> None:
        """Raise a ValueError if x has the wrong shape or an id is out of range."""
        if np.issubdtype(x.dtype, np.integer):
            if x.ndim != 2:
                raise ValueError(f"LSTM expects ids (T, N), got shape {x.shape}")
            if x.size and not 0 <= x.min() <= x.max() < self.in_features:
                raise ValueError(f"LSTM expects ids from 0 to {self.in_features - 1}")
        elif x.ndim != 3 or x.shape[2] != self.in_features:
            raise ValueError(f"LSTM expects (T, N, {self.in_features}), got shape {x.shape}")

    def _draw_mask(self) -> Array:
        """Return the mask (H, 4H) of `weight_drop`, the same on every worker."""
        # Not the shard's `uniform`, which draws other numbers for each row of the batch.
        uniform = np.empty(self.Wh.shape, np.float32)
        self.randomness().generator.random(out=uniform, dtype=np.float32)
        mask = (uniform >= self.weight_drop).astype(self.Wh.dtype)
        mask *= 1 / (1 - self.weight_drop)
        return mask

    def _draw_state_mask(self) -> Array:
        """Return the mask (B, n, H) of `state_dropout`."""
        uniform = self.randomness().uniform(self._hidden.shape[1:])
        mask = (uniform >= self.state_dropout).astype(self.Wh.dtype)
        mask *= 1 / (1 - self.state_dropout)
        return mask.reshape(self._hidden_blocks.shape[1:])

    def _start(self, name: str, destination: Array) -> None:
        """Copy a carried state (N, H), or zeros if none is set, to where the loop starts."""
        state, shape = self.carried.get(name), self._hidden.shape[1:]
        if state is None:
            destination[...] = 0
        elif state.shape == shape:
            destination[...] = state.reshape(destination.shape)
        else:
            raise ValueError(f"LSTM: state {name} has shape {state.shape}, not {shape}")

    # -- backward ---------------------------------------------------------------------------

    def backward(self, dy: Array) -> Array:
        units = self.units
        steps, rows, _ = self._hidden[1:].shape
        blocks, n, width = self._gates.shape[3:]
        dz = self._projection  # (T, N, 4H): what it held was used up in forward
        masked = (
            self.Wh if self._mask is None else np.multiply(self.Wh, self._mask, out=self._weights)
        )
        # One gate's tile holds columns of its Whᵀ: (4, K, 1, H, w).
        self._backward_tiles[...] = masked.reshape(-1, width, 4, units).transpose(2, 0, 3, 1)[
            :, :, None
        ]
        dy_tiles = dy.reshape(steps, blocks, n, units // width, width).transpose(0, 3, 1, 2, 4)
        dz_of_gate = dz.reshape(steps, blocks, n, 4, 1, units).transpose(0, 3, 4, 1, 2, 5)
        dh, dc = np.zeros_like(self._scratch), np.zeros_like(self._scratch)  # (K, B, n, w)
        dgates, slopes = np.empty((2, *self._gates.shape[1:]), dz.dtype)  # (4, K, B, n, w)
        scratch = self._scratch
        state_mask, read = self._state_mask, self._hidden[:-1]  # what was multiplied with Wh
        if state_mask is not None:
            state_mask = state_mask.reshape(blocks, n, units // width, width)
            state_mask = state_mask.transpose(2, 0, 1, 3)  # (K, B, n, w)
            read = self._dropped
        for t in reversed(range(steps)):
            i, f, o, g = self._gates[t]
            tanh_cell = self._tanh_cells[t]
            dh += dy_tiles[t]
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
            # dh(t-1) = Σ over gates of dz Whᵀ, gate by gate for the same small products.
            np.matmul(dz_of_gate[t], self._backward_tiles, out=slopes)
            np.add.reduce(slopes, axis=0, out=dh)
            if state_mask is not None:
                dh *= state_mask
        self.dcarried = {
            "h": self._row_order(dh).reshape(rows, units),
            "c": self._row_order(dc).reshape(rows, units),
        }
        dz_rows = dz.reshape(-1, 4 * units)  # (T·N, 4H)
        np.matmul(read.reshape(-1, units).T, dz_rows, out=self._weights)
        if self._mask is not None:
            self._weights *= self._mask
        self.dWh += self._weights
        self.db += np.ones(len(dz_rows), dz.dtype) @ dz_rows
        return self._input_gradients(dz_rows)

    def _input_gradients(self, dz: Array) -> Array:
        """Add to dWx and return dx, given dz (T·N, 4H)."""
        x = self._x
        if np.issubdtype(x.dtype, np.integer):
            # Products with one-hot rows over the ids that occur: much faster than np.add.at.
            present, index = np.unique(x, return_inverse=True)
            one_hot = np.zeros((len(present), len(dz)), dz.dtype)
            one_hot[index.reshape(-1), np.arange(len(dz))] = 1
            self.dWx[present] += one_hot @ dz
            return NO_GRADIENT
        self.dWx += x.reshape(-1, self.in_features).T @ dz
        if not self.requires_input_gradient:
            return NO_GRADIENT
        dx: Array = np.matmul(dz, self.Wx.T).reshape(x.shape)
        return dx

    # -- state and buffers ------------------------------------------------------------------

    def carry(self, steps: int | None = None) -> None:
        steps = len(self._hidden) - 1 if steps is None else steps
        hidden = self._hidden[steps]
        cell = self._row_order(self._cells[steps]).reshape(hidden.shape)
        self.carried = {"h": hidden.copy(), "c": cell.copy()}

    def activations(self) -> dict[str, Array]:
        """Return copies of what the last `forward` computed, each (T, N, H).

        The keys are `hidden`, `cell`, `input gate`, `forget gate`, `output gate` and `candidate`.
        """
        shape = self._hidden[1:].shape
        found = {"hidden": self._hidden[1:], "cell": self._row_order(self._cells[1:])}
        for gate, name in enumerate(("input gate", "forget gate", "output gate", "candidate")):
            found[name] = self._row_order(self._gates[:, gate])
        return {name: np.array(value, order="C").reshape(shape) for name, value in found.items()}

    def _row_order(self, tiles: Array) -> Array:
        """View tile order (..., K, B, n, w) as (..., B, n, K, w), which reshapes to rows (N, H)."""
        lead = tuple(range(tiles.ndim - 4))
        k, b, n, w = range(tiles.ndim - 4, tiles.ndim)
        return tiles.transpose(*lead, b, n, k, w)

    def _allocate(self, steps: int, rows: int) -> None:
        """Allocate the buffers for sequences (T, N), unless they have this size already."""
        wanted = (steps, rows, self.tiled, self.state_dropout > 0, self.Wh.dtype)
        if wanted == self._allocated:
            return
        self._allocated = ()  # in case memory runs out on the way
        units, dtype = self.units, self.Wh.dtype
        blocks, width = tiling(rows, units, units) if self.tiled else (1, units)
        tiles, n = units // width, rows // blocks

        self._projection = np.empty((steps, rows, 4 * units), dtype)  # x Wx + b; then dz
        self._gates = np.empty((steps, 4, tiles, blocks, n, width), dtype)  # i, f, o, g
        self._hidden = np.empty((steps + 1, rows, units), dtype)  # h(0) .. h(T)
        self._cells = np.empty((steps + 1, tiles, blocks, n, width), dtype)  # c(0) .. c(T)
        self._tanh_cells = np.empty((steps, tiles, blocks, n, width), dtype)
        self._scratch = np.empty((tiles, blocks, n, width), dtype)
        self._weights = np.empty((units, 4 * units), dtype)
        if self.state_dropout:
            self._dropped = np.empty((steps, blocks, n, units), dtype)  # h(0) .. h(T-1), masked

        self._forward_tiles = np.empty((4 * tiles, 1, units, width), dtype)
        self._backward_tiles = np.empty((4, tiles, 1, units, width), dtype)

        # The same memory, seen in the orders that the loop needs.
        self._products = self._gates.reshape(steps, 4 * tiles, blocks, n, width)
        self._hidden_blocks = self._hidden.reshape(steps + 1, blocks, n, units)
        in_rows = (blocks, n, tiles, width)
        self._hidden_tiles = self._hidden.reshape(steps + 1, *in_rows).transpose(0, 3, 1, 2, 4)
        self._projection_tiles = self._projection.reshape(
            steps, blocks, n, 4, tiles, width
        ).transpose(0, 3, 4, 1, 2, 5)
        self._allocated = wanted
