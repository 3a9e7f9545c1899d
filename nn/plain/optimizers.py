"""Optimizers. The fast ones are `glassnet.nn.SGD`, `Lion`, `Adagrad`, `RMSprop`, `Adam`, `Nadam`.

Each function takes the parameters, their gradient and what the optimizer remembers, and returns
the new parameters and the new memory. All work element by element, on arrays of any shape.
"""

import numpy as np

from glassnet.nn.types import Array


def sgd(
    theta: Array, grad: Array, velocity: Array, learning_rate: float = 0.01, momentum: float = 0.9
) -> tuple[Array, Array]:
    """Take one step of stochastic gradient descent with momentum.

    Parameters
    ----------
    theta, grad : array
        The parameters and the gradient of the loss for them.
    velocity : array
        The sum of earlier gradients, each weighted `momentum` times the next; zeros at first.
    learning_rate : float, default 0.01
        The size of a step.
    momentum : float, default 0.9
        The share of the velocity that a step keeps.

    Returns
    -------
    theta, velocity : array
        Their new values.

    Shapes
    ------
    - theta, grad, velocity: any one shape

    References
    ----------
    Polyak 1964, *Some methods of speeding up the convergence of iteration methods*.

    Examples
    --------
    Two steps down the slope of θ², whose gradient is 2θ:

    >>> import numpy as np
    >>> from glassnet.nn.plain import sgd
    >>> theta, velocity = np.array([1.0]), np.array([0.0])
    >>> for _ in range(2):
    ...     theta, velocity = sgd(theta, 2 * theta, velocity, learning_rate=0.1)
    ...     print(theta)
    [0.8]
    [0.46]
    """
    velocity = momentum * velocity + grad
    return theta - learning_rate * velocity, velocity


def lion(
    theta: Array,
    grad: Array,
    mean: Array,
    learning_rate: float = 1e-4,
    beta1: float = 0.9,
    beta2: float = 0.99,
) -> tuple[Array, Array]:
    """Take one step of Lion: equally long for all parameters.

    Parameters
    ----------
    theta, grad : array
        The parameters and the gradient of the loss for them.
    mean : array
        The running mean of gradients; zeros at first.
    learning_rate : float, default 0.0001
        The size of a step.
    beta1, beta2 : float, default 0.9 and 0.99
        The share of the running mean in the direction of a step, and the share that it keeps.

    Returns
    -------
    theta, mean : array
        Their new values.

    Shapes
    ------
    - theta, grad, mean: any one shape

    References
    ----------
    Chen et al. 2023, *Symbolic discovery of optimization algorithms*, algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import lion
    >>> theta, mean = lion(np.zeros(2), np.array([3.0, -0.1]), np.zeros(2), learning_rate=0.1)
    >>> theta
    array([-0.1,  0.1])
    """
    direction = np.sign(beta1 * mean + (1 - beta1) * grad)
    return theta - learning_rate * direction, beta2 * mean + (1 - beta2) * grad


def adagrad(
    theta: Array,
    grad: Array,
    sum_of_squares: Array,
    learning_rate: float = 0.01,
    epsilon: float = 1e-10,
) -> tuple[Array, Array]:
    """Take one step of Adagrad: divide the gradient by the root of the sum of all its squares.

    Parameters
    ----------
    theta, grad : array
        The parameters and the gradient of the loss for them.
    sum_of_squares : array
        The sum of squared gradients; zeros at first.
    learning_rate : float, default 0.01
        The size of the first step.
    epsilon : float, default 1e-10
        A small number that keeps the division finite.

    Returns
    -------
    theta, sum_of_squares : array
        Their new values.

    Shapes
    ------
    - theta, grad, sum_of_squares: any one shape

    References
    ----------
    Duchi, Hazan & Singer 2011, *Adaptive subgradient methods for online learning and stochastic
    optimization*, figure 1.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import adagrad
    >>> theta, squares = adagrad(np.zeros(2), np.array([3.0, -0.1]), np.zeros(2))
    >>> theta.round(6)
    array([-0.01,  0.01])
    """
    sum_of_squares = sum_of_squares + grad**2
    return theta - learning_rate * grad / (np.sqrt(sum_of_squares) + epsilon), sum_of_squares


