"""The protocol of networks: what training, checkpoints, sampling and views use of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, Self, runtime_checkable

import numpy as np

from glassnet.nn import Array, BatchShard, Layer


@runtime_checkable
class Network(Protocol):
    """A layer that can be described in a few values and built again from them.

    Training, checkpoints, sampling and views use nothing else of a network. Every `Layer` satisfies
    this protocol: its `kind` is the name of its class, and its `configuration` the arguments that
    it was made with, unless the class defines them itself. `glassnet.models.register` makes a class
    of your own known to files.

    Attributes
    ----------
    kind : str
        Name of the class in checkpoints, such as "character-lstm".
    configuration : Mapping[str, object]
        Arguments that build this network again, as values that JSON can hold.
    theta, grad : Array
        Flat vectors of all parameters and of their gradients; see `Layer`.
    parameters : dict[str, Array]
        Views of the parameters by dotted name.
    parameter_shapes : dict[str, tuple[int, ...]]
        Shapes of the parameters by dotted name, known before `initialize`.
    arrays : dict[str, Array]
        Views of the parameters and of statistics, such as a running mean, by dotted name.
    array_shapes : dict[str, tuple[int, ...]]
        Their shapes, known before `initialize`.
    parameter_count : int
        Number of parameters, known before `initialize`.

    Examples
    --------
    >>> from glassnet.models import CharacterLSTM, Network, Vocabulary
    >>> network: Network = CharacterLSTM(Vocabulary("abc"), layers=1, units=4)
    >>> network.kind, network.configuration["units"], network.parameter_count
    ('character-lstm', 4, 143)
    >>> type(network).from_configuration(network.configuration).parameter_count
    143
    """

    kind: str
    theta: Array
    grad: Array

    @property
    def configuration(self) -> Mapping[str, object]: ...

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, object]) -> Self:
        """Build the network that a `configuration` describes, not yet initialized.

        Parameters
        ----------
        configuration : Mapping[str, object]
            The `configuration` of a network of this class.

        Returns
        -------
        Self
            The network.
        """

    @property
    def parameters(self) -> dict[str, Array]: ...

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]: ...

    @property
    def arrays(self) -> dict[str, Array]: ...

    @property
    def array_shapes(self) -> dict[str, tuple[int, ...]]: ...

    @property
    def parameter_count(self) -> int: ...

    def initialize(
        self, generator: np.random.Generator, dtype: np.typing.DTypeLike = np.float32
    ) -> Self:
        """Allocate the parameters, draw their first values, and return the network itself.

        Parameters
        ----------
        generator : numpy.random.Generator
            The source of randomness.
        dtype : DTypeLike, default numpy.float32
            Type of the parameters.

        Returns
        -------
        Self
            The network.
        """

    def bind(self, theta: Array, grad: Array) -> None:
        """Use these two vectors for the parameters and gradients.

        Parameters
        ----------
        theta, grad : Array
            Vectors of `parameter_count` numbers.
        """

    def walk(self, prefix: str = "") -> Iterator[tuple[str, Layer]]:
        """Yield the network and all layers inside it, each with its dotted prefix.

        Parameters
        ----------
        prefix : str, default ""
            What all prefixes begin with.

        Yields
        ------
        tuple[str, Layer]
            Such as ("lstm1.", the layer).
        """

    def set_batch_shard(self, shard: BatchShard) -> None:
        """Tell every layer which rows of the batch it sees.

        Parameters
        ----------
        shard : BatchShard
            The rows, and the randomness for them.
        """

    def set_generator(self, generator: np.random.Generator) -> None:
        """Draw the random numbers of dropout and noise from a generator.

        Parameters
        ----------
        generator : numpy.random.Generator
            The source of randomness.
        """

    def skip_input_gradient(self) -> None:
        """Save the work for the gradient of the network's input."""

    def forward(self, x: Array, train: bool = False) -> Array:
        """Return the network's output.

        Parameters
        ----------
        x : Array
            The input.
        train : bool, default False
            Whether to act as in training, with dropout.

        Returns
        -------
        Array
            The output.
        """

    def backward(self, dy: Array) -> Array:
        """Add to the gradients.

        Parameters
        ----------
        dy : Array
            The loss's gradient for the output.

        Returns
        -------
        Array
            The loss's gradient for the input, where there is one.
        """
