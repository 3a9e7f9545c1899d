"""The character LSTM: reads a text character by character and guesses the next one.

ids (T, N) -> LSTM -> dropout -> LSTM -> dropout -> dense -> logits (T, N, characters)
"""

from __future__ import annotations

from typing import Any

from glassnet.models.vocabulary import Vocabulary
from glassnet.nn import LSTM, Array, Dense, Dropout, LSTMCell, Sequential


class CharacterLSTM(Sequential):
    """LSTM layers on one-hot characters, then a dense layer to a logit for each character.

    Parameters
    ----------
    vocabulary : the characters that it reads and writes.
    layers : number of LSTM layers.
    units : units of each.
    dropout : rate of dropout on the output of each LSTM layer when training.
    variational : use one mask for all time steps that are read at once, instead of one for each
        (Gal & Ghahramani 2016).
    weight_drop : rate of dropout on the recurrent weights; see `LSTM`.

    Shapes: ids (T, N) -> logits (T, N, characters). `lstm1`, `lstm2`, ... and `dense` are the
    names of its layers.
    """

    kind = "character-lstm"

    def __init__(
        self,
        vocabulary: Vocabulary,
        layers: int = 2,
        units: int = 512,
        dropout: float = 0.0,
        variational: bool = False,
        weight_drop: float = 0.0,
    ) -> None:
        super().__init__()
        self.vocabulary, self.units = vocabulary, units
        self.dropout, self.variational, self.weight_drop = dropout, variational, weight_drop
        self.lstms: list[LSTM] = []
        for number in range(1, layers + 1):
            inputs = units if self.lstms else len(vocabulary)
            self.lstms.append(
                self.add(f"lstm{number}", LSTM(inputs, units, weight_drop=weight_drop))
            )
            if dropout:
                shared_axes = (0,) if variational else ()
                self.add(f"dropout{number}", Dropout(dropout, 1, shared_axes))
        self.dense = self.add("dense", Dense(units, len(vocabulary)))

    @property
    def configuration(self) -> dict[str, Any]:
        """What `from_configuration` needs to build this network again, as JSON values."""
        return {
            "vocabulary": self.vocabulary.characters,
            "layers": len(self.lstms),
            "units": self.units,
            "dropout": self.dropout,
            "variational": self.variational,
            "weight_drop": self.weight_drop,
        }

    @classmethod
    def from_configuration(cls, configuration: dict[str, Any]) -> CharacterLSTM:
        """Build the network that a `configuration` describes, not yet initialized."""
        return cls(**configuration | {"vocabulary": Vocabulary(configuration["vocabulary"])})

    def cell(self, rows: int = 1) -> CharacterLSTMCell:
        """Return this network one character at a time for `rows` texts, from a zero state."""
        return CharacterLSTMCell(self, rows)


class CharacterLSTMCell:
    """A character LSTM read one character at a time, as sampling does; its weights are copied.

    Parameters
    ----------
    network : an initialized network.
    rows : N, the number of texts side by side.

    Attributes
    ----------
    cells : one `LSTMCell` for each layer, whose `h` and `c` (N, H) may be read and set.
    """

    def __init__(self, network: CharacterLSTM, rows: int = 1) -> None:
        self.cells = [
            LSTMCell(lstm, rows, ids=number == 0) for number, lstm in enumerate(network.lstms)
        ]
        self._W, self._b = network.dense.W.copy(), network.dense.b.copy()
        # By layer from 0: rows, units and values of what is clamped, (clamped,) each.
        self._clamped: dict[int, tuple[Array, Array, Array]] = {}

    def clamp(self, layer: int, units: Array, values: Array, rows: Array) -> None:
        """Keep the hidden state of units at given values from now on, at every step.

        Neither the recurrence nor the layers above see anything else. The cell state goes on.

        Parameters
        ----------
        layer : number of the LSTM layer, from 1.
        units, values, rows : one of each for every clamped unit, (clamped,); integers from 0,
            numbers from -1 to 1, and integers from 0. They take the place of those clamped before.
        """
        self._clamped[layer - 1] = rows, units, values
        self.cells[layer - 1].h[rows, units] = values

    def step(self, ids: Array) -> Array:
        """Read one character for each row, ids (N,), and return logits (N, characters)."""
        x = ids
        for number, cell in enumerate(self.cells):
            x = cell.step(x)
            if number in self._clamped:
                rows, units, values = self._clamped[number]
                x[rows, units] = values
        return x @ self._W + self._b
