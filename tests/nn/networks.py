"""Networks with a branch and with carried state, for the tests of what all layers share."""

import numpy as np

from glassnet.nn import Array, Dense, Layer, Sequential, Tanh
from glassnet.nn.initializers import constant


class RunningSum(Layer):
    """y(t) = x(t) + y(t-1) over a sequence (T, N, D), starting from the carried state `h`."""

    state_names = ("h",)

    def forward(self, x: Array, train: bool = False) -> Array:
        start = self.carried.get("h", np.zeros(x.shape[1:], x.dtype))
        self._y = start + np.cumsum(x, axis=0)
        return self._y

    def backward(self, dy: Array) -> Array:
        dx = np.cumsum(dy[::-1], axis=0)[::-1]
        self.dcarried = {"h": dx[0].copy()}
        return dx

    def carry(self, steps: int | None = None) -> None:
        self.carried = {"h": self._y[-1 if steps is None else steps - 1].copy()}


class Residual(Layer):
    """A branch: y = x + dense(x), with a gain of its own declared before the layer inside."""

    gain: Array
    dgain: Array

    def __init__(self, size: int) -> None:
        super().__init__()
        self.dense = self.add("dense", Dense(size, size))
        self.declare("gain", (size,), constant(1.0))

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x
        return self.gain * x + self.dense.forward(x, train)

    def backward(self, dy: Array) -> Array:
        self.dgain += (dy * self._x).reshape(-1, dy.shape[-1]).sum(axis=0)
        return dy * self.gain + self.dense.backward(dy)


def network() -> Sequential:
    return Sequential(Dense(3, 4), Tanh(), Residual(4), ("output", Dense(4, 2)))


NAMES = [
    "dense1.W",
    "dense1.b",
    "residual1.gain",
    "residual1.dense.W",
    "residual1.dense.b",
    "output.W",
    "output.b",
]
SIZE = 12 + 4 + 4 + 16 + 4 + 8 + 2


def whole(net: Layer) -> bool:
    """Whether all parameters and gradients are still views into the vectors, in their order."""
    for views, vector in ((net.parameters, net.theta), (net.gradients, net.grad)):
        numbers = np.arange(vector.size) * 0.5
        kept = vector.copy()
        vector[...] = numbers
        laid_out = np.concatenate([view.reshape(-1) for view in views.values()])
        vector[...] = kept
        if not np.array_equal(laid_out, numbers):
            return False
    return True
