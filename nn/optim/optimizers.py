"""Optimizers: rules that move the parameters against the gradient, in order of complexity.

    optimizer = RMSprop(learning_rate=1e-3)
    optimizer.step(network.theta, network.grad)

All work element by element on flat vectors, so a worker may update a part of the network: a slice
of `theta` with the same slice of `grad`. In the equations g is the gradient and θ the parameters;
every product, square and root is taken element by element. `nn/plain/optimizers.py` has most of
them without what makes them fast; `nn/optim/adam.py` has Adam and its variants.
"""

from __future__ import annotations

import numpy as np

from glassnet.nn.optim.adam import Adam, AdamW, Nadam
from glassnet.nn.optim.base import Optimizer, require, update_mean
from glassnet.nn.types import Array

__all__ = ["OPTIMIZERS", "SGD", "Adadelta", "Adagrad", "Lion", "RMSprop"]


class SGD(Optimizer):
    """Stochastic gradient descent with momentum.

        v = momentum · v + g
        θ = θ - learning_rate · v

    Parameters
    ----------
    learning_rate : float, default 0.01
        The size of a step.
    momentum : float, default 0.9
        The share of the velocity v that a step keeps; 0 is plain gradient descent, which has no
        state.
    weight_decay : float, default 0.0
        The decay of the weights; see `Optimizer`.

    Raises
    ------
    ValueError
        If an option is out of range.

    References
    ----------
    Polyak 1964, *Some methods of speeding up the convergence of iteration methods*, in the form of
    PyTorch. Sutskever et al. 2013, *On the importance of initialization and momentum in deep
    learning*, put the learning rate into v, which is the same while it is constant.

    Examples
    --------
    Down the slope of θ², whose gradient is 2θ:

    >>> import numpy as np
    >>> from glassnet.nn import SGD
    >>> theta, optimizer = np.array([1.0]), SGD(learning_rate=0.1, momentum=0.5)
    >>> for _ in range(10):
    ...     optimizer.step(theta, 2 * theta)
    >>> theta.round(3)
    array([-0.033])
    """

    def __init__(
        self, learning_rate: float = 0.01, momentum: float = 0.9, weight_decay: float = 0.0
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        require("momentum", momentum, 0 <= momentum < 1, "at least 0 and below 1")
        self.momentum = momentum
        self._state_names = ("velocity",) if momentum else ()

    def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
        if self.momentum:
            v = vectors[0]
            v *= self.momentum
            v += g
            g = v
        theta -= np.multiply(g, self.learning_rate, out=vectors[-1])


class Lion(Optimizer):
    """Take equally long steps for all parameters, by the sign of the gradient with momentum.

        θ = θ - learning_rate · sign(beta1 · m + (1 - beta1) · g)
        m = beta2 · m + (1 - beta2) · g

    Parameters
    ----------
    learning_rate : float, default 0.0001
        The size of a step: the paper takes 3 to 10 times less than for Adam.
    beta1 : float, default 0.9
        The share of the mean m in the direction of a step.
    beta2 : float, default 0.99
        The share of the mean m that a step keeps.
    weight_decay : float, default 0.0
        The decay of the weights; see `Optimizer`. As the learning rate is 3 to 10 times smaller
        than Adam's, the paper takes a decay as many times larger.

    Raises
    ------
    ValueError
        If an option is out of range.

    References
    ----------
    Chen et al. 2023, *Symbolic discovery of optimization algorithms*, algorithm 2.

    Examples
    --------
    Every step is `learning_rate` long, whatever the gradient; it needs one vector of state:

    >>> import numpy as np
    >>> from glassnet.nn import Lion
    >>> theta, optimizer = np.zeros(3), Lion(learning_rate=0.1)
    >>> optimizer.step(theta, np.array([100.0, -0.01, 0.0]))
    >>> theta
    array([-0.1,  0.1,  0. ])
    >>> list(optimizer.state)
    ['mean']
    """

    def __init__(
        self,
        learning_rate: float = 1e-4,
        beta1: float = 0.9,
        beta2: float = 0.99,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        require("beta1", beta1, 0 <= beta1 < 1, "at least 0 and below 1")
        require("beta2", beta2, 0 <= beta2 < 1, "at least 0 and below 1")
        self.beta1, self.beta2 = beta1, beta2
        self._state_names = ("mean",)

    def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
        m, change, scratch = vectors
        np.multiply(m, self.beta1, out=change)
        change += np.multiply(g, 1 - self.beta1, out=scratch)
        np.sign(change, out=change)
        change *= self.learning_rate
        theta -= change
        update_mean(m, self.beta2, g, scratch)


class Adagrad(Optimizer):
    """Divide the gradient by the root of the sum of all its squares so far.

        s = s + g²
        θ = θ - learning_rate · g / (√s + epsilon)

    Parameters
    ----------
    learning_rate : float, default 0.01
        The size of the first step; later ones get smaller.
    epsilon : float, default 1e-10
        A small number added to the root, as in PyTorch.
    weight_decay : float, default 0.0
        The decay of the weights; see `Optimizer`.

    Raises
    ------
    ValueError
        If an option is out of range.

    Notes
    -----
    s starts at 0, as in PyTorch. Keras lets it start at 0.1, as this does:
    ``optimizer.state = {"sum_of_squares": np.full_like(theta, 0.1)}``.

    References
    ----------
    Duchi, Hazan & Singer 2011, *Adaptive subgradient methods for online learning and stochastic
    optimization*, figure 1.

    Examples
    --------
    The steps for a gradient that stays the same are 1, 1 / √2, 1 / √3, ... times `learning_rate`:

    >>> import numpy as np
    >>> from glassnet.nn import Adagrad
    >>> theta, optimizer = np.zeros(1), Adagrad(learning_rate=1.0)
    >>> for step in range(3):
    ...     optimizer.step(theta, np.array([5.0]))
    ...     print(theta.round(4))
    [-1.]
    [-1.7071]
    [-2.2845]
    """

    def __init__(
        self, learning_rate: float = 0.01, epsilon: float = 1e-10, weight_decay: float = 0.0
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        require("epsilon", epsilon, epsilon > 0, "above 0")
        self.epsilon = epsilon
        self._state_names = ("sum_of_squares",)

    def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
        s, change, root = vectors
        s += np.multiply(g, g, out=change)
        np.sqrt(s, out=root)
        root += self.epsilon
        np.divide(g, root, out=change)
        change *= self.learning_rate
        theta -= change


class RMSprop(Optimizer):
    """Divide the gradient by its recent root mean square.

        s = rho · s + (1 - rho) · g²
        θ = θ - learning_rate · g / (√s + epsilon)

    Parameters
    ----------
    learning_rate : float, default 0.001
        The size of a step.
    rho : float, default 0.95
        The share of the mean square s that a step keeps.
    epsilon : float, default 1e-8
        A small number added to the root, as in PyTorch.
    weight_decay : float, default 0.0
        The decay of the weights; see `Optimizer`.

    Raises
    ------
    ValueError
        If an option is out of range.

    References
    ----------
    Tieleman & Hinton 2012, *Neural networks for machine learning*, lecture 6e.

    Examples
    --------
    Large and small gradients give equally long steps:

    >>> import numpy as np
    >>> from glassnet.nn import RMSprop
    >>> theta = np.zeros(2)
    >>> RMSprop(learning_rate=0.1, rho=0.75).step(theta, np.array([100.0, 0.01]))
    >>> theta.round(4)
    array([-0.2, -0.2])
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        rho: float = 0.95,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        require("rho", rho, 0 <= rho < 1, "at least 0 and below 1")
        require("epsilon", epsilon, epsilon > 0, "above 0")
        self.rho, self.epsilon = rho, epsilon
        self._state_names = ("mean_square",)

    def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
        s, change, root = vectors
        update_mean(s, self.rho, np.multiply(g, g, out=change), change)
        np.sqrt(s, out=root)
        root += self.epsilon
        np.divide(g, root, out=change)
        change *= self.learning_rate
        theta -= change


class Adadelta(Optimizer):
    """Take steps as large as recent steps were.

        s = rho · s + (1 - rho) · g²
        c = √(u + epsilon) / √(s + epsilon) · g
        u = rho · u + (1 - rho) · c²
        θ = θ - learning_rate · c

    The defaults are those of Keras 2.

    Parameters
    ----------
    learning_rate : float, default 1.0
        A factor for the size of a step, which the paper does not have.
    rho : float, default 0.95
        The share of the mean squares s and u that a step keeps.
    epsilon : float, default 1e-7
        A small number added under both roots. As u starts at 0, it sets the size of the first
        steps.
    weight_decay : float, default 0.0
        The decay of the weights; see `Optimizer`.

    Raises
    ------
    ValueError
        If an option is out of range.

    References
    ----------
    Zeiler 2012, *ADADELTA: an adaptive learning rate method*, algorithm 1.

    Examples
    --------
    The steps grow as long as the gradient keeps its sign:

    >>> import numpy as np
    >>> from glassnet.nn import Adadelta
    >>> theta, optimizer = np.zeros(1), Adadelta()
    >>> for step in range(200):
    ...     optimizer.step(theta, np.ones(1))
    ...     if step in (0, 199):
    ...         print(theta.round(4))
    [-0.0014]
    [-0.3303]
    """

    def __init__(
        self,
        learning_rate: float = 1.0,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        require("rho", rho, 0 <= rho < 1, "at least 0 and below 1")
        require("epsilon", epsilon, epsilon > 0, "above 0")
        self.rho, self.epsilon = rho, epsilon
        self._state_names = ("mean_square", "mean_square_change")

    def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
        s, u, change, scratch = vectors
        update_mean(s, self.rho, np.multiply(g, g, out=scratch), scratch)
        np.add(u, self.epsilon, out=change)
        np.add(s, self.epsilon, out=scratch)
        change /= scratch
        np.sqrt(change, out=change)  # one root of the quotient for the two roots above
        change *= g
        update_mean(u, self.rho, np.multiply(change, change, out=scratch), scratch)
        change *= self.learning_rate
        theta -= change


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "lion": Lion,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adadelta": Adadelta,
    "adam": Adam,
    "adamw": AdamW,
    "nadam": Nadam,
}
"""All optimizers by their names on the command line."""
