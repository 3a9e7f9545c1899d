"""The character transformer: reads a window of text and predicts the character after each place.

ids (T, N) -> embedding + positions -> blocks -> layer norm -> dense -> logits (T, N, characters)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, cast

from glassnet.models.characters.network import CharacterNetwork
from glassnet.models.characters.transformer_cell import CharacterTransformerCell
from glassnet.models.vocabulary import Vocabulary
from glassnet.nn import (
    GELU,
    Dense,
    Dropout,
    Embedding,
    LayerNorm,
    MultiHeadAttention,
    PositionEmbedding,
    Residual,
)
from glassnet.nn.initializers import normal


class CharacterTransformer(CharacterNetwork):
    """Blocks of causal self-attention, each a sum of its input and what it computes from it.

    The names of its layers are `embedding`, `positions`, `attention1`, `mlp1`, `attention2`, ...,
    `norm` and `dense`.

    Parameters
    ----------
    vocabulary : Vocabulary
        The characters that it reads and writes.
    layers : int, default 4
        Number of blocks.
    units : int, default 256
        D, the length of the vector that stands for a character.
    heads : int, default 4
        Heads of each attention.
    context : int, default 256
        The most characters that it reads at once.
    dropout : float, default 0.0
        Rate of dropout, when training, on the embedding, on the weights of attention, and on what
        each block adds.

    Shapes
    ------
    - ids: (T, N), T at most `context`
    - logits: (T, N, characters)

    References
    ----------
    Vaswani et al. 2017, "Attention is all you need"; Radford et al. 2019, "Language models are
    unsupervised multitask learners", section 2.3, for the place of layer norm and the first values.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterTransformer, Vocabulary
    >>> vocabulary = Vocabulary("abc")
    >>> network = CharacterTransformer(vocabulary, layers=1, units=8, heads=2, context=6)
    >>> network = network.initialize(np.random.default_rng(1))
    >>> ids = vocabulary.encode("abcabc").reshape(6, 1)  # one window of six characters
    >>> network.forward(ids).shape
    (6, 1, 3)
    """

    kind = "character-transformer"
    context: int

    def __init__(
        self,
        vocabulary: Vocabulary,
        layers: int = 4,
        units: int = 256,
        heads: int = 4,
        context: int = 256,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(vocabulary)
        self.units, self.heads, self.context, self.dropout = units, heads, context, dropout
        small = normal(0.02)
        smaller = normal(0.02 / (2 * layers) ** 0.5)  # what blocks add, so that the sum stays small
        size = len(vocabulary)
        self.embedding = self.add("embedding", Embedding(size, units, initializer=small))
        self.positions = self.add("positions", PositionEmbedding(context, units))
        if dropout:
            self.add("dropout", Dropout(dropout, batch_axis=1))
        self.residuals: list[Residual] = []
        for number in range(1, layers + 1):
            attention = MultiHeadAttention(units, heads, True, dropout, initializer=small)
            mlp = (Dense(units, 4 * units, small), GELU("tanh"), Dense(4 * units, units, smaller))
            for name, parts in {"attention": (attention,), "mlp": mlp}.items():
                ending = (Dropout(dropout, batch_axis=1),) if dropout else ()
                block = Residual(LayerNorm(units), *parts, *ending)
                self.residuals.append(self.add(f"{name}{number}", block))
        self.add("norm", LayerNorm(units))
        self.dense = self.add("dense", Dense(units, size, initializer=small))

    @property
    def configuration(self) -> Mapping[str, object]:
        return {
            "vocabulary": self.vocabulary.characters,
            "layers": len(self.residuals) // 2,
            "units": self.units,
            "heads": self.heads,
            "context": self.context,
            "dropout": self.dropout,
        }

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, object]) -> Self:
        arguments = cast(dict[str, Any], dict(configuration))
        return cls(Vocabulary(arguments.pop("vocabulary")), **arguments)

    @property
    def hidden_sizes(self) -> list[int]:
        return []

    def cell(self, rows: int = 1) -> CharacterTransformerCell:
        return CharacterTransformerCell(self, rows)
