"""What training and sampling use of a network that predicts the next character."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Protocol, Self

from glassnet.models.vocabulary import Vocabulary
from glassnet.nn import Array, Sequential


class CharacterCell(Protocol):
    """A character network that reads one character at a time, as sampling does.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterCell, CharacterLSTM, Vocabulary
    >>> network = CharacterLSTM(Vocabulary("ab"), units=4).initialize(np.random.default_rng(1))
    >>> cell: CharacterCell = network.cell(rows=3)
    >>> cell.step(np.array([0, 1, 1])).shape  # a logit for each character of each text
    (3, 2)
    """

    def start(self, state: Mapping[str, Array]) -> None:
        """Go on from a state that the network carries, (1, H) for all rows or (N, H)."""

    def clamp(self, layer: int, units: Array, values: Array, rows: Array) -> None:
        """Clamp the hidden state of some units from now on; layers count from 1."""

    def step(self, ids: Array) -> Array:
        """Read one character for each row, ids (N,), and return logits (N, characters)."""


class CharacterNetwork(Sequential, ABC):
    """Base of networks that read characters and predict the next one.

    Parameters
    ----------
    vocabulary : Vocabulary
        The characters that the network reads and writes.

    Shapes
    ------
    - ids: (T, N)
    - logits: (T, N, characters)

    Attributes
    ----------
    kind : str
        Name of the class in checkpoints.
    hidden_sizes : list[int]
        Units of each recurrent layer, whose hidden state can be shown and clamped.

    Examples
    --------
    >>> from glassnet.models import CharacterLSTM, CharacterNetwork, Vocabulary
    >>> network = CharacterLSTM(Vocabulary("ab"), layers=2, units=4)
    >>> isinstance(network, CharacterNetwork), network.hidden_sizes
    (True, [4, 4])
    """

    kind: str

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.vocabulary = vocabulary

    @property
    @abstractmethod
    def configuration(self) -> Mapping[str, object]:
        """The arguments that build this network again; the vocabulary as one string."""

    @classmethod
    @abstractmethod
    def from_configuration(cls, configuration: Mapping[str, object]) -> Self:
        """Build the network that a `configuration` describes, not yet initialized."""

    @property
    @abstractmethod
    def hidden_sizes(self) -> list[int]:
        """Units of each recurrent layer, from the first."""

    @abstractmethod
    def cell(self, rows: int = 1) -> CharacterCell:
        """Return this network one character at a time for `rows` texts, from a zero state."""
