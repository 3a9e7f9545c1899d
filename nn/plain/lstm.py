"""The LSTM of nn/recurrent/lstm.py as one would write it down from its equations: the tests'
oracle."""

import numpy as np

from glassnet.nn.layers.activations import sigmoid
from glassnet.nn.types import Array


def plain_lstm(
    x: Array, Wx: Array, Wh: Array, b: Array, h: Array, c: Array, dy: Array
) -> tuple[Array, dict[str, Array]]:
    """Return y (T, N, H) and all gradients, for x (T, N, D), state (N, H) and dy (T, N, H)."""
    T, units = len(x), len(Wh)
    hs, cs, gates = [h], [c], []
    for t in range(T):
        z = x[t] @ Wx + hs[t] @ Wh + b
        i, f, o = (sigmoid(z[:, k * units : (k + 1) * units]) for k in range(3))
        g = np.tanh(z[:, 3 * units :])
        cs.append(f * cs[t] + i * g)
        hs.append(o * np.tanh(cs[t + 1]))
        gates.append((i, f, o, g))

    dx = np.zeros_like(x)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh, dc = np.zeros_like(h), np.zeros_like(c)
    for t in reversed(range(T)):
        i, f, o, g = gates[t]
        dh = dh + dy[t]
        do = dh * np.tanh(cs[t + 1])
        dc = dc + dh * o * (1 - np.tanh(cs[t + 1]) ** 2)
        di, df, dg = dc * g, dc * cs[t], dc * i
        dz = np.concatenate(
            [di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g * g)], axis=1
        )
        dx[t] = dz @ Wx.T
        dWx += x[t].T @ dz
        dWh += hs[t].T @ dz
        db += dz.sum(axis=0)
        dh, dc = dz @ Wh.T, dc * f
    gradients = {"x": dx, "Wx": dWx, "Wh": dWh, "b": db, "h": dh, "c": dc}
    return np.stack(hs[1:]), gradients
