"""Three optimizers. The fast ones are `glassnet.nn.SGD`, `RMSprop` and `Adam`.

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
