"""What the rest of glassnet uses of a network, whatever is inside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, Self

import numpy as np

from glassnet.nn import Array, BatchShard, Layer


class Network(Protocol):
    """A layer that can be described in a few values and built again from them.

    Training, checkpoints, sampling and views use nothing else of a network. A class satisfies this
    protocol if it derives from `Layer` (or `Sequential`) and adds the first three members;
    it needs no other base class. `glassnet.models.kinds` lists the classes that checkpoints hold.

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
        """Build the network that a `configuration` describes, not yet initialized."""

    @property
    def parameters(self) -> dict[str, Array]: ...

    @property
    def parameter_count(self) -> int: ...

    def initialize(
        self, generator: np.random.Generator, dtype: np.typing.DTypeLike = np.float32
    ) -> Self:
        """Allocate the parameters and draw their first values."""

    def bind(self, theta: Array, grad: Array) -> None:
        """Use these two vectors for the parameters and gradients."""

    def walk(self, prefix: str = "") -> Iterator[tuple[str, Layer]]:
        """Yield the network and all layers inside it, each with its dotted prefix."""

    def set_batch_shard(self, share: BatchShard) -> None:
        """Tell every layer which rows of the batch it sees."""

    def skip_input_gradient(self) -> None:
        """Save the work for the gradient of the network's input."""

    def forward(self, x: Array, train: bool = False) -> Array:
        """Return the network's output for x."""

    def backward(self, dy: Array) -> Array:
        """Add to the gradients, given the loss's gradient for the output."""