def rmsprop(
    theta: Array,
    grad: Array,
    mean_square: Array,
    learning_rate: float = 1e-3,
    rho: float = 0.95,
    epsilon: float = 1e-8,
) -> tuple[Array, Array]:
    """Take one step of RMSprop: divide the gradient by its recent root mean square.

    Parameters
    ----------
    theta, grad : array
        The parameters and the gradient of the loss for them.
    mean_square : array
        The running mean of squared gradients; zeros at first.
    learning_rate : float, default 0.001
        The size of a step.
    rho : float, default 0.95
        The share of the running mean that a step keeps.
    epsilon : float, default 1e-8
        A small number that keeps the division finite.

    Returns
    -------
    theta, mean_square : array
        Their new values.

    Shapes
    ------
    - theta, grad, mean_square: any one shape

    References
    ----------
    Tieleman & Hinton 2012, *Neural networks for machine learning*, lecture 6e.

    Examples
    --------
    The first step is equally long for a small gradient and a large one:

    >>> import numpy as np
    >>> from glassnet.nn.plain import rmsprop
    >>> theta, _ = rmsprop(np.zeros(2), np.array([0.01, 100.0]), np.zeros(2), rho=0.75)
    >>> theta.round(6)
    array([-0.002, -0.002])
    """
    mean_square = rho * mean_square + (1 - rho) * grad**2
    return theta - learning_rate * grad / (np.sqrt(mean_square) + epsilon), mean_square


def adam(
    theta: Array,
    grad: Array,
    mean: Array,
    mean_square: Array,
    step: int,
    learning_rate: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[Array, Array, Array]:
    """Take one step of Adam: RMSprop with momentum.

    Parameters
    ----------
    theta, grad : array
        The parameters and the gradient of the loss for them.
    mean, mean_square : array
        The running means of gradients and of squared gradients; zeros at first.
    step : int
        The number of this step, counted from 1.
    learning_rate : float, default 0.001
        The size of a step.
    beta1, beta2 : float, default 0.9 and 0.999
        The shares of the two running means that a step keeps.
    epsilon : float, default 1e-8
        A small number that keeps the division finite.

    Returns
    -------
    theta, mean, mean_square : array
        Their new values.

    Shapes
    ------
    - theta, grad, mean, mean_square: any one shape

    Notes
    -----
    Both running means start at zero and are too small at first; dividing by 1 - βᵗ corrects this.

    References
    ----------
    Kingma & Ba 2015, *Adam: a method for stochastic optimization*, algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import adam
    >>> theta, mean, mean_square = np.zeros((3, 2))
    >>> theta, mean, mean_square = adam(theta, np.array([3.0, -0.1]), mean, mean_square, step=1)
    >>> theta.round(6)
    array([-0.001,  0.001])
    """
    mean = beta1 * mean + (1 - beta1) * grad
    mean_square = beta2 * mean_square + (1 - beta2) * grad**2
    mean_corrected = mean / (1 - beta1**step)
    mean_square_corrected = mean_square / (1 - beta2**step)
    change = learning_rate * mean_corrected / (np.sqrt(mean_square_corrected) + epsilon)
    return theta - change, mean, mean_square


def nadam(
    theta: Array,
    grad: Array,
    mean: Array,
    mean_square: Array,
    step: int,
    learning_rate: float = 2e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    momentum_decay: float = 4e-3,
) -> tuple[Array, Array, Array]:
    """Take one step of Nadam: Adam with Nesterov's momentum.

    Parameters
    ----------
    theta, grad : array
        The parameters and the gradient of the loss for them.
    mean, mean_square : array
        The running means of gradients and of squared gradients; zeros at first.
    step : int
        The number of this step, counted from 1.
    learning_rate : float, default 0.002
        The size of a step.
    beta1, beta2 : float, default 0.9 and 0.999
        The shares of the two running means that a step keeps.
    epsilon : float, default 1e-8
        A small number that keeps the division finite.
    momentum_decay : float, default 0.004
        How fast the momentum grows from step to step.

    Returns
    -------
    theta, mean, mean_square : array
        Their new values.

    Shapes
    ------
    - theta, grad, mean, mean_square: any one shape

    Notes
    -----
    Where Adam takes the mean up to this step, Nadam takes the one that the next step would have if
    its gradient were the same.

    References
    ----------
    Dozat 2016, *Incorporating Nesterov momentum into Adam*, algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import nadam
    >>> theta, mean, mean_square = np.zeros((3, 2))
    >>> theta, mean, mean_square = nadam(theta, np.array([3.0, -0.1]), mean, mean_square, step=1)
    >>> theta.round(6)
    array([-0.002113,  0.002113])
    """
    momenta = [beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay)) for t in range(1, step + 2)]
    mean = beta1 * mean + (1 - beta1) * grad
    mean_square = beta2 * mean_square + (1 - beta2) * grad**2
    mean_corrected = momenta[-1] * mean / (1 - np.prod(momenta))
    mean_corrected += (1 - momenta[-2]) * grad / (1 - np.prod(momenta[:-1]))
    mean_square_corrected = mean_square / (1 - beta2**step)
    change = learning_rate * mean_corrected / (np.sqrt(mean_square_corrected) + epsilon)
    return theta - change, mean, mean_square
