"""The convolutional text autoencoder: squeezes a line of text and writes it again.

ids (N, L) -> embedding -> convolution -> ReLU -> pool -> convolution -> ReLU -> pool   the code
           -> upsample -> convolution -> ReLU -> upsample -> convolution -> ReLU -> dense
           -> logits (N, L, characters)

Each pooling keeps half of the positions, so that the code of a line has L / 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self, cast

import numpy as np

from glassnet.models.vocabulary import Vocabulary, VocabularyError
from glassnet.nn import Array, Conv1D, Dense, Embedding, MaxPool1D, ReLU, Sequential, UpSampling1D

_POOL = 2
PADDING = " "
"""The character that fills lines shorter than the network reads."""


class TextAutoencoder(Sequential):
    """Two convolutions that read a line, and two that write it again from a shorter code.

    Parameters
    ----------
    vocabulary : Vocabulary
        The characters that it reads and writes, `PADDING` among them.
    length : int, default 80
        L, the characters of a line: longer lines are cut, shorter ones padded.
    embedding : int, default 40
        Numbers that each character becomes.
    filters1, filters2 : int, default 32 and 24
        Filters of the first and the second convolution. The third has `filters2` and the fourth
        `filters1` again.
    width : int, default 3
        Positions that a filter spans.

    Raises
    ------
    ValueError
        If the length is not a multiple of 4, or the vocabulary lacks `PADDING`.

    Shapes
    ------
    - ids: (N, L)
    - logits: (N, L, characters)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import TextAutoencoder, Vocabulary
    >>> network = TextAutoencoder(Vocabulary("abc "), length=8, embedding=4, filters1=4, filters2=2)
    >>> network = network.initialize(np.random.default_rng(1))
    >>> ids = network.encode(["abc", "a bab"])
    >>> ids
    array([[1, 2, 3, 0, 0, 0, 0, 0],
           [1, 0, 2, 1, 2, 0, 0, 0]])
    >>> network.forward(ids).shape
    (2, 8, 4)
    """

    kind = "text-autoencoder"

    def __init__(
        self,
        vocabulary: Vocabulary,
        length: int = 80,
        embedding: int = 40,
        filters1: int = 32,
        filters2: int = 24,
        width: int = 3,
    ) -> None:
        super().__init__()
        if length < 1 or length % _POOL**2:
            raise ValueError(f"the length must be a multiple of {_POOL**2}, not {length}")
        if PADDING not in vocabulary.characters:
            raise ValueError(f"the vocabulary lacks {PADDING!r}, which fills short lines")
        self.vocabulary, self.length, self.width = vocabulary, length, width
        self.embedding, self.filters1, self.filters2 = embedding, filters1, filters2
        self._padding = int(vocabulary.encode(PADDING)[0])

        characters = len(vocabulary)
        self.add("embedding", Embedding(characters, embedding))
        self._add_convolution(1, embedding, filters1)
        self.add("pool1", MaxPool1D(_POOL))
        self._add_convolution(2, filters1, filters2)
        self.add("pool2", MaxPool1D(_POOL))
        self.add("upsample1", UpSampling1D(_POOL))
        self._add_convolution(3, filters2, filters2)
        self.add("upsample2", UpSampling1D(_POOL))
        self._add_convolution(4, filters2, filters1)
        self.add("dense", Dense(filters1, characters))

    def _add_convolution(self, number: int, inputs: int, outputs: int) -> None:
        """Add a convolution that keeps the length, and a ReLU."""
        self.add(f"convolution{number}", Conv1D(inputs, outputs, self.width, padding="same"))
        self.add(f"relu{number}", ReLU())

    @property
    def configuration(self) -> Mapping[str, object]:
        """Return the arguments that build this network again; the vocabulary as one string."""
        return {
            "vocabulary": self.vocabulary.characters,
            "length": self.length,
            "embedding": self.embedding,
            "filters1": self.filters1,
            "filters2": self.filters2,
            "width": self.width,
        }

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, object]) -> Self:
        """Build the network that a `configuration` describes, not yet initialized.

        Parameters
        ----------
        configuration : Mapping[str, object]
            The `configuration` of a text autoencoder.

        Returns
        -------
        Self
            The network.
        """
        arguments = cast(dict[str, Any], dict(configuration))
        return cls(Vocabulary(arguments.pop("vocabulary")), **arguments)

    def encode(self, lines: Sequence[str]) -> Array:
        """Return the ids of lines, each cut or padded to L characters.

        Parameters
        ----------
        lines : Sequence[str]
            N lines of any length.

        Returns
        -------
        Array
            (N, L) int64.

        Raises
        ------
        VocabularyError
            If a character is not in the vocabulary; the message names the first one and its line.
        """
        ids = np.full((len(lines), self.length), self._padding)
        for row, line in zip(ids, lines, strict=True):
            try:
                own = self.vocabulary.encode(line[: self.length])
            except VocabularyError as error:
                raise VocabularyError(f"{error}, in the line {line[: self.length]!r}") from None
            row[: len(own)] = own
        return ids

    def text_mask(self, ids: Array) -> Array:
        """Return where lines hold text: True up to a line's last character, False for padding.

        Spaces at the end of a line count as padding: the network can't tell one from the other.

        Parameters
        ----------
        ids : Array
            (N, L), as `encode` returns them.

        Returns
        -------
        Array
            (N, L) bool.
        """
        filled = ids != self._padding
        return np.maximum.accumulate(filled[:, ::-1], axis=1)[:, ::-1]

    def responses(self, ids: Array) -> dict[int, Array]:
        """Return the outputs of convolutions 1 and 2, after the ReLU, for some lines.

        Position p of the second convolution is centered on the characters 2p and 2p + 1.

        Parameters
        ----------
        ids : Array
            (N, L), as `encode` returns them.

        Returns
        -------
        dict[int, Array]
            {1: (N, L, filters1), 2: (N, L / 2, filters2)}; both are valid until the next `forward`.
        """
        found: dict[int, Array] = {}
        x = ids
        for name, layer in self.layers.items():
            x = layer.forward(x)
            if isinstance(layer, ReLU):
                found[len(found) + 1] = x
            if name == "relu2":
                break
        return found
