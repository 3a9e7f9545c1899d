"""The contract of every layer, and the one flat vector that holds a network's parameters.

A network is a `Layer` made of `Layer`s. Each layer *declares* its parameters; `initialize` then
lays all parameters of the network end to end in one vector `theta`, and all gradients in a second
vector `grad` of the same order. What a layer sees as `self.W` and `self.dW` are views into these:

    theta  [ lstm1.Wx ............ | lstm1.Wh ............ | lstm1.b | dense.W ... | dense.b ]
    grad   [ lstm1.dWx ........... | lstm1.dWh ........... | lstm1.db| dense.dW .. | dense.db]

So an optimizer is a few vector operations, clipping by the global norm is one norm, sharing
weights with other processes is sharing one buffer, and a checkpoint is a few arrays.

The rules that every layer follows:

* `forward(x, train=False)` returns y; `backward(dy)` returns dx and *adds* to the gradients.
* `backward` leaves what `forward` cached intact: calling it twice doubles the gradients.
* Inputs are never written to. What `forward` returns is valid until the next `forward`.
* The data type follows the parameters: float32 to train, float64 to check gradients.
* The first axis of x is the batch, except for sequences, which are time-major: (T, N, D).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Self, TypeVar

import numpy as np

from glassnet.nn.batch_shard import BatchShard
from glassnet.nn.initializers import Initializer
from glassnet.nn.types import Array

AnyLayer = TypeVar("AnyLayer", bound="Layer")

NO_GRADIENT: Array = np.empty(0)
"""What `backward` returns where there is no gradient for the input (integer ids, or not wanted)."""


class Layer:
    """Base of all layers and networks; see the top of this file for the contract.

    Attributes
    ----------
    theta, grad : flat vectors of all parameters and gradients of this layer and those inside it,
        set by `initialize` or `bind`.
    state_names : of the class; the names of what a recurrent layer carries.
    carried : the state a recurrent layer starts its next `forward` from, by name, each (N, H);
        empty means zeros. Read and set through `state` for a whole network.
    dcarried : after `backward`, the gradient for that starting state, by the same names.
    batch_shard : which rows of a batch this process holds, and the randomness for them.
    auxiliary_loss : what this layer alone adds to the loss (an activity penalty, say), set by
        `forward`; its `backward` adds the gradient. `total_auxiliary_loss` sums a network's.
    requires_input_gradient : False lets `backward` return `NO_GRADIENT`; see `skip_input_gradient`.
    """

    theta: Array
    grad: Array
    state_names: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.layers: dict[str, Layer] = {}
        self.carried: dict[str, Array] = {}
        self.dcarried: dict[str, Array] = {}
        self.batch_shard: BatchShard | None = None
        self.requires_input_gradient = True
        self.auxiliary_loss = 0.0
        self._declared: dict[str, tuple[tuple[int, ...], Initializer]] = {}

    def forward(self, x: Array, train: bool = False) -> Array:
        """Return the layer's output for x; with `train` also act as in training (dropout)."""
        raise NotImplementedError

    def backward(self, dy: Array) -> Array:
        """Add to the gradients and return dx, given dy, the loss's gradient for the output."""
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set all gradients to zero, as before the first `backward` of a step."""
        self.grad[...] = 0

    def skip_input_gradient(self) -> None:
        """Save the work for a gradient that nobody asks for: that of a whole network's input."""
        self.requires_input_gradient = False

    # -- building ---------------------------------------------------------------------------

    def add(self, name: str, layer: AnyLayer) -> AnyLayer:
        """Make `layer` a part of this one, under `name`, and return it.

        Raises
        ------
        ValueError : for a name that is empty, holds a dot or is taken, or a layer that is a part
            already.
        """
        if name in self.layers:
            raise ValueError(f"a layer named {name!r} is already there")
        if not name or "." in name:
            raise ValueError(f"a layer's name must not be empty or hold a dot, as {name!r} does")
        there = {id(part) for _, part in self.walk()}
        if any(id(part) in there for _, part in layer.walk()):
            raise ValueError(
                f"the layer to be named {name!r}, or one inside it, is already there under "
                "another name"
            )
        self.layers[name] = layer
        return layer

    def declare(self, name: str, shape: tuple[int, ...], initializer: Initializer) -> None:
        """Declare a parameter: `self.<name>` and its gradient `self.d<name>` will be views.

        Raises
        ------
        ValueError : if one of these two is an attribute already, or will be.
        """
        if name in self._declared:
            raise ValueError(f"a parameter named {name!r} is already there")
        taken = {"theta", "grad", *self._declared, *(f"d{other}" for other in self._declared)}
        for attribute in (name, f"d{name}"):
            if attribute in taken or hasattr(self, attribute):
                raise ValueError(
                    f"a parameter can't be named {name!r}: the layer has another {attribute!r}"
                )
        self._declared[name] = (shape, initializer)

    def initialize(self, generator: np.random.Generator, dtype: Any = np.float32) -> Self:
        """Allocate the parameters, draw their first values, and return the network itself."""
        size = self.parameter_count
        self.bind(np.zeros(size, dtype), np.zeros(size, dtype))
        for layer, name, shape, initializer in self._walk_parameters():
            getattr(layer, name)[...] = initializer(generator, shape)
        self.set_batch_shard(BatchShard(generator))
        return self

    def bind(self, theta: Array, grad: Array) -> None:
        """Use these two vectors (in shared memory, say) for the parameters and gradients.

        Raises
        ------
        ValueError : if they are not flat vectors with an element for each parameter.
        """
        size = self.parameter_count
        if theta.shape != (size,) or grad.shape != (size,):
            raise ValueError(
                f"the network has {size} parameters, but theta is of shape {theta.shape} "
                f"and grad of shape {grad.shape}"
            )
        offset = 0
        for name, (shape, _) in self._declared.items():
            end = offset + math.prod(shape)
            setattr(self, name, theta[offset:end].reshape(shape))
            setattr(self, "d" + name, grad[offset:end].reshape(shape))
            offset = end
        for layer in self.layers.values():
            end = offset + layer.parameter_count
            layer.bind(theta[offset:end], grad[offset:end])
            offset = end
        self.theta, self.grad = theta, grad

    def set_batch_shard(self, shard: BatchShard) -> None:
        """Tell every layer which rows of the batch it sees and where its randomness comes from."""
        self.batch_shard = shard
        for layer in self.layers.values():
            layer.set_batch_shard(shard)

    def randomness(self) -> BatchShard:
        """Return `batch_shard`, for a layer that cannot do without.

        Raises
        ------
        RuntimeError : if there is none.
        """
        if self.batch_shard is None:
            raise RuntimeError(
                f"{type(self).__name__} has no randomness: call initialize or set_batch_shard"
            )
        return self.batch_shard

    @property
    def parameter_count(self) -> int:
        """The number of parameters, known before `initialize`."""
        return sum(math.prod(shape) for _, _, shape, _ in self._walk_parameters())

    # -- looking in -------------------------------------------------------------------------

    @property
    def parameters(self) -> dict[str, Array]:
        """Views of all parameters by dotted name, such as `lstm1.Wh`, in the order of `theta`."""
        return {
            prefix + name: getattr(layer, name)
            for prefix, layer in self.walk()
            for name in layer._declared
        }

    @property
    def gradients(self) -> dict[str, Array]:
        """Views of all gradients by the names of their parameters, in the order of `grad`."""
        return {
            prefix + name: getattr(layer, "d" + name)
            for prefix, layer in self.walk()
            for name in layer._declared
        }

    def walk(self, prefix: str = "") -> Iterator[tuple[str, Layer]]:
        """Yield this layer and all layers inside it, each with its dotted prefix (`lstm1.`)."""
        yield prefix, self
        for name, layer in self.layers.items():
            yield from layer.walk(f"{prefix}{name}.")

    def total_auxiliary_loss(self) -> float:
        """Return what the last `forward` of all layers adds to the loss."""
        return sum(layer.auxiliary_loss for _, layer in self.walk())

    def _walk_parameters(self) -> Iterator[tuple[Layer, str, tuple[int, ...], Initializer]]:
        for _, layer in self.walk():
            for name, (shape, initializer) in layer._declared.items():
                yield layer, name, shape, initializer

    # -- carried state ----------------------------------------------------------------------

    @property
    def state(self) -> dict[str, Array]:
        """The carried state of all recurrent layers by dotted name, such as `lstm1.h`.

        Raises
        ------
        ValueError : when set to a name that no layer has.
        """
        return {
            prefix + name: value
            for prefix, layer in self.walk()
            for name, value in layer.carried.items()
        }

    @state.setter
    def state(self, values: Mapping[str, Array]) -> None:
        known = {prefix + name for prefix, layer in self.walk() for name in layer.state_names}
        for name in values:
            if name not in known:
                there = ", ".join(sorted(known)) or "none"
                raise ValueError(f"the network has no state {name!r}; it has {there}")
        for prefix, layer in self.walk():
            layer.carried = {
                name: np.array(values[prefix + name])
                for name in layer.state_names
                if prefix + name in values
            }

    @property
    def dstate(self) -> dict[str, Array]:
        """After `backward`: the gradient for the state that `forward` started from."""
        return {
            prefix + name: value
            for prefix, layer in self.walk()
            for name, value in layer.dcarried.items()
        }

    def carry(self, steps: int | None = None) -> None:
        """Start the next `forward` from the state reached after `steps` of the last one's steps.

        None means all of them. Layers without state do nothing.
        """
        for layer in self.layers.values():
            layer.carry(steps)

    def reset_state(self) -> None:
        """Start the next `forward` from zeros."""
        self.state = {}
