"""Adam and its variants: the mean of recent gradients, divided by their root mean square."""

from __future__ import annotations

import math

import numpy as np

from glassnet.nn.optim.base import Optimizer, require, update_mean
from glassnet.nn.types import Array

__all__ = ["Adam", "AdamW", "Nadam"]


class Adam(Optimizer):
    """Divide the mean of recent gradients by their root mean square.

        m = beta1 · m + (1 - beta1) · g
        s = beta2 · s + (1 - beta2) · g²
        θ = θ - learning_rate · m̂ / (√ŝ + epsilon),  m̂ = m / (1 - beta1ᵗ),  ŝ = s / (1 - beta2ᵗ)

    t is `steps`, counted from 1. With `weight_decay` this is `AdamW`.

    Parameters
    ----------
    learning_rate : float, default 0.001
        The size of a step.
    beta1, beta2 : float, default 0.9 and 0.999
        The shares of the mean m and of the mean square s that a step keeps.
    epsilon : float, default 1e-8
        A small number added to the root.
    weight_decay : float, default 0.0
        The decay of the weights; see `Optimizer`.

    Raises
    ------
    ValueError
        If an option is out of range.

    References
    ----------
    Kingma & Ba 2015, *Adam: a method for stochastic optimization*, algorithm 1.

    Examples
    --------
    The first step is `learning_rate` long, whatever the gradient:

    >>> import numpy as np
    >>> from glassnet.nn import Adam
    >>> theta = np.zeros(2)
    >>> Adam(learning_rate=0.1).step(theta, np.array([100.0, -0.01]))
    >>> theta.round(4)
    array([-0.1,  0.1])
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
        require("beta1", beta1, 0 <= beta1 < 1, "at least 0 and below 1")
        require("beta2", beta2, 0 <= beta2 < 1, "at least 0 and below 1")
        require("epsilon", epsilon, epsilon > 0, "above 0")
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self._state_names = ("mean", "mean_square")

    def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
        m, s, change, root = vectors
        update_mean(m, self.beta1, g, change)
        update_mean(s, self.beta2, np.multiply(g, g, out=change), change)
        np.sqrt(s, out=root)
        root *= 1 / math.sqrt(1 - self.beta2**self.steps)
        root += self.epsilon
        np.divide(m, root, out=change)
        change *= self.learning_rate / (1 - self.beta1**self.steps)
        theta -= change


class AdamW(Adam):
    """Adam, with weight decay unless it is set to 0.

        θ = θ - learning_rate · (weight_decay · θ + m̂ / (√ŝ + epsilon))

    The decay is not a part of the gradient, whose mean and mean square are those of `Adam`. All
    optimizers here have this decay; `AdamW` has the name by which it is known and PyTorch's
    default.

    Parameters
    ----------
    learning_rate : float, default 0.001
        The size of a step.
    beta1, beta2 : float, default 0.9 and 0.999
        The shares of the mean m and of the mean square s that a step keeps.
    epsilon : float, default 1e-8
        A small number added to the root.
    weight_decay : float, default 0.01
        The decay of the weights; see `Optimizer`.

    Raises
    ------
    ValueError
        If an option is out of range.

    References
    ----------
    Loshchilov & Hutter 2019, *Decoupled weight decay regularization*, algorithm 2.

    Examples
    --------
    Parameters without a gradient shrink by the factor 1 - learning_rate · weight_decay:

    >>> import numpy as np
    >>> from glassnet.nn import AdamW
    >>> theta = np.ones(2)
    >>> AdamW(learning_rate=0.1, weight_decay=0.5).step(theta, np.array([0.0, 3.0]))
    >>> theta.round(4)
    array([0.95, 0.85])
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, weight_decay)


class Nadam(Adam):
    """Adam with Nesterov's momentum: the mean that the next step will have.

        m = beta1 · m + (1 - beta1) · g
        s = beta2 · s + (1 - beta2) · g²
        m̂ = μ(t+1) · m / (1 - μ(1) · … · μ(t+1)) + (1 - μ(t)) · g / (1 - μ(1) · … · μ(t))
        θ = θ - learning_rate · m̂ / (√ŝ + epsilon),  ŝ = s / (1 - beta2ᵗ)

    with the momentum μ(t) = beta1 · (1 - ½ · 0.96^(t · momentum_decay)), which grows to beta1. t is
    `steps`, counted from 1.

    Parameters
    ----------
    learning_rate : float, default 0.002
        The size of a step.
    beta1, beta2 : float, default 0.9 and 0.999
        The shares of the mean m and of the mean square s that a step keeps.
    epsilon : float, default 1e-8
        A small number added to the root.
    momentum_decay : float, default 0.004
        How fast the momentum grows, as in the paper and in PyTorch; Keras 3 has 1.
    weight_decay : float, default 0.0
        The decay of the weights; see `Optimizer`.

    Raises
    ------
    ValueError
        If an option is out of range.

    References
    ----------
    Dozat 2016, *Incorporating Nesterov momentum into Adam*, algorithm 2; the momentum's growth is
    that of Sutskever et al. 2013, *On the importance of initialization and momentum in deep
    learning*, in the form of PyTorch.

    Examples
    --------
    Down the slope of θ², whose gradient is 2θ:

    >>> import numpy as np
    >>> from glassnet.nn import Nadam
    >>> theta, optimizer = np.array([1.0, -3.0]), Nadam(learning_rate=0.1)
    >>> for _ in range(200):
    ...     optimizer.step(theta, 2 * theta)
    >>> np.abs(theta).max() < 1e-4
    np.True_
    """

    def __init__(
        self,
        learning_rate: float = 2e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        momentum_decay: float = 4e-3,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, weight_decay)
        require("momentum_decay", momentum_decay, momentum_decay >= 0, "at least 0")
        self.momentum_decay = momentum_decay
        self._product, self._factors = 1.0, 0  # μ(1) · … · μ(t), and t

    def _momentum(self, step: int) -> float:
        """Return μ of a step."""
        return self.beta1 * (1 - 0.5 * math.pow(0.96, step * self.momentum_decay))

    def _momentum_product(self) -> float:
        """Return μ(1) · … · μ(steps): one factor more each step, all of them after resuming."""
        if self._factors > self.steps:
            self._product, self._factors = 1.0, 0
        while self._factors < self.steps:
            self._factors += 1
            self._product *= self._momentum(self._factors)
        return self._product

    def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
        m, s, change, root = vectors
        update_mean(m, self.beta1, g, change)
        update_mean(s, self.beta2, np.multiply(g, g, out=change), change)
        now, following = self._momentum(self.steps), self._momentum(self.steps + 1)
        product = self._momentum_product()
        np.sqrt(s, out=root)
        root *= 1 / math.sqrt(1 - self.beta2**self.steps)
        root += self.epsilon
        np.multiply(m, self.learning_rate * following / (1 - product * following), out=change)
        change /= root
        theta -= change
        np.multiply(g, self.learning_rate * (1 - now) / (1 - product), out=change)
        change /= root
        theta -= change
