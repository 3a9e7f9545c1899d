"""The character LSTM: reads a text character by character and predicts the next one.

ids (T, N) -> LSTM -> dropout -> LSTM -> dropout -> dense -> logits (T, N, characters)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, cast

from glassnet.models.characters.lstm_cell import CharacterLSTMCell
from glassnet.models.characters.network import CharacterNetwork
from glassnet.models.vocabulary import Vocabulary
from glassnet.nn import LSTM, Dense, Dropout


class CharacterLSTM(CharacterNetwork):
    """LSTM layers on one-hot characters, then a dense layer to a logit for each character.

    The names of its layers are `lstm1`, `lstm2`, ... and `dense`.

    Parameters
    ----------
    vocabulary : Vocabulary
        The characters that it reads and writes.
    layers : int, default 2
        Number of LSTM layers.
    units : int, default 512
        Units of each.
    dropout : float, default 0.0
        Rate of dropout on the output of each LSTM layer when training.
    variational : bool, default False
        Use one dropout mask for all time steps that are read at once, instead of one for each [1]_.
    weight_drop : float, default 0.0
        Rate of dropout on the recurrent weights; see `LSTM`.

    Shapes
    ------
    - ids: (T, N)
    - logits: (T, N, characters)

    References
    ----------
    .. [1] Gal & Ghahramani 2016, "A theoretically grounded application of dropout in recurrent
       neural networks", arXiv:1512.05287.

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
    ) -> None:
        super().__init__(vocabulary)
        self.units = units
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
    def configuration(self) -> Mapping[str, object]:
        return {
            "vocabulary": self.vocabulary.characters,
            "layers": len(self.lstms),
            "units": self.units,
            "dropout": self.dropout,
            "variational": self.variational,
            "weight_drop": self.weight_drop,
        }

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, object]) -> Self:
        arguments = cast(dict[str, Any], dict(configuration))
        return cls(Vocabulary(arguments.pop("vocabulary")), **arguments)

    @property
    def hidden_sizes(self) -> list[int]:
        return [self.units] * len(self.lstms)

    def cell(self, rows: int = 1) -> CharacterLSTMCell:
        return CharacterLSTMCell(self.lstms, self.dense, rows)
