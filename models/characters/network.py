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
        """Go on from a state that the network carries.

        Parameters
        ----------
        state : Mapping[str, Array]
            What `network.state` returned, with one row for all texts or one for each.
        """

    def clamp(self, layer: int, units: Array, values: Array, rows: Array) -> None:
        """Keep the hidden state of some units at given values from now on.

        Parameters
        ----------
        layer : int
            Number of the recurrent layer, from 1.
        units, values, rows : Array
            One of each for every clamped unit, (clamped,).
        """

    def step(self, ids: Array) -> Array:
        """Read one character for each row.

        Parameters
        ----------
        ids : Array
            (N,) integers.

        Returns
        -------
        Array
            Logits (N, characters) of the next character.
        """


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
    context : int or None
        The most characters that the network reads at once; None if it carries a state along and
        reads texts of any length.

    Examples
    --------
    >>> from glassnet.models import CharacterLSTM, CharacterNetwork, Vocabulary
    >>> network = CharacterLSTM(Vocabulary("ab"), layers=2, units=4)
    >>> isinstance(network, CharacterNetwork), network.hidden_sizes
    (True, [4, 4])
    """

    kind: str
    context: int | None = None

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.vocabulary = vocabulary

    @property
    @abstractmethod
    def configuration(self) -> Mapping[str, object]:
        """Return the arguments that build this network again; the vocabulary as one string."""

    @classmethod
    @abstractmethod
    def from_configuration(cls, configuration: Mapping[str, object]) -> Self:
        """Build the network that a `configuration` describes, not yet initialized.

        Parameters
        ----------
        configuration : Mapping[str, object]
            What `configuration` of a network returned.

        Returns
        -------
        Self
            The network.
        """

    @property
    @abstractmethod
    def hidden_sizes(self) -> list[int]:
        """Return the number of units of each recurrent layer, from the first."""

    @abstractmethod
    def cell(self, rows: int = 1) -> CharacterCell:
        """Return a cell that reads one character at a time, from a zero state.

        Parameters
        ----------
        rows : int, default 1
            N, the number of texts side by side.

        Returns
        -------
        CharacterCell
            It has a copy of the weights.
        """
