"""Optimizers: rules that move the parameters against the gradient, in order of complexity.

    optimizer = RMSprop(learning_rate=1e-3)
    optimizer.step(network.theta, network.grad)

All work element by element on flat vectors, so a worker may update its own share: a slice of
`theta` with the same slice of `grad`. In the equations g is the gradient, θ the parameters, and
every product, square and root is taken element by element.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from glassnet.nn.types import Array

# Elements updated at a time: a block of every vector involved stays in the processor's cache.
_BLOCK = 32768


def clip_by_global_norm(grad: Array, limit: float, norm: float | None = None) -> float:
    """Scale `grad` in place so that its norm is at most `limit`; return the norm it had before.

    Pascanu, Mikolov & Bengio 2013, algorithm 1. A norm that is not finite (as one above about 1e19
    is in float32) is returned as it is and leaves `grad` alone: training has diverged.

    Parameters
    ----------
    grad : flat vector of all gradients, or a slice of it.
    limit : largest norm allowed, above 0.
    norm : the norm to compare with the limit, for a caller that holds only a slice of the
        gradients and knows the norm of all of them; None means the norm of `grad`.

    Raises
    ------
    ValueError : for a limit that is not above 0.
    """
    if not limit > 0:
        raise ValueError(f"the limit of the gradient's norm must be above 0, not {limit}")
    norm = float(np.linalg.norm(grad) if norm is None else norm)
    if limit < norm < math.inf:
        grad *= limit / norm
    return norm


class Optimizer:
    """Base of all optimizers: weight decay, the state, and the walk over the vectors.

    Parameters
    ----------
    learning_rate : size of a step. A plain attribute that may be set before each step.
    weight_decay : every step first shrinks θ by the factor 1 - learning_rate · weight_decay.
        Decoupled from the gradient as in AdamW: Loshchilov & Hutter 2019, algorithm 2, with the
        learning rate as the factor of the decay, as in PyTorch.

    Attributes
    ----------
    steps : the number of steps taken. A checkpoint saves and restores it along with `state`;
        training then goes on exactly as if it had not been interrupted.
    """

    def __init__(self, learning_rate: float, weight_decay: float = 0.0) -> None:
        _require("learning_rate", learning_rate, learning_rate >= 0, "at least 0")
        _require("weight_decay", weight_decay, weight_decay >= 0, "at least 0")
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.steps = 0
        self._state_names: tuple[str, ...] = ()
        self._state: dict[str, Array] = {}
        self._scratch = np.empty((2, _BLOCK), np.float32)

    @property
    def state(self) -> dict[str, Array]:
        """What the optimizer remembers of earlier gradients: vectors of theta's length, by name.

        Empty before the first step. The vectors are those in use, not copies; setting copies.

        Raises
        ------
        ValueError : when set to vectors that are not the ones this optimizer keeps.
        """
        return dict(self._state)

    @state.setter
    def state(self, values: Mapping[str, Array]) -> None:
        if values and set(values) != set(self._state_names):
            raise ValueError(
                f"{type(self).__name__} keeps {_listed(self._state_names)} as its state, "
                f"not {_listed(values)}"
            )
        self._state = {name: np.array(values[name]) for name in self._state_names if values}

    def step(self, theta: Array, grad: Array) -> None:
        """Update `theta` in place by one step against `grad`, which is left as it is.

        Parameters
        ----------
        theta, grad : flat vectors (n,) of one floating data type.

        Raises
        ------
        ValueError : if the lengths or data types of theta, grad and the state differ.
        """
        state = self._state or {name: np.zeros_like(theta) for name in self._state_names}
        for name, vector in {"grad": grad, **state}.items():
            if vector.shape != theta.shape or vector.dtype != theta.dtype:
                raise ValueError(
                    f"{name} is {vector.dtype} of shape {vector.shape}, "
                    f"but theta is {theta.dtype} of shape {theta.shape}"
                )
        if self._scratch.dtype != theta.dtype:
            self._scratch = np.empty((2, _BLOCK), theta.dtype)
        self._state = state
        # With a NumPy scalar of float64 all products would be taken in float64, and slowly.
        self.learning_rate = float(self.learning_rate)
        self.steps += 1
        for start in range(0, theta.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            if self.weight_decay:
                theta[block] *= 1 - self.learning_rate * self.weight_decay
            own = [vector[block] for vector in state.values()]
            scratch = self._scratch[:, : theta.size - start]
            self._update(theta[block], grad[block], *own, *scratch)

    def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
        """Update one block of θ and of the state; two blocks of scratch space come last."""
        raise NotImplementedError


class SGD(Optimizer):
    """Stochastic gradient descent with momentum: Polyak 1964, in the form of PyTorch.

        v = momentum · v + g
        θ = θ - learning_rate · v

    Parameters
    ----------
    momentum : share of the velocity v that a step keeps; 0 is plain gradient descent, which has
        no state. Sutskever et al. 2013 put the learning rate into v: the same while it is constant.
    learning_rate, weight_decay : see `Optimizer`.
    """

    def __init__(
        self, learning_rate: float = 0.01, momentum: float = 0.9, weight_decay: float = 0.0
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        _require("momentum", momentum, 0 <= momentum < 1, "at least 0 and below 1")
        self.momentum = momentum
        self._state_names = ("velocity",) if momentum else ()

    def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
        if self.momentum:
            v = vectors[0]
            v *= self.momentum
            v += g
            g = v
        theta -= np.multiply(g, self.learning_rate, out=vectors[-1])


class RMSprop(Optimizer):
    """Divide the gradient by its recent root mean square: Tieleman & Hinton 2012, lecture 6e.

        s = rho · s + (1 - rho) · g²
        θ = θ - learning_rate · g / (√s + epsilon)

    Parameters
    ----------
    rho : share of the mean square s that a step keeps.
    epsilon : added to the root, as in PyTorch.
    learning_rate, weight_decay : see `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        rho: float = 0.95,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        _require("rho", rho, 0 <= rho < 1, "at least 0 and below 1")
        _require("epsilon", epsilon, epsilon > 0, "above 0")
        self.rho, self.epsilon = rho, epsilon
        self._state_names = ("mean_square",)

    def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
        s, change, root = vectors
        _average(s, self.rho, np.multiply(g, g, out=change), change)
        np.sqrt(s, out=root)
        root += self.epsilon
        np.divide(g, root, out=change)
        change *= self.learning_rate
        theta -= change


class Adadelta(Optimizer):
    """Steps as large as recent steps were: Zeiler 2012, algorithm 1.

        s = rho · s + (1 - rho) · g²
        c = √(u + epsilon) / √(s + epsilon) · g
        u = rho · u + (1 - rho) · c²
        θ = θ - learning_rate · c

    Parameters
    ----------
    learning_rate : 1 in the paper, which has none. The defaults of all are those of Keras 2.
    rho : share of the mean squares s and u that a step keeps.
    epsilon : added under both roots; together with u = 0 it sets the size of the first steps.
    weight_decay : see `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: float = 1.0,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        _require("rho", rho, 0 <= rho < 1, "at least 0 and below 1")
        _require("epsilon", epsilon, epsilon > 0, "above 0")
        self.rho, self.epsilon = rho, epsilon
        self._state_names = ("mean_square", "mean_square_change")

    def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
        s, u, change, scratch = vectors
        _average(s, self.rho, np.multiply(g, g, out=scratch), scratch)
        np.add(u, self.epsilon, out=change)
        np.add(s, self.epsilon, out=scratch)
        change /= scratch
        np.sqrt(change, out=change)  # one root of the quotient for the two roots above
        change *= g
        _average(u, self.rho, np.multiply(change, change, out=scratch), scratch)
        change *= self.learning_rate
        theta -= change


