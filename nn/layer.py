"""The contract of every layer, and the one flat vector that holds a network's parameters.

A network is a `Layer` made of `Layer`s. Each layer *declares* its parameters; `initialize` then
lays all parameters of the network end to end in one vector `theta`, and all gradients in a second
vector `grad`, in the same order. `self.W` and `self.dW` of a layer are views into these:

    theta  [ lstm1.Wx ............ | lstm1.Wh ............ | lstm1.b | dense.W ... | dense.b ]
    grad   [ lstm1.dWx ........... | lstm1.dWh ........... | lstm1.db| dense.dW .. | dense.db]

So an optimizer is a few vector operations, clipping by the global norm is one norm, sharing
weights with other processes is sharing one buffer, and a checkpoint is a few arrays.

The rules that every layer follows:

* `forward(x, train=False)` returns y; `backward(dy)` returns dx and *adds* to the gradients.
* `backward` leaves what `forward` cached intact: calling it twice doubles the gradients.
* Inputs are never written to. What `forward` and `backward` return is read-only, as it may be what
  a layer was given or will need again, and valid until the next `forward`; `layer(x)` returns an
  array of the caller's own.
* dy has the shape of the last output and is of floats; anything else is refused.
* Setting a layer as an attribute, `self.dense = Dense(3, 2)`, puts it inside this one. The layers
  of a list are put inside with `add`. Each layer is used once, and stays where it is.
* A layer's parameters lie in the vectors of one network. `initialize` and `bind` of a layer inside
  an initialized network would take them out, and are refused.
* Setting a parameter, a gradient or a vector copies the values into its place, if they have its
  shape: `layer.W = W`, `network.theta = theta`, `network.parameters["dense.W"] = W`.
* `copy.deepcopy(network)` is a network with vectors of its own. `copy.copy(network)` has the same
  vectors and source of randomness, so that both train the same parameters, and copies of all else.
* The data type follows the parameters: float32 to train, float64 to check gradients.
* What a layer measures of its inputs, such as the running mean of batch normalization, is declared
  with `declare_statistic`. It has no gradient and is kept beside the parameters.
* The first axis of x is the batch, except for sequences, which are time-major: (T, N, D).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Self, TypeVar

import numpy as np

from glassnet.nn.batch_shard import BatchShard
from glassnet.nn.contract.arguments import WithArguments
from glassnet.nn.contract.layers import Layers
from glassnet.nn.contract.messages import (
    require_floats,
    require_generator,
    require_layer,
    require_uninitialized,
)
from glassnet.nn.contract.named.state import WithState
from glassnet.nn.contract.named.statistics import WithStatistics
from glassnet.nn.contract.outputs import with_checked_gradient, with_read_only_output
from glassnet.nn.contract.summary import table
from glassnet.nn.contract.vectors import WithVectors
from glassnet.nn.types import Array

__all__ = ["NO_GRADIENT", "Layer"]

AnyLayer = TypeVar("AnyLayer", bound="Layer")

NO_GRADIENT: Array = np.empty(0)
NO_GRADIENT.flags.writeable = False
"""What `backward` returns if there is no gradient for the input: either it is integer ids, or
`skip_input_gradient` was called."""


class Layer(WithVectors, WithState, WithStatistics, WithArguments):
    """Base of all layers and networks; the top of `nn/layer.py` has the contract.

    A layer of your own declares its parameters in ``__init__`` and defines `forward` and
    `backward`. A recurrent layer also names its state in `state_names`, starts from `carried`,
    sets `dcarried` in `backward`, and defines `carry`.

    Attributes
    ----------
    theta, grad : array
        Flat vectors of all parameters and gradients of this layer and the layers inside it. Set
        by `initialize` or `bind`.
    layers : dict of str to Layer
        The layers inside this one, by name.
    state_names : tuple of str
        The names of the state that a recurrent layer carries.
    carried : dict of str to array
        The state a recurrent layer starts its next `forward` from, by name; empty means zeros.
        Read and set it through `state` for a whole network.
    dcarried : dict of str to array
        After `backward`, the gradient for that starting state, by the same names.
    batch_shard : BatchShard or None
        The rows of a batch that this worker holds, and the source of random numbers.
    auxiliary_loss : float
        What this layer alone adds to the loss, such as an activity penalty. Set by `forward`;
        `backward` adds its gradient. `total_auxiliary_loss` sums it over a network.
    requires_input_gradient : bool
        False lets `backward` return `NO_GRADIENT`; see `skip_input_gradient`.

    Examples
    --------
    A layer that multiplies each column by a learned factor:

    >>> import numpy as np
    >>> from glassnet.nn import Layer
    >>> from glassnet.nn.gradcheck import check_layer
    >>> from glassnet.nn.initializers import constant
    >>> class Scale(Layer):
    ...     def __init__(self, size):
    ...         super().__init__()
    ...         self.declare("w", (size,), constant(1.0))  # makes self.w and its gradient self.dw
    ...     def forward(self, x, train=False):
    ...         self._x = x
    ...         return x * self.w
    ...     def backward(self, dy):
    ...         self.dw += (dy * self._x).sum(axis=0)
    ...         return dy * self.w
    >>> check_layer(Scale(3), np.ones((2, 3))).error < 1e-12  # its gradients are right
    True
    >>> Scale(3).initialize(np.random.default_rng(0)).parameters
    {'w': array([1., 1., 1.], dtype=float32)}
    """

    def __init_subclass__(cls, **keywords: object) -> None:
        super().__init_subclass__(**keywords)
        if "forward" in vars(cls):
            cls.forward = with_read_only_output(cls.forward)  # type: ignore[method-assign]
        if "backward" in vars(cls):
            cls.backward = with_checked_gradient(cls.backward)  # type: ignore[method-assign]

    def __init__(self) -> None:
        super().__init__()
        self.layers: Layers[Layer] = Layers()
        self.batch_shard: BatchShard | None = None
        self.requires_input_gradient = True
        self.auxiliary_loss = 0.0

    def forward(self, x: Array, train: bool = False) -> Array:
        """Compute the output.

        Parameters
        ----------
        x : array
            The input. It is not written to.
        train : bool, default False
            Act as in training: dropout drops, noise is added.

        Returns
        -------
        array
            The output y, read-only and valid until the next `forward`.
        """
        raise NotImplementedError

    def backward(self, dy: Array) -> Array:
        """Add to the gradients of the parameters and return the gradient for the input.

        Parameters
        ----------
        dy : array
            The gradient of the loss for the output of the last `forward`. It is not written to.

        Returns
        -------
        array
            The gradient for x, read-only, or `NO_GRADIENT`.

        Raises
        ------
        ValueError
            If dy has another shape than that output.
        TypeError
            If dy is not an array of floats.
        """
        raise NotImplementedError

    def __call__(self, x: Array) -> Array:
        """Return the output with `train=False`, as a new array.

        Parameters
        ----------
        x : array
            The input, or a list of numbers.

        Returns
        -------
        array
            A copy of what `forward` returns.
        """
        return np.array(self.forward(np.asarray(x)))

    def zero_grad(self) -> None:
        """Set all gradients to zero, as before the first `backward` of a step."""
        self.grad[...] = 0

    def skip_input_gradient(self) -> None:
        """Don't compute the gradient for the input: training a whole network doesn't need it."""
        self.requires_input_gradient = False

    # -- building ---------------------------------------------------------------------------

    def add(self, name: str, layer: AnyLayer) -> AnyLayer:
        """Put a layer inside this one, as setting an attribute of that name to it does.

        Parameters
        ----------
        name : str
            The name of the layer: the first part of its parameters' dotted names.
        layer : Layer
            The layer.

        Returns
        -------
        Layer
            The same layer.

        Raises
        ------
        ValueError
            If the name is empty, contains a dot or is taken, or if the layer is already inside.
        TypeError
            If it is no layer.
        RuntimeError
            If this layer is initialized already.
        """
        require_uninitialized(self, name)
        require_layer(type(self).__name__, name, layer)
        if name in self.layers:
            raise ValueError(f"a layer named {name!r} is already there")
        if not name or "." in name:
            raise ValueError(f"a layer's name must not be empty or contain a dot: {name!r}")
        added = {id(part) for _, part in layer.walk()}
        for prefix, part in self.walk():
            if id(part) in added:
                raise ValueError(
                    f"layer {name!r}, or one inside it, is already there as "
                    f"{prefix[:-1] or type(self).__name__!r}: a layer can be used once"
                )
        self.layers._add(name, layer)
        return layer

    def _set_layer(self, name: str, layer: Layer) -> None:
        """Add a layer that is to be the attribute `name`, or name one that was added."""
        inside = any(part is layer for _, part in self.walk())
        named = any(value is layer for value in vars(self).values())
        if not inside or named or self.layers.get(name, layer) is not layer:
            self.add(name, layer)

    def _require_inside(self, name: str, items: Collection[object]) -> None:
        """Raise a TypeError if the attribute `name` holds a layer that is not inside."""
        values = items.values() if isinstance(items, dict) else items
        layers = {id(item) for item in values if isinstance(item, Layer)}
        if layers and layers - {id(part) for _, part in self.walk()}:
            raise TypeError(
                f"{type(self).__name__}.{name} holds layers that are not inside: "
                "put each of them inside with self.add(name, layer)"
            )

    def initialize(
        self, generator: np.random.Generator, dtype: np.typing.DTypeLike = np.float32
    ) -> Self:
        """Allocate the parameters and draw their first values.

        Parameters that are there in the same data type keep their place and get new values. So do
        those of layers that were initialized before they were put inside: set them afterwards.

        Parameters
        ----------
        generator : numpy.random.Generator
            The source of randomness, also for dropout and noise later on.
        dtype : data type, default float32
            The type of parameters and gradients; float64 for gradient checks.

        Returns
        -------
        Layer
            The layer itself.

        Raises
        ------
        TypeError
            If it is given something else than a generator, or a data type that is not of floats.
        RuntimeError
            If this layer, or one inside it, has its parameters in the vectors of another network.
        """
        require_generator("initialize", generator)
        require_floats(dtype)
        size = self.parameter_count
        if hasattr(self, "theta") and self.theta.dtype == dtype:
            self.zero_grad()
        else:
            # [:], as NumPy's `resize` would cut the views from an array that owns its memory.
            self.bind(np.zeros(size, dtype)[:], np.zeros(size, dtype)[:])
        for _, layer in self.walk():
            for name, (shape, initializer) in layer._declared.items():
                getattr(layer, name)[...] = initializer(generator, shape)
            layer._reset_statistics()
        self.set_generator(generator)
        return self

    def set_batch_shard(self, shard: BatchShard) -> None:
        """Set `batch_shard` of this layer and all layers inside it.

        Parameters
        ----------
        shard : BatchShard
            The rows of a batch that this worker holds, and the source of random numbers.
        """
        self.batch_shard = shard
        for layer in self.layers.values():
            layer.set_batch_shard(shard)

    def randomness(self) -> BatchShard:
        """Return `batch_shard`, for a layer that draws random numbers.

        Raises
        ------
        RuntimeError
            If it is not set.
        """
        if self.batch_shard is None:
            raise RuntimeError(
                f"{type(self).__name__} needs random numbers: call initialize, or, to keep the "
                "parameters, network.set_generator(np.random.default_rng(0))"
            )
        return self.batch_shard

    def set_generator(self, generator: np.random.Generator) -> None:
        """Draw the random numbers of dropout and noise from this generator.

        `initialize` does it too. A network from a file needs it to train on: `initialize` would
        replace its parameters.

        Parameters
        ----------
        generator : numpy.random.Generator
            The source of randomness, such as ``np.random.default_rng(0)``.
        """
        require_generator("set_generator", generator)
        self.set_batch_shard(BatchShard(generator))

    # -- looking in -------------------------------------------------------------------------

    def walk(self, prefix: str = "") -> Iterator[tuple[str, Layer]]:
        """Yield this layer and all layers inside it, each with its dotted prefix.

        Parameters
        ----------
        prefix : str, default ""
            The prefix of this layer.

        Yields
        ------
        prefix : str
            The prefix of the names of a layer's parameters, such as ``"lstm1."``.
        layer : Layer
            The layer.
        """
        yield prefix, self
        for name, layer in self.layers.items():
            yield from layer.walk(f"{prefix}{name}.")

    def summary(self, x: Array | None = None) -> str:
        """Return a table of this layer and all layers inside it, to print.

        Parameters
        ----------
        x : array, optional
            An input. With it, `forward` is called, and the table shows the shapes of the outputs.

        Returns
        -------
        str
            A line for each layer: its name and class, the shape of its output, and the number of
            parameters in it and the layers inside it.
        """
        return table(self, x)

    def total_auxiliary_loss(self) -> float:
        """Return the sum of `auxiliary_loss` over this layer and all layers inside it."""
        return sum(layer.auxiliary_loss for _, layer in self.walk())
