"""What the recurrent layers share: their parameters, their state, and how they are made fast.

With x(t) the input (N, D), h(t) the hidden state (N, H) and G blocks of H columns, such as the
LSTM's four gates, a recurrent layer computes at each time step

    x(t) Wx + b    (N, G·H)    what the input adds to each block
    h(t-1) Wh      (N, G·H)    what the hidden state adds

and from these h(t), which is its output. `lstm.py`, `gru.py` and `simple_rnn.py` have the equations
of each layer and its gradients for one time step; everything else is here.

How it is made fast
-------------------
Everything that does not depend on the recurrence is one large product over the whole sequence:
x Wx before the loop over time; dx, dWx and dWh after it. Inside the loop only h(t-1) Wh remains
and, on the way back, dz(t) Whᵀ with dz the gradient for h(t-1) Wh: a few rows (N) times a matrix of
G·H² numbers. Four ideas make this loop fast:

1. *Column tiles.* A general matrix product first copies ("packs") the large matrix into an order
   that suits the cache. It does so at every time step, and for 25 rows this takes as long as
   multiplying. OpenBLAS's AVX-512 kernels skip it while rows·inner·columns <= 10⁶. So Wh is cut
   once per `forward` into tiles of w columns, each contiguous, and one `np.matmul` multiplies with
   all of them. Many rows are cut into B blocks of n rows for the same reason. The loop then
   computes in tile order (G, K, B, n, w), with K = H/w and N = B·n, where each gate is contiguous:

       [h(t-1): (B, n, H)]  x  [Wh: (G·K, 1, H, w)]  ->  [z(t): (G·K, B, n, w)]

   Arrays over the whole sequence that enter a large product stay in the usual order (T, N, G·H);
   the loop reads and writes them through strided views.
2. *One tanh.* σ(z) = ½ tanh(½z) + ½. The ½ inside is multiplied into the copies of Wx, Wh and b,
   so one tanh over the whole block makes all gates.
3. *No allocation in the loop.* Its buffers are allocated once for a shape (T, N), and reused.
4. *Ids instead of one-hot rows.* Integer input (T, N) picks rows of Wx instead of multiplying.

If products of this size are not faster (another BLAS, several threads), `tiled` is False, and then
w = H and B = 1: one plain product for each gate, in the same code.

Memory: (G + 1)·T·N·H numbers (projection and hidden states), what the layer keeps of each time
step, T·N·D for dx, and (D + 3H)·G·H for copies of weights. The mask of `weight_drop` takes H·G·H
more, and `state_dropout` T·N·H.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.arithmetic.products import small_products_are_fast
from glassnet.nn.arithmetic.tiles import column_tiles, tiling
from glassnet.nn.initializers import Initializer, glorot_uniform, orthogonal, zeros
from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.recurrent.lengths import check_lengths, padding_of, without_padding
from glassnet.nn.types import Array


class RecurrentLayer(Layer):
    """The base of recurrent layers, which do the same at every time step of a sequence.

    A layer defines the equations of one time step, `_step` and `_step_back`, and allocates in
    `_allocate_steps` what the one keeps for the other.

    Parameters
    ----------
    in_features : int
        D, the length of an input vector, or the number of different ids.
    units : int
        H, the length of the hidden state.
    weight_drop : float, default 0.0
        In training each element of Wh is zero with this probability, for a whole sequence and all
        its rows; the others are scaled by 1 / (1 - weight_drop).
    state_dropout : float, default 0.0
        In training each element of h(t-1) is zero with this probability in the product with Wh,
        the same elements at every time step of a sequence; the others are scaled by
        1 / (1 - state_dropout). The output y is whole.
    bias_initializer : callable, default zeros
        The initializer of b.

    Raises
    ------
    ValueError
        If `weight_drop` or `state_dropout` is out of range.

    Shapes
    ------
    - x: (T, N, in_features) floats or (T, N) integer ids
    - y: (T, N, units), the hidden states

    Attributes
    ----------
    blocks : int
        G, the blocks of H columns of Wx, Wh and b.
    sigmoids : int
        How many of them, from the first, are the pre-activations of sigmoid gates.
    activation_names : tuple of str
        The names of what `activations` returns.
    tiled : bool
        Cut the recurrent product into tiles. Set it to False if BLAS runs on several threads, which
        small products cannot use.

    Examples
    --------
    >>> from glassnet.nn import GRU, LSTM, SimpleRNN
    >>> from glassnet.nn.recurrent.base import RecurrentLayer
    >>> for kind in (LSTM, GRU, SimpleRNN):
    ...     print(kind.__name__, issubclass(kind, RecurrentLayer), kind.blocks)
    LSTM True 4
    GRU True 3
    SimpleRNN True 1
    """

    Wx: Array
    Wh: Array
    b: Array
    dWx: Array
    dWh: Array
    db: Array

    blocks: int
    sigmoids: int
    activation_names: tuple[str, ...]
    tiled: bool = small_products_are_fast()
    state_names: tuple[str, ...] = ("h",)

    def __init__(
        self,
        in_features: int,
        units: int,
        weight_drop: float = 0.0,
        state_dropout: float = 0.0,
        bias_initializer: Initializer = zeros,
    ) -> None:
        super().__init__()
        for name, rate in (("weight_drop", weight_drop), ("state_dropout", state_dropout)):
            if not 0 <= rate < 1:
                raise ValueError(f"{name} must be at least 0 and below 1, not {rate}")
        self.in_features, self.units = in_features, units
        self.weight_drop, self.state_dropout = weight_drop, state_dropout
        self.declare("Wx", (in_features, self.blocks * units), glorot_uniform)
        self.declare("Wh", (units, self.blocks * units), orthogonal)
        self.declare("b", (self.blocks * units,), bias_initializer)
        self._allocated: tuple[object, ...] = ()

    # -- what a layer defines -----------------------------------------------------------------

    def _allocate_steps(self, steps: int) -> None:
        """Allocate what `_step` keeps of each time step, in tile order (K, B, n, w): `_tile`."""
        raise NotImplementedError

    def _step(self, t: int) -> None:
        """Compute the state `t + 1` of the buffers from the state `t` and the input."""
        raise NotImplementedError

    def _step_back(self, t: int) -> None:
        """Turn the gradients for the state `t + 1` into those for the state `t`, in place.

        dz, the gradient for the blocks' pre-activations, replaces the projection of the input.
        """
        raise NotImplementedError

    def _states(self) -> dict[str, Array]:
        """Return all states h(0) .. h(T) by name, in tile order (T + 1, K, B, n, w)."""
        return {"h": self._hidden_tiles}

    def _state_gradients(self) -> dict[str, Array]:
        """Return the buffers of the gradients for the states, (K, B, n, w) each."""
        return {"h": self._dh}

    # -- forward ------------------------------------------------------------------------------

    def forward(self, x: Array, train: bool = False) -> Array:
        self._check_shape(x)
        check_lengths(self, self.lengths, *x.shape[:2])
        self._padding = padding_of(self.lengths, len(x))
        self._x = x = without_padding(x, self._padding)
        self._check_ids(x)
        self._allocate(*x.shape[:2])
        half = self.halves()
        self._project_input(x, half)
        np.multiply(self.Wh, half, out=self._weights)
        self._mask = self._draw_mask() if train and self.weight_drop else None
        if self._mask is not None:
            self._weights *= self._mask
        self._forward_tiles[:, 0] = column_tiles(self._weights, self._forward_tiles.shape[-1])
        self._state_mask = self._draw_state_mask() if train and self.state_dropout else None
        # What is multiplied with Wh: h(0) .. h(T-1), or these with some elements dropped.
        self._read = self._hidden[:-1] if self._state_mask is None else self._dropped
        self._read_blocks = self._read.reshape(len(x), *self._tile[1:3], self.units)
        for name, states in self._states().items():
            self._start(name, states[0])
        for t in range(len(x)):
            if self._state_mask is not None:
                np.multiply(self._hidden[t], self._state_mask, out=self._dropped[t])
            self._step(t)
            if self._padding is not None and self._padding[t].any():
                ended = self._padding[t].reshape(*self._tile[1:3], 1)  # (B, n, 1)
                for states in self._states().values():
                    np.copyto(states[t + 1], states[t], where=ended)
        return without_padding(self._hidden[1:], self._padding)

    def halves(self) -> Array:
        """Return the factors (G·H,) of a copy of Wx, Wh or b: ½ for the sigmoids' columns."""
        factors = [0.5] * self.sigmoids + [1.0] * (self.blocks - self.sigmoids)
        return np.repeat(np.array(factors, self.Wh.dtype), self.units)

    def _project_input(self, x: Array, half: Array) -> None:
        """Write x Wx + b into `_projection`, the sigmoid gates' columns halved."""
        weights, bias = self.Wx * half, self.b * half
        if np.issubdtype(x.dtype, np.integer):
            weights += bias
            # With mode="raise" take would go through a temporary copy; the range is checked.
            np.take(weights, x, axis=0, out=self._projection, mode="clip")
            return
        rows = x.reshape(-1, self.in_features)
        np.matmul(rows, weights, out=self._projection.reshape(len(rows), len(bias)))
        self._projection += bias

    def _check_shape(self, x: Array) -> None:
        """Raise a ValueError if x has the wrong shape."""
        name = type(self).__name__
        if np.issubdtype(x.dtype, np.integer):
            if x.ndim != 2:
                raise ValueError(f"{name} expects ids (T, N), got shape {x.shape}")
        elif x.ndim != 3 or x.shape[2] != self.in_features:
            raise ValueError(f"{name} expects (T, N, {self.in_features}), got shape {x.shape}")

    def _check_ids(self, x: Array) -> None:
        """Raise a ValueError if x has ids and one is out of range."""
        ids = np.issubdtype(x.dtype, np.integer) and x.size
        if ids and not 0 <= x.min() <= x.max() < self.in_features:
            last = self.in_features - 1
            raise ValueError(f"{type(self).__name__} expects ids from 0 to {last}")

    def _draw_mask(self) -> Array:
        """Return the mask (H, G·H) of `weight_drop`, the same on every worker."""
        # Not the shard's `uniform`, which draws other numbers for each row of the batch.
        uniform = np.empty(self.Wh.shape, np.float32)
        self.randomness().generator.random(out=uniform, dtype=np.float32)
        mask = (uniform >= self.weight_drop).astype(self.Wh.dtype)
        mask *= 1 / (1 - self.weight_drop)
        return mask

    def _draw_state_mask(self) -> Array:
        """Return the mask (N, H) of `state_dropout`."""
        uniform = self.randomness().uniform(self._hidden.shape[1:])
        mask = (uniform >= self.state_dropout).astype(self.Wh.dtype)
        mask *= 1 / (1 - self.state_dropout)
        return mask

    def _start(self, name: str, destination: Array) -> None:
        """Copy a carried state (N, H), or zeros if none is set, to where the loop starts."""
        state, shape = self.carried.get(name), self._hidden.shape[1:]
        if state is None:
            destination[...] = 0
        elif state.shape == shape:
            destination[...] = self._tile_order(state)
        else:
            raise ValueError(
                f"{type(self).__name__}: state {name} has shape {state.shape}, not {shape}"
            )

    # -- backward -----------------------------------------------------------------------------

    def backward(self, dy: Array) -> Array:
        masked = (
            self.Wh if self._mask is None else np.multiply(self.Wh, self._mask, out=self._weights)
        )
        # One gate's tile holds columns of its Whᵀ: (G, K, 1, H, w).
        width = self._backward_tiles.shape[-1]
        columns = masked.reshape(-1, width, self.blocks, self.units)  # (K, w, G, H)
        self._backward_tiles[:, :, 0] = columns.transpose(2, 0, 3, 1)
        # Beyond the end of a sequence all gradients are zero: dy here, and so what is made of it.
        dy_tiles = self._tile_order(without_padding(dy, self._padding))
        for gradient in self._state_gradients().values():
            gradient[...] = 0
        for t in reversed(range(len(dy))):
            self._dh += dy_tiles[t]
            self._step_back(t)
        self.dcarried = {
            name: self._row_order(gradient) for name, gradient in self._state_gradients().items()
        }
        dz = self._projection.reshape(-1, self.blocks * self.units)  # (T·N, G·H)
        self._recurrent_gradients(dz)
        if self._mask is not None:
            self._weights *= self._mask
        self.dWh += self._weights
        self.db += np.ones(len(dz), dz.dtype) @ dz
        return self._input_gradients(dz)

    def _multiply_back(self, dz: Array, out: Array) -> None:
        """Write the gradient for h(t-1) Wh into `out` (K, B, n, w), given dz (G, 1, B, n, H)."""
        # Σ over gates of dz Whᵀ, gate by gate for the same small products as in `forward`.
        np.matmul(dz, self._backward_tiles, out=self._products_back)
        self._sum_products_back(out)

    def _sum_products_back(self, out: Array) -> None:
        """Add up the gradients (G, K, B, n, w) that the blocks return for h(t-1)."""
        np.add.reduce(self._products_back, axis=0, out=out)
        if self._state_mask is not None:
            out *= self._tile_order(self._state_mask)

    def _recurrent_gradients(self, dz: Array) -> None:
        """Write the gradient for Wh into `_weights`, given dz (T·N, G·H)."""
        np.matmul(self._read.reshape(-1, self.units).T, dz, out=self._weights)

    def _input_gradients(self, dz: Array) -> Array:
        """Add to dWx and return dx, given dz (T·N, G·H)."""
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

    # -- state and buffers --------------------------------------------------------------------

    def carry(self, steps: int | None = None) -> None:
        steps = len(self._hidden) - 1 if steps is None else steps
        self.carried = {
            name: self._row_order(states[steps]) for name, states in self._states().items()
        }

    def activations(self) -> dict[str, Array]:
        """Return copies of what the last `forward` computed, (T, N, H) each, by name.

        The names are those of `activation_names`.
        """
        return {name: self._row_order(self._activation(name)) for name in self.activation_names}

    def _activation(self, name: str) -> Array:
        """Return what the last `forward` computed, in tile order (T, K, B, n, w)."""
        raise NotImplementedError

    def _row_order(self, tiles: Array) -> Array:
        """Return a copy of tile order (..., K, B, n, w) as rows (..., N, H)."""
        lead = tuple(range(tiles.ndim - 4))
        k, b, n, w = range(tiles.ndim - 4, tiles.ndim)
        rows = np.array(tiles.transpose(*lead, b, n, k, w), order="C")
        return rows.reshape(*tiles.shape[:-4], *self._hidden.shape[1:])

    def _tile_order(self, rows: Array) -> Array:
        """View rows (..., N, H) in tile order (..., K, B, n, w)."""
        tiles, blocks, n, width = self._tile
        lead = tuple(range(rows.ndim - 2))
        b, n_, k, w = range(len(lead), len(lead) + 4)
        split = rows.reshape(*rows.shape[:-2], blocks, n, tiles, width)
        return split.transpose(*lead, k, b, n_, w)

    def _allocate(self, steps: int, rows: int) -> None:
        """Allocate the buffers for sequences (T, N), unless they have this size already."""
        wanted = (steps, rows, self.tiled, self.state_dropout > 0, self.Wh.dtype)
        if wanted == self._allocated:
            return
        self._allocated = ()  # in case memory runs out on the way
        units, gates, dtype = self.units, self.blocks, self.Wh.dtype
        blocks, width = tiling(rows, units, units) if self.tiled else (1, units)
        tiles, n = units // width, rows // blocks
        self._tile = (tiles, blocks, n, width)

        self._projection = np.empty((steps, rows, gates * units), dtype)  # x Wx + b; then dz
        self._hidden = np.empty((steps + 1, rows, units), dtype)  # h(0) .. h(T)
        if self.state_dropout:
            self._dropped = np.empty((steps, rows, units), dtype)  # h(0) .. h(T-1), masked
        self._weights = np.empty((units, gates * units), dtype)
        self._forward_tiles = np.empty((gates * tiles, 1, units, width), dtype)
        self._backward_tiles = np.empty((gates, tiles, 1, units, width), dtype)
        self._products_back = np.empty((gates, *self._tile), dtype)
        self._dh, self._scratch = np.empty((2, *self._tile), dtype)

        # The same memory, seen in the orders that the loop needs.
        of_gates = self._projection.reshape(steps, rows, gates, units).transpose(0, 2, 1, 3)
        self._projection_tiles = self._tile_order(of_gates)  # (T, G, K, B, n, w)
        self._dz_blocks = of_gates.reshape(steps, gates, 1, blocks, n, units)
        self._hidden_tiles = self._tile_order(self._hidden)  # (T + 1, K, B, n, w)
        self._allocate_steps(steps)
        self._allocated = wanted
