"""The character LSTM: reads a text character by character and predicts the next one.

In place of the LSTMs, `cell` makes it one of GRUs or of simple recurrent layers.

ids (T, N) -> [embedding -> dropout] -> LSTM -> dropout -> LSTM -> dropout -> dense -> logits
                                                    |                     |
                                                    +------- [skip] ------+   (T, N, characters)
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Self, cast

import numpy as np

from glassnet.errors import no_such
from glassnet.models.characters.lstm_cell import CELLS, CharacterLSTMCell
from glassnet.models.characters.network import CharacterNetwork
from glassnet.models.vocabulary import Vocabulary
from glassnet.nn import NO_GRADIENT, Array, Dense, Dropout, Embedding
from glassnet.nn.recurrent.base import RecurrentLayer


class CharacterLSTM(CharacterNetwork):
    """Recurrent layers on one-hot characters, then a dense layer to a logit for each character.

    They are LSTMs, or with `cell` "gru" or "rnn" GRUs or simple recurrent layers. The names of
    its layers are `lstm1`, `lstm2`, ... (`gru1` or `rnn1` with another cell) and
    `dense`, and `embedding` if there is one.

    Parameters
    ----------
    vocabulary : Vocabulary
        The characters that it reads and writes.
    layers : int, default 2
        Number of recurrent layers.
    units : int, default 512
        Units of each.
    dropout : float, default 0.0
        Rate of dropout on the output of each LSTM layer when training.
    variational : bool, default False
        Use one dropout mask for all time steps that are read at once, instead of one for each [1]_.
    weight_drop : float, default 0.0
        Rate of dropout on the recurrent weights; see `LSTM`.
    embedding : int, default 0
        Length of the vector that is learned for each character and read by the first LSTM layer;
        0 reads one-hot characters.
    input_dropout : float, default 0.0
        Rate of dropout on the embedding when training.
    state_dropout : float, default 0.0
        Rate of dropout on the hidden state before the recurrent product [1]_; see `LSTM`.
    skip : bool, default False
        Let the dense layer read the output of all LSTM layers, not of the last one only [2]_.
    temperature : float, default 1.0
        Divides the logits when not training [3]_. Above 1 it makes predictions less certain.
    cell : {'lstm', 'gru', 'rnn'}, default 'lstm'
        What stands in the place of the LSTM layers: `LSTM`, `GRU` or `SimpleRNN`.

    Raises
    ------
    ValueError
        If there is `input_dropout` without an embedding, a rate is out of range, the temperature
        is not above 0, or there is no such cell.

    Shapes
    ------
    - ids: (T, N)
    - logits: (T, N, characters)

    Attributes
    ----------
    recurrent : list[RecurrentLayer]
        The LSTM layers, or those of another cell, from the first.

    References
    ----------
    .. [1] Gal & Ghahramani 2016, "A theoretically grounded application of dropout in recurrent
       neural networks", arXiv:1512.05287.
    .. [2] Graves 2013, "Generating sequences with recurrent neural networks", section 2,
       arXiv:1308.0850.
    .. [3] Guo, Pleiss, Sun & Weinberger 2017, "On calibration of modern neural networks",
       section 4.2, arXiv:1706.04599.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> vocabulary = Vocabulary("abc")
    >>> network = CharacterLSTM(vocabulary, layers=1, units=8)
    >>> network = network.initialize(np.random.default_rng(1))
    >>> ids = vocabulary.encode("abcabc").reshape(6, 1)  # one stream of six characters
    >>> network.forward(ids).shape
    (6, 1, 3)
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
        embedding: int = 0,
        input_dropout: float = 0.0,
        state_dropout: float = 0.0,
        skip: bool = False,
        temperature: float = 1.0,
        cell: str = "lstm",
    ) -> None:
        super().__init__(vocabulary)
        if not temperature > 0:
            raise ValueError(f"temperature must be above 0, not {temperature}")
        if cell not in CELLS:
            raise ValueError(no_such("cell", cell, CELLS))
        if input_dropout and not embedding:
            raise ValueError("input_dropout needs an embedding: a one-hot character has one 1")
        self.units, self.skip, self.temperature = units, skip, temperature
        self.dropout, self.variational, self.weight_drop = dropout, variational, weight_drop
        self.input_dropout, self.state_dropout = input_dropout, state_dropout
        self.cell_kind = cell
        kind, _ = CELLS[cell]
        shared_axes = (0,) if variational else ()
        self.embedding: Embedding | None = None
        if embedding:
            self.embedding = self.add("embedding", Embedding(len(vocabulary), embedding))
        if input_dropout:
            self.add("input_dropout", Dropout(input_dropout, 1, shared_axes))
        self.recurrent: list[RecurrentLayer] = []
        for number in range(1, layers + 1):
            inputs = units if self.recurrent else embedding or len(vocabulary)
            layer = kind(inputs, units, weight_drop=weight_drop, state_dropout=state_dropout)
            self.recurrent.append(self.add(f"{cell}{number}", layer))
            if dropout:
                self.add(f"dropout{number}", Dropout(dropout, 1, shared_axes))
        read = layers * units if skip else units
        self.dense = self.add("dense", Dense(read, len(vocabulary)))

    def forward(self, x: Array, train: bool = False) -> Array:
        logits = self._logits(x, train)
        self._divisor = 1.0 if train else self.temperature
        return logits if self._divisor == 1 else logits / self._divisor

    def _logits(self, x: Array, train: bool) -> Array:
        if not self.skip:
            return super().forward(x, train)
        outputs = []  # of the LSTM layers below, each (T, N, H)
        for layer in self.layers.values():
            if layer in self.recurrent[1:]:
                outputs.append(x)
            elif layer is self.dense:
                x = np.concatenate([*outputs, x], axis=2)  # (T, N, layers H)
            x = layer.forward(x, train)
        return x

    def backward(self, dy: Array) -> Array:
        if self._divisor != 1:
            dy = dy / self._divisor
        if not self.skip:
            return super().backward(dy)
        for layer in reversed(self.layers.values()):
            dy = layer.backward(dy)
            if layer is self.dense:
                *doutputs, dy = np.split(dy, len(self.recurrent), axis=2)
            elif layer in self.recurrent[1:]:
                dy = dy + doutputs.pop()
            if dy is NO_GRADIENT:
                break
        return dy

    @property
    def configuration(self) -> Mapping[str, object]:
        return {
            "vocabulary": self.vocabulary.characters,
            "layers": len(self.recurrent),
            "units": self.units,
            "dropout": self.dropout,
            "variational": self.variational,
            "weight_drop": self.weight_drop,
            "embedding": self.embedding.embedding_size if self.embedding else 0,
            "input_dropout": self.input_dropout,
            "state_dropout": self.state_dropout,
            "skip": self.skip,
            "temperature": self.temperature,
            "cell": self.cell_kind,
        }

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, object]) -> Self:
        arguments = cast(dict[str, Any], dict(configuration))
        return cls(Vocabulary(arguments.pop("vocabulary")), **arguments)

    @property
    def lstms(self) -> list[RecurrentLayer]:
        """The recurrent layers, by the name that they had while they were all LSTMs."""
        warnings.warn(
            "CharacterLSTM.lstms is now CharacterLSTM.recurrent; the old name will be removed in "
            "glassnet 0.4",
            FutureWarning,
            stacklevel=2,
        )
        return self.recurrent

    @property
    def hidden_sizes(self) -> list[int]:
        return [self.units] * len(self.recurrent)

    def cell(self, rows: int = 1) -> CharacterLSTMCell:
        return CharacterLSTMCell(
            self.recurrent, self.dense, rows, self.embedding, self.temperature, self.cell_kind
        )