class Adam(Optimizer):
    """Momentum divided by the recent root mean square: Kingma & Ba 2015, algorithm 1.

        m = beta1 · m + (1 - beta1) · g
        s = beta2 · s + (1 - beta2) · g²
        θ = θ - learning_rate · m̂ / (√ŝ + epsilon),  m̂ = m / (1 - beta1ᵗ),  ŝ = s / (1 - beta2ᵗ)

    with t = `steps`, counted from 1. With `weight_decay` this is AdamW.

    Parameters
    ----------
    beta1, beta2 : shares of the mean m and the mean square s that a step keeps.
    epsilon : added to the root.
    learning_rate, weight_decay : see `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        _require("beta1", beta1, 0 <= beta1 < 1, "at least 0 and below 1")
        _require("beta2", beta2, 0 <= beta2 < 1, "at least 0 and below 1")
        _require("epsilon", epsilon, epsilon > 0, "above 0")
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self._state_names = ("mean", "mean_square")

    def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
        m, s, change, root = vectors
        _average(m, self.beta1, g, change)
        _average(s, self.beta2, np.multiply(g, g, out=change), change)
        np.sqrt(s, out=root)
        root *= 1 / math.sqrt(1 - self.beta2**self.steps)
        root += self.epsilon
        np.divide(m, root, out=change)
        change *= self.learning_rate / (1 - self.beta1**self.steps)
        theta -= change


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "rmsprop": RMSprop,
    "adadelta": Adadelta,
    "adam": Adam,
}
"""All optimizers by the names they have on the command line."""


def _average(mean: Array, kept: float, new: Array, scratch: Array) -> None:
    """Update a running mean in place: mean = kept · mean + (1 - kept) · new."""
    mean *= kept
    mean += np.multiply(new, 1 - kept, out=scratch)


def _require(name: str, value: float, holds: bool, wanted: str) -> None:
    if not holds:
        raise ValueError(f"{name} must be {wanted}, not {value}")


def _listed(names: Mapping[str, Array] | tuple[str, ...]) -> str:
    return ", ".join(names) or "nothing"
