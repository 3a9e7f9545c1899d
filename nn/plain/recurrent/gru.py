"""A GRU, forward and backward through time. The fast one is `glassnet.nn.GRU`."""

import numpy as np

from glassnet.nn.plain.recurrent.lstm import sigmoid
from glassnet.nn.types import Array


def gru_forward(
    x: Array, Wx: Array, Wh: Array, b: Array, h: Array, bh: Array | None = None
) -> tuple[Array, Array]:
    """Read a sequence and return all hidden states and gates.

    Parameters
    ----------
    x : array
        The input, one time step after the other.
    Wx, Wh, b : array
        The weights for the input and for the hidden state, and the bias. Their columns belong to
        the reset gate, the update gate and the candidate, in this order.
    h : array
        The hidden state to start from.
    bh : array, optional
        The bias of the recurrent part of the candidate. With it the reset gate acts after the
        recurrent product; without it, before.

    Returns
    -------
    hs : array
        The hidden states. ``hs[0]`` is h; ``hs[1:]`` is the output of the layer.
    gates : array
        The reset gate, the update gate and the candidate of each time step.

    Shapes
    ------
    - x: (T, N, D)
    - Wx: (D, 3H)
    - Wh: (H, 3H)
    - b: (3H,)
    - h: (N, H)
    - bh: (H,)
    - hs: (T + 1, N, H)
    - gates: (T, 3, N, H)

    References
    ----------
    Cho et al. 2014, *Learning phrase representations using RNN encoder-decoder for statistical
    machine translation*; Appleyard, Kocisky & Blunsom 2016, *Optimizing performance of recurrent
    neural networks on GPUs*, for the reset after the product.

    Examples
    --------
    A unit that remembers: the update gate is nearly 1.

    >>> import numpy as np
    >>> from glassnet.nn.plain import gru_forward
    >>> zeros, b = np.zeros((1, 3)), np.array([0.0, 9.0, 0.0])
    >>> hs, gates = gru_forward(np.ones((3, 1, 1)), zeros, zeros, b, np.full((1, 1), 0.8))
    >>> hs.ravel().round(3)
    array([0.8, 0.8, 0.8, 0.8])
    """
    Wh_r, Wh_z, Wh_n = np.split(Wh, 3, axis=1)
    hs, gates = [h], []
    for t in range(len(x)):
        x_r, x_z, x_n = np.split(x[t] @ Wx + b, 3, axis=1)
        r, z = sigmoid(x_r + hs[t] @ Wh_r), sigmoid(x_z + hs[t] @ Wh_z)
        recurrent = (r * hs[t]) @ Wh_n if bh is None else r * (hs[t] @ Wh_n + bh)
        n = np.tanh(x_n + recurrent)
        hs.append((1 - z) * n + z * hs[t])
        gates.append((r, z, n))
    return np.array(hs), np.array(gates).reshape(len(x), 3, *h.shape)


def gru_backward(
    dy: Array, x: Array, Wx: Array, Wh: Array, hs: Array, gates: Array, bh: Array | None = None
) -> dict[str, Array]:
    """Return the gradients of a GRU by backpropagation through time.

    Parameters
    ----------
    dy : array
        The gradient of the loss for the output ``hs[1:]``.
    x, Wx, Wh : array
        The input and the weights that `gru_forward` got.
    hs, gates : array
        What `gru_forward` returned.
    bh : array, optional
        The bias that `gru_forward` got.

    Returns
    -------
    dict of str to array
        The gradients for `x`, `Wx`, `Wh`, `b`, for `bh` if there is one, and for the starting
        state, `h`.

    Shapes
    ------
    - dy: (T, N, H)
    - x: (T, N, D)
    - Wx: (D, 3H)
    - Wh: (H, 3H)
    - hs: (T + 1, N, H)
    - gates: (T, 3, N, H)
    - bh: (H,)

    References
    ----------
    Werbos 1990, *Backpropagation through time: what it does and how to do it*.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import gru_backward, gru_forward
    >>> Wx, Wh, b = np.ones((1, 3)), np.zeros((1, 3)), np.zeros(3)
    >>> x = np.ones((2, 1, 1))
    >>> hs, gates = gru_forward(x, Wx, Wh, b, np.zeros((1, 1)))
    >>> gradients = gru_backward(np.ones((2, 1, 1)), x, Wx, Wh, hs, gates)
    >>> gradients["x"].ravel().round(4)  # the first input also counts for the second output
    array([-0.0637,  0.0035])
    """
    Wh_r, Wh_z, Wh_n = np.split(Wh, 3, axis=1)
    dx, dWx, db = np.empty_like(x), np.zeros_like(Wx), np.zeros(Wh.shape[1])
    dWh_r, dWh_z, dWh_n = np.zeros((3, *Wh_n.shape))
    dbh, dh = np.zeros(len(Wh)), np.zeros_like(hs[0])
    for t in reversed(range(len(x))):
        h, (r, z, n) = hs[t], gates[t]
        dh = dh + dy[t]  # from the time step after this one, and from the output
        dz_n = dh * (1 - z) * (1 - n**2)
        dz_z = dh * (h - n) * z * (1 - z)
        dh = dh * z  # to the time step before
        if bh is None:
            dreset = dz_n @ Wh_n.T  # the gradient for r ⊙ h
            dWh_n += (r * h).T @ dz_n
            dr = dreset * h
            dh = dh + dreset * r
        else:
            drecurrent = dz_n * r  # the gradient for h Wh_n + bh
            dWh_n += h.T @ drecurrent
            dbh += drecurrent.sum(axis=0)
            dr = dz_n * (h @ Wh_n + bh)
            dh = dh + drecurrent @ Wh_n.T
        dz_r = dr * r * (1 - r)
        dWh_r += h.T @ dz_r
        dWh_z += h.T @ dz_z
        dh = dh + dz_r @ Wh_r.T + dz_z @ Wh_z.T
        dz = np.concatenate([dz_r, dz_z, dz_n], axis=1)
        dx[t] = dz @ Wx.T
        dWx += x[t].T @ dz
        db += dz.sum(axis=0)
    dWh = np.concatenate([dWh_r, dWh_z, dWh_n], axis=1)
    found = {"x": dx, "Wx": dWx, "Wh": dWh, "b": db, "h": dh}
    return found if bh is None else {**found, "bh": dbh}
