"""A simple recurrent layer, forward and backward. The fast one is `glassnet.nn.SimpleRNN`."""

import numpy as np

from glassnet.nn.types import Array


def simple_rnn_forward(
    x: Array, Wx: Array, Wh: Array, b: Array, h: Array, activation: str = "tanh"
) -> Array:
    """Read a sequence and return all hidden states.

    Parameters
    ----------
    x : array
        The input, one time step after the other.
    Wx, Wh, b : array
        The weights for the input and for the hidden state, and the bias.
    h : array
        The hidden state to start from.
    activation : {'tanh', 'relu'}, default 'tanh'
        The function of the pre-activation.

    Returns
    -------
    array
        The hidden states: the first one is h, the others are the output of the layer.

    Shapes
    ------
    - x: (T, N, D)
    - Wx: (D, H)
    - Wh: (H, H)
    - b: (H,)
    - h: (N, H)
    - the result: (T + 1, N, H)

    References
    ----------
    Elman 1990, *Finding structure in time*.

    Examples
    --------
    With relu and these weights the state sums up the input:

    >>> import numpy as np
    >>> from glassnet.nn.plain import simple_rnn_forward
    >>> x, one, zero = np.array([[[1.0]], [[2.0]], [[5.0]]]), np.ones((1, 1)), np.zeros((1, 1))
    >>> simple_rnn_forward(x, one, one, zero[0], zero, "relu").ravel()
    array([0., 1., 3., 8.])
    """
    hs = [h]
    for t in range(len(x)):
        z = x[t] @ Wx + hs[t] @ Wh + b
        hs.append(np.tanh(z) if activation == "tanh" else np.maximum(z, 0))
    return np.array(hs)


def simple_rnn_backward(
    dy: Array, x: Array, Wx: Array, Wh: Array, hs: Array, activation: str = "tanh"
) -> dict[str, Array]:
    """Return the gradients of a simple recurrent layer by backpropagation through time.

    Parameters
    ----------
    dy : array
        The gradient of the loss for the output ``hs[1:]``.
    x, Wx, Wh : array
        The input and the weights that `simple_rnn_forward` got.
    hs : array
        What `simple_rnn_forward` returned.
    activation : {'tanh', 'relu'}, default 'tanh'
        The function of the pre-activation.

    Returns
    -------
    dict of str to array
        The gradients for `x`, `Wx`, `Wh`, `b` and for the starting state, `h`.

    Shapes
    ------
    - dy: (T, N, H)
    - x: (T, N, D)
    - Wx: (D, H)
    - Wh: (H, H)
    - hs: (T + 1, N, H)

    References
    ----------
    Werbos 1990, *Backpropagation through time: what it does and how to do it*.

    Examples
    --------
    Each input counts for the outputs from its own time step on:

    >>> import numpy as np
    >>> from glassnet.nn.plain import simple_rnn_backward, simple_rnn_forward
    >>> x, one, zero = np.array([[[1.0]], [[2.0]], [[5.0]]]), np.ones((1, 1)), np.zeros((1, 1))
    >>> hs = simple_rnn_forward(x, one, one, zero[0], zero, "relu")
    >>> simple_rnn_backward(np.ones((3, 1, 1)), x, one, one, hs, "relu")["x"].ravel()
    array([3., 2., 1.])
    """
    dx = np.empty_like(x)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[1])
    dh = np.zeros_like(hs[0])
    for t in reversed(range(len(x))):
        dh = dh + dy[t]  # from the time step after this one, and from the output
        h = hs[t + 1]
        dz = dh * (1 - h**2 if activation == "tanh" else h > 0)
        dx[t] = dz @ Wx.T
        dWx += x[t].T @ dz
        dWh += hs[t].T @ dz
        db += dz.sum(axis=0)
        dh = dz @ Wh.T  # to the time step before
    return {"x": dx, "Wx": dWx, "Wh": dWh, "b": db, "h": dh}
