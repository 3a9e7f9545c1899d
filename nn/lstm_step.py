"""The LSTM of `nn/lstm.py`, one time step at a time and forward only: what sampling needs.

A single character is bound by reading the weights from memory, once each. So they are kept in
the order in which a matrix-vector product reads them, (4H, D + H) with Wx and Wh side by side,
and one product makes all four gates. With several rows all of them share that one reading.
"""

from __future__ import annotations

import numpy as np

from nn.layer import Array
from nn.lstm import LSTM


class LSTMStep:
    """One step after the other through the weights of an `LSTM`, copied when this is made.

    Parameters
    ----------
    lstm : an initialized layer.
    rows : N, the number of sequences side by side.
    ids : the input is integer ids (N,) instead of floats (N, D).

    Attributes
    ----------
    h, c : the state, (N, H) each; zeros at first, writable.
    """

    def __init__(self, lstm: LSTM, rows: int, ids: bool = False) -> None:
        units, dtype = lstm.units, lstm.Wh.dtype
        half = np.repeat(np.array([0.5, 0.5, 0.5, 1.0], dtype), units)  # see LSTM: one tanh
        self._inputs = 0 if ids else lstm.inputs
        self._rows_by_id = lstm.Wx * half + lstm.b * half if ids else None  # (D, 4H)
        joined = lstm.Wh if ids else np.concatenate([lstm.Wx, lstm.Wh])
        self._weights = np.ascontiguousarray((joined * half).T)  # (4H, D + H), or (4H, H)
        self._bias = lstm.b * half
        self._input = np.zeros((rows, self._weights.shape[1]), dtype)  # x and h side by side
        self._z = np.empty((rows, 4 * units), dtype)
        self.h = self._input[:, self._inputs :]
        self.c = np.zeros((rows, units), dtype)

    def step(self, x: Array) -> Array:
        """Advance h and c by one input, (N, D) floats or (N,) ids, and return h (N, H)."""
        z = self._z
        if self._inputs:
            self._input[:, : self._inputs] = x
        if len(z) == 1:
            np.dot(self._weights, self._input[0], out=z[0])
        else:
            np.matmul(self._input, self._weights.T, out=z)
        z += self._bias if self._rows_by_id is None else self._rows_by_id[x]
        np.tanh(z, out=z)
        i, f, o, g = np.split(z, 4, axis=1)
        self.c *= 0.5 * f + 0.5
        self.c += (0.5 * i + 0.5) * g
        np.multiply(0.5 * o + 0.5, np.tanh(self.c), out=self.h)
        return self.h
