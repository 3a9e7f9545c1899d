"""Any network of characters that somebody made of layers, with its vocabulary."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Self, cast

import numpy as np

from glassnet.errors import UserError
from glassnet.models.characters.network import CharacterNetwork
from glassnet.models.structure.registry import register
from glassnet.models.vocabulary import Vocabulary
from glassnet.nn import Array, Bidirectional, Layer
from glassnet.nn.recurrent.base import RecurrentLayer

__all__ = ["OwnCharacterNetwork", "WrappedCell"]


OWN_CHARACTERS = (
    "a network of characters that glassnet.models.save(network, path, vocabulary=...) saved"
)
"""What the commands take, for errors about networks that were saved without a vocabulary."""


@register
class OwnCharacterNetwork(CharacterNetwork):
    """A network made of layers that reads characters and predicts the next one.

    `save(network, path, vocabulary=...)` wraps a network in one of these. So it can be sampled, and
    its recurrent layers, wherever they are in it, can be looked into.

    Parameters
    ----------
    vocabulary : Vocabulary
        The characters whose ids the network reads.
    network : Layer
        The network, such as a `Sequential` that begins with an `Embedding` or a recurrent layer.

    Raises
    ------
    UserError
        If it reads texts backwards as well, and so can't predict.

    Shapes
    ------
    - ids: (T, N)
    - logits: (T, N, characters)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import OwnCharacterNetwork, Vocabulary
    >>> from glassnet.nn import GRU, Dense, Embedding, Sequential
    >>> network = Sequential(Embedding(3, 4), GRU(4, 5), Dense(5, 3))
    >>> characters = OwnCharacterNetwork(Vocabulary("abc"), network)
    >>> characters.hidden_sizes
    [5]
    >>> characters.initialize(np.random.default_rng(1)).cell().step(np.array([0])).shape
    (1, 3)
    """

    kind = "character-network"

    def __init__(self, vocabulary: Vocabulary, network: Layer) -> None:
        super().__init__(vocabulary)
        if any(isinstance(layer, Bidirectional) for _, layer in network.walk()):
            raise UserError("a Bidirectional layer reads what follows, so it can't predict it")
        self.network = network

    @property
    def configuration(self) -> Mapping[str, object]:
        return {"vocabulary": self.vocabulary.characters, "network": self.network}

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, object]) -> Self:
        arguments = cast(dict[str, Any], dict(configuration))
        return cls(Vocabulary(arguments["vocabulary"]), arguments["network"])

    @property
    def hidden_sizes(self) -> list[int]:
        return [layer.units for layer in _recurrent(self)]

    def cell(self, rows: int = 1) -> WrappedCell:
        return WrappedCell(self, rows)

    def require_predictions(self) -> None:
        """Make sure that the network returns a logit for each character.

        Raises
        ------
        UserError
            If it does not take ids of characters, or returns something else.
        """
        ids, size = np.zeros((2, 1), np.int64), len(self.vocabulary)
        state = dict(self.state)
        self.reset_state()
        try:
            shape = self.forward(ids).shape
        except (ValueError, TypeError, IndexError) as error:
            raise UserError(
                f"a network with a vocabulary must read ids of characters (T, N): {error}"
            ) from error
        finally:
            self.state = state
        if shape != (2, 1, size):
            raise UserError(
                f"a network with a vocabulary of {size} characters must return (T, N, {size}), but "
                f"it makes {shape} of (2, 1)"
            )


class WrappedCell:
    """A network read one character at a time, as sampling does; it is copied.

    Parameters
    ----------
    network : OwnCharacterNetwork
        An initialized network.
    rows : int, default 1
        N, the number of texts side by side.

    Shapes
    ------
    - ids: (N,)
    - logits: (N, characters)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import OwnCharacterNetwork, Vocabulary
    >>> from glassnet.nn import LSTM, Dense, Sequential
    >>> network = OwnCharacterNetwork(Vocabulary("ab"), Sequential(LSTM(2, 4), Dense(4, 2)))
    >>> network = network.initialize(np.random.default_rng(1))
    >>> ids = np.array([[0], [1], [1]])  # (T, N): "abb"
    >>> cell = network.cell()
    >>> logits = np.array([cell.step(row) for row in ids])
    >>> np.allclose(logits, network.forward(ids), atol=1e-6)
    True
    """

    def __init__(self, network: OwnCharacterNetwork, rows: int = 1) -> None:
        self._network, self._rows = copy.deepcopy(network), rows
        # By layer: rows, units and values of what is clamped, (clamped,) each.
        self._clamped: dict[int, tuple[Array, Array, Array]] = {}
        self._layers = _recurrent(self._network)
        for number, layer in enumerate(self._layers):
            # Whatever layers it is inside call this instead of the method of its class.
            vars(layer)["forward"] = _Step(self._clamped, number, layer)
        self.start({})

    def start(self, state: Mapping[str, Array]) -> None:
        """Go on from a state of the network.

        Parameters
        ----------
        state : Mapping[str, Array]
            What `network.state` returned, with one row for all texts or one for each. An empty
            one stands for zeros.
        """
        self._network.state = {
            name: np.repeat(values, self._rows // len(values), axis=0)
            for name, values in state.items()
        }
        if not state:
            for layer in self._layers:
                zeros = np.zeros((self._rows, layer.units), layer.Wh.dtype)
                layer.carried = {name: zeros.copy() for name in layer.state_names}

    def clamp(self, layer: int, units: Array, values: Array, rows: Array) -> None:
        """Keep the hidden state of some units at given values from now on, at every step.

        Neither the recurrence nor the layers above see anything else. An LSTM's cell state goes on.

        Parameters
        ----------
        layer : int
            Number of the recurrent layer, from 1.
        units, values, rows : Array
            One of each for every clamped unit, (clamped,). They replace those clamped before.
        """
        self._clamped[layer - 1] = rows, units, values
        self._layers[layer - 1].carried["h"][rows, units] = values

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
        return np.array(self._network.forward(ids[np.newaxis])[0])


class _Step:
    """`forward` of a recurrent layer for a single time step, whose state it keeps."""

    def __init__(
        self, clamped: dict[int, tuple[Array, Array, Array]], number: int, layer: RecurrentLayer
    ) -> None:
        self._clamped, self._number, self._layer = clamped, number, layer
        self._forward = layer.forward  # of the class

    def __call__(self, x: Array, train: bool = False) -> Array:
        y = self._forward(x, train)
        self._layer.carry()
        if self._number in self._clamped:
            rows, units, values = self._clamped[self._number]
            y = y.copy()  # (1, N, units)
            y[0, rows, units] = values
            h = np.array(self._layer.carried["h"])
            h[rows, units] = values
            self._layer.carried["h"] = h
        return y


def _recurrent(network: Layer) -> list[RecurrentLayer]:
    """Return the recurrent layers of a network, from the first."""
    return [layer for _, layer in network.walk() if isinstance(layer, RecurrentLayer)]
