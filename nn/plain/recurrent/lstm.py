"""An LSTM, forward and backward through time. The fast one is `glassnet.nn.LSTM`."""

import numpy as np

from glassnet.nn.types import Array


def sigmoid(z: Array) -> Array:
    """Return the logistic function 1 / (1 + exp(-z))."""
    return np.asarray(1 / (1 + np.exp(-z)))


def lstm_step_forward(
    x: Array, Wx: Array, Wh: Array, b: Array, h: Array, c: Array
) -> tuple[Array, Array, tuple[Array, Array, Array, Array]]:
    """Read one time step and return the new state and the gates.

    Parameters
    ----------
    x : array
        The input of this time step.
    Wx, Wh, b : array
        The weights for the input and for the hidden state, and the bias. Their columns belong to
        the input gate, the forget gate, the output gate and the candidate, in this order.
    h, c : array
        The hidden state and the cell state before this time step.

    Returns
    -------
    new_h, new_c : array
        The states after it.
    gates : tuple of four arrays
        The input gate, the forget gate, the output gate and the candidate.

    Shapes
    ------
    - x: (N, D)
    - Wx: (D, 4H)
    - Wh: (H, 4H)
    - b: (4H,)
    - h, c, new_h, new_c: (N, H)
    - gates: (N, H) each

    References
    ----------
    Hochreiter & Schmidhuber 1997, *Long short-term memory*; Gers, Schmidhuber & Cummins 2000,
    *Learning to forget*, for the forget gate.

    Examples
    --------
    With all weights zero each gate is a half, and the candidate is 0: half of the cell stays.

    >>> import numpy as np
    >>> from glassnet.nn.plain import lstm_step_forward
    >>> zeros, h, c = np.zeros((1, 4)), np.zeros((1, 1)), np.full((1, 1), 0.8)
    >>> new_h, new_c, gates = lstm_step_forward(np.ones((1, 1)), zeros, zeros, np.zeros(4), h, c)
    >>> new_c
    array([[0.4]])
    """
    z_i, z_f, z_o, z_g = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
    i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)
    new_c = f * c + i * g
    new_h = o * np.tanh(new_c)
    return new_h, new_c, (i, f, o, g)


def lstm_step_backward(
    dh: Array,
    dc: Array,
    x: Array,
    Wx: Array,
    Wh: Array,
    h: Array,
    c: Array,
    new_c: Array,
    gates: tuple[Array, Array, Array, Array] | Array,
) -> dict[str, Array]:
    """Return the gradients of one time step.

    Parameters
    ----------
    dh, dc : array
        The gradient of the loss for the new states: for new_h in all, and for new_c along all ways
        that do not lead through new_h.
    x, Wx, Wh, h, c : array
        What `lstm_step_forward` got.
    new_c, gates : array
        What it returned.

    Returns
    -------
    dict of str to array
        The gradients for `x`, `Wx`, `Wh`, `b` and for the states before this step, `h` and `c`.

    Shapes
    ------
    - dh, dc, h, c, new_c: (N, H)
    - x: (N, D)
    - Wx: (D, 4H)
    - Wh: (H, 4H)
    - gates: (N, H) each

    Examples
    --------
    With all weights zero the forget gate is a half, and so is what it lets through to c:

    >>> import numpy as np
    >>> from glassnet.nn.plain import lstm_step_backward, lstm_step_forward
    >>> x, zeros, c = np.ones((1, 1)), np.zeros((1, 4)), np.zeros((1, 1))
    >>> _, new_c, gates = lstm_step_forward(x, zeros, zeros, np.zeros(4), c, c)
    >>> dh, dc = np.zeros((1, 1)), np.ones((1, 1))
    >>> lstm_step_backward(dh, dc, x, zeros, zeros, c, c, new_c, gates)["c"]
    array([[0.5]])
    """
    i, f, o, g = gates
    tanh_c = np.tanh(new_c)
    dc = dc + dh * o * (1 - tanh_c**2)  # from the time step after this one, and through new_h
    dz_i = dc * g * i * (1 - i)
    dz_f = dc * c * f * (1 - f)
    dz_o = dh * tanh_c * o * (1 - o)
    dz_g = dc * i * (1 - g**2)
    dz = np.concatenate([dz_i, dz_f, dz_o, dz_g], axis=1)
    dx, dWx, dWh, db = dz @ Wx.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)
    return {"x": dx, "Wx": dWx, "Wh": dWh, "b": db, "h": dz @ Wh.T, "c": dc * f}


