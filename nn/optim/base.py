"""What all optimizers share: the state, weight decay, and the loop over blocks of the vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from glassnet.nn.types import Array

__all__ = ["Optimizer", "ParameterGroup"]

# Elements updated at a time: a block of every vector involved stays in the processor's cache.
BLOCK = 32768


class ParameterGroup(NamedTuple):
    """A part of the parameters that have one learning rate; see `parameter_groups`.

    Attributes
    ----------
    start, stop : int
        Where the part begins and ends in the vector θ that a step updates.
    factor : float
        What the optimizer's learning rate is multiplied by.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import SGD
    >>> from glassnet.nn.optim.base import ParameterGroup
    >>> optimizer = SGD(learning_rate=0.1)
    >>> optimizer.groups = [ParameterGroup(0, 2, 1.0), ParameterGroup(3, 4, 0.5)]
    >>> theta = np.zeros(4)
    >>> optimizer.step(theta, np.ones(4))
    >>> theta
    array([-0.1 , -0.1 ,  0.  , -0.05])
    """

    start: int
    stop: int
    factor: float


class Optimizer:
    """Base of all optimizers: weight decay, the state, and the loop over the vectors.

    Parameters
    ----------
    learning_rate : float
        The size of a step. It may be set anew before each step.
    weight_decay : float, default 0.0
        Every step first shrinks θ by the factor 1 - learning_rate · weight_decay.

    Raises
    ------
    ValueError
        If an option is out of range.

    Attributes
    ----------
    steps : int
        The number of steps taken. A checkpoint saves and restores it along with `state`; training
        then goes on exactly as if it had not been interrupted.
    groups : sequence of ParameterGroup or None
        The parts of θ that a step changes, and the factors of their learning rates; parameters in
        no group, and their state, stay as they are. None, the default, is all of θ with factor 1.

    Notes
    -----
    The decay is separate from the gradient, as in AdamW, and multiplied by the learning rate, as
    in PyTorch's `AdamW`. So `SGD(weight_decay=...)` differs from PyTorch's once there is momentum.

    References
    ----------
    Loshchilov & Hutter 2019, *Decoupled weight decay regularization*, algorithm 2.

    Examples
    --------
    An optimizer of your own updates one block of the vectors at a time, in place:

    >>> import numpy as np
    >>> from glassnet.nn import Optimizer
    >>> class SignDescent(Optimizer):
    ...     def _update(self, theta, g, *scratch):
    ...         theta -= self.learning_rate * np.sign(g)
    >>> theta = np.array([1.0, -2.0])
    >>> SignDescent(learning_rate=0.1).step(theta, 2 * theta)
    >>> theta
    array([ 0.9, -1.9])
    """

    def __init__(self, learning_rate: float, weight_decay: float = 0.0) -> None:
        require("learning_rate", learning_rate, learning_rate >= 0, "at least 0")
        require("weight_decay", weight_decay, weight_decay >= 0, "at least 0")
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.steps = 0
        self.groups: Sequence[ParameterGroup] | None = None
        self._state_names: tuple[str, ...] = ()
        self._state: dict[str, Array] = {}
        self._scratch = np.empty((2, BLOCK), np.float32)

    @property
    def state(self) -> dict[str, Array]:
        """What the optimizer remembers of earlier gradients: vectors of theta's length, by name.

        Empty before the first step. Reading gives the vectors in use; setting copies.

        Raises
        ------
        ValueError
            If it is set to vectors of other names than this optimizer keeps.
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
        """Update the parameters in place by one step against the gradient.

        Parameters
        ----------
        theta : array
            The flat vector of all parameters, or a slice of it.
        grad : array
            Their gradients, of the same data type. It is not written to.

        Raises
        ------
        ValueError
            If the lengths or data types of theta, grad and the state differ, or a group reaches
            beyond theta.

        Shapes
        ------
        - theta, grad: (n,)
        """
        state = self._state or {name: np.zeros_like(theta) for name in self._state_names}
        for name, vector in {"grad": grad, **state}.items():
            if vector.shape != theta.shape or vector.dtype != theta.dtype:
                raise ValueError(
                    f"{name} is {vector.dtype} of shape {vector.shape}, "
                    f"but theta is {theta.dtype} of shape {theta.shape}"
                )
        for group in self.groups or ():
            if not 0 <= group.start <= group.stop <= theta.size:
                raise ValueError(f"{group} is not inside theta of shape {theta.shape}")
        if self._scratch.dtype != theta.dtype:
            self._scratch = np.empty((2, BLOCK), theta.dtype)
        self._state = state
        # With a NumPy scalar of float64 all products would be taken in float64, and slowly.
        self.learning_rate = float(self.learning_rate)
        self.steps += 1
        groups = [ParameterGroup(0, theta.size, 1.0)] if self.groups is None else self.groups
        rate = self.learning_rate
        try:
            for group in groups:
                self.learning_rate = rate * group.factor
                for start in range(group.start, group.stop, BLOCK):
                    self._update_block(theta, grad, slice(start, min(start + BLOCK, group.stop)))
        finally:
            self.learning_rate = rate

    def _update_block(self, theta: Array, grad: Array, block: slice) -> None:
        """Let the weights of a block decay, and update them."""
        if self.weight_decay:
            theta[block] *= 1 - self.learning_rate * self.weight_decay
        vectors = [vector[block] for vector in self._state.values()]
        scratch = self._scratch[:, : block.stop - block.start]
        self._update(theta[block], grad[block], *vectors, *scratch)

    def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
        """Update one block of θ in place; `vectors` are blocks of the state and two of scratch."""
        raise NotImplementedError


def require(name: str, value: float, holds: bool, wanted: str) -> None:
    """Raise a ValueError about an option if a condition does not hold."""
    if not holds:
        raise ValueError(f"{name} must be {wanted}, not {value}")


def update_mean(mean: Array, kept: float, new: Array, scratch: Array) -> None:
    """Update a running mean in place: mean = kept · mean + (1 - kept) · new."""
    mean *= kept
    mean += np.multiply(new, 1 - kept, out=scratch)


def _listed(names: Mapping[str, Array] | tuple[str, ...]) -> str:
    """Join names for an error message."""
    return ", ".join(names) or "nothing"
