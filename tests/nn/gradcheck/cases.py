"""Small right layers and a loss, for `mutant` to make wrong in one place at a time."""

import numpy as np

from glassnet.nn import NO_GRADIENT, Array, Layer
from glassnet.nn.initializers import normal


class Square(Layer):
    """y = x² ⊙ w."""

    w: Array
    dw: Array

    def __init__(self, size: int = 3) -> None:
        super().__init__()
        self.declare("w", (size,), normal(1.0))

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x
        y: Array = x * x * self.w
        return y

    def backward(self, dy: Array) -> Array:
        self.dw += (dy * self._x * self._x).sum(axis=0)
        dx: Array = 2 * dy * self._x * self.w
        return dx


class Memory(Layer):
    """h(t) = w ⊙ h(t-1) + x(t) over a sequence (T, N, D), from the carried state `h`."""

    w: Array
    dw: Array
    state_names = ("h",)

    def __init__(self, size: int = 3) -> None:
        super().__init__()
        self.declare("w", (size,), normal(0.5))

    def forward(self, x: Array, train: bool = False) -> Array:
        self._start = self.carried.get("h", np.zeros(x.shape[1:]))
        self._hs = np.empty_like(x)
        h = self._start
        for t in range(len(x)):
            h = self._hs[t] = self.w * h + x[t]
        return self._hs

    def backward(self, dy: Array) -> Array:
        dx, dh = np.empty_like(dy), np.zeros(dy.shape[1:])
        for t in reversed(range(len(dy))):
            dx[t] = dh = dy[t] + dh
            before = self._hs[t - 1] if t else self._start
            self.dw += (dh * before).sum(axis=0)
            dh = self.w * dh
        self.dcarried = {"h": dh}
        return dx

    def carry(self, steps: int | None = None) -> None:
        self.carried = {"h": self._hs[-1 if steps is None else steps - 1].copy()}


class Scaled(Layer):
    """y = s x with a single number s, of no dimensions."""

    s: Array
    ds: Array

    def __init__(self) -> None:
        super().__init__()
        self.declare("s", (), normal(1.0))

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x
        return np.asarray(self.s * x)

    def backward(self, dy: Array) -> Array:
        self.ds += np.sum(dy * self._x)
        return np.asarray(self.s * dy)


class Rows(Layer):
    """y = W[x] for integer ids x, which have no gradient."""

    W: Array
    dW: Array

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__()
        self.declare("W", (rows, columns), normal(1.0))

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x
        return self.W[x]

    def backward(self, dy: Array) -> Array:
        np.add.at(self.dW, self._x, dy)
        return NO_GRADIENT


class Absolute(Layer):
    """y = |x|, with a kink at 0."""

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x
        return np.abs(x)

    def backward(self, dy: Array) -> Array:
        dx: Array = dy * np.sign(self._x)
        return dx


def square_loss(output: Array, targets: Array) -> tuple[float, Array]:
    gradient = output - targets
    value = 0.5 * float(np.sum(gradient**2))
    return value, gradient