def lstm_forward(
    x: Array, Wx: Array, Wh: Array, b: Array, h: Array, c: Array
) -> tuple[Array, Array, Array]:
    """Read a sequence and return all states and gates.

    Parameters
    ----------
    x : array
        The input, one time step after the other.
    Wx, Wh, b : array
        The weights for the input and for the hidden state, and the bias. Their columns belong to
        the input gate, the forget gate, the output gate and the candidate, in this order.
    h, c : array
        The hidden state and the cell state to start from.

    Returns
    -------
    hs, cs : array
        The hidden and cell states. ``hs[0]`` is h; ``hs[1:]`` is the output of the layer.
    gates : array
        The three gates and the candidate of each time step.

    Shapes
    ------
    - x: (T, N, D)
    - Wx: (D, 4H)
    - Wh: (H, 4H)
    - b: (4H,)
    - h, c: (N, H)
    - hs, cs: (T + 1, N, H)
    - gates: (T, 4, N, H)

    References
    ----------
    Hochreiter & Schmidhuber 1997, *Long short-term memory*; Gers, Schmidhuber & Cummins 2000,
    *Learning to forget*, for the forget gate.

    Examples
    --------
    A cell that remembers: the forget gate is nearly 1 and the input gate nearly 0.

    >>> import numpy as np
    >>> from glassnet.nn.plain import lstm_forward
    >>> zeros = np.zeros((1, 4))
    >>> b = np.array([-9.0, 9.0, 9.0, 0.0])
    >>> h, c = np.zeros((1, 1)), np.full((1, 1), 0.8)
    >>> hs, cs, gates = lstm_forward(np.ones((3, 1, 1)), zeros, zeros, b, h, c)
    >>> cs.ravel().round(3)
    array([0.8, 0.8, 0.8, 0.8])
    """
    hs, cs, gates = [h], [c], []
    for t in range(len(x)):
        new_h, new_c, of_step = lstm_step_forward(x[t], Wx, Wh, b, hs[t], cs[t])
        hs.append(new_h)
        cs.append(new_c)
        gates.append(of_step)
    return np.array(hs), np.array(cs), np.array(gates)


def lstm_backward(
    dy: Array, x: Array, Wx: Array, Wh: Array, hs: Array, cs: Array, gates: Array
) -> dict[str, Array]:
    """Return the gradients of an LSTM by backpropagation through time.

    Parameters
    ----------
    dy : array
        The gradient of the loss for the output ``hs[1:]``.
    x, Wx, Wh : array
        The input and the weights that `lstm_forward` got.
    hs, cs, gates : array
        What `lstm_forward` returned.

    Returns
    -------
    dict of str to array
        The gradients for `x`, `Wx`, `Wh`, `b` and for the starting state, `h` and `c`.

    Shapes
    ------
    - dy: (T, N, H)
    - x: (T, N, D)
    - Wx: (D, 4H)
    - Wh: (H, 4H)
    - hs, cs: (T + 1, N, H)
    - gates: (T, 4, N, H)

    References
    ----------
    Werbos 1990, *Backpropagation through time: what it does and how to do it*.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import lstm_backward, lstm_forward
    >>> Wx, Wh, b = np.ones((1, 4)), np.zeros((1, 4)), np.zeros(4)
    >>> x, zeros = np.ones((2, 1, 1)), np.zeros((1, 1))
    >>> states = lstm_forward(x, Wx, Wh, b, zeros, zeros)
    >>> gradients = lstm_backward(np.ones((2, 1, 1)), x, Wx, Wh, *states)
    >>> gradients["x"].ravel().round(4)  # the first input also counts for the second output
    array([0.4562, 0.3303])
    """
    dx = np.empty_like(x)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[1])
    dh, dc = np.zeros_like(hs[0]), np.zeros_like(cs[0])
    for t in reversed(range(len(x))):
        dh = dh + dy[t]  # from the time step after this one, and from the output
        of_step = lstm_step_backward(dh, dc, x[t], Wx, Wh, hs[t], cs[t], cs[t + 1], gates[t])
        dx[t] = of_step["x"]
        dWx += of_step["Wx"]
        dWh += of_step["Wh"]
        db += of_step["b"]
        dh, dc = of_step["h"], of_step["c"]  # to the time step before
    return {"x": dx, "Wx": dWx, "Wh": dWh, "b": db, "h": dh, "c": dc}
