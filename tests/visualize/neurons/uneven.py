"""A character network that is no `CharacterLSTM`, with layers of different sizes."""

from collections.abc import Mapping
from typing import Self

from glassnet.models import CharacterLSTMCell, CharacterNetwork, Vocabulary
from glassnet.nn import LSTM, Dense


class UnevenNetwork(CharacterNetwork):
    """Two LSTM layers of 4 and 6 units."""

    kind = "uneven"

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__(vocabulary)
        self.first = self.add("first", LSTM(len(vocabulary), 4))
        self.second = self.add("second", LSTM(4, 6))
        self.dense = self.add("dense", Dense(6, len(vocabulary)))

    @property
    def configuration(self) -> Mapping[str, object]:
        return {"vocabulary": self.vocabulary.characters}

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, object]) -> Self:
        return cls(Vocabulary(str(configuration["vocabulary"])))

    @property
    def hidden_sizes(self) -> list[int]:
        return [4, 6]

    def cell(self, rows: int = 1) -> CharacterLSTMCell:
        return CharacterLSTMCell([self.first, self.second], self.dense, rows)
