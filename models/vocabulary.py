"""Vocabulary: the characters a network knows, and their ids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.errors import UserError
from glassnet.nn import Array


class VocabularyError(UserError, ValueError):
    """A text holds a character that the vocabulary lacks.

    Examples
    --------
    >>> from glassnet.models import Vocabulary, VocabularyError
    >>> try:
    ...     Vocabulary("abc").encode("cab?")
    ... except VocabularyError as error:
    ...     print(error)
    character '?' (U+003F) at position 3 is not among the 3 characters that the network knows
    """


class Vocabulary:
    """Characters sorted by code point; the id of a character is its index among them.

    Parameters
    ----------
    characters : str
        The characters; their order and repetitions do not matter.

    Attributes
    ----------
    characters : str
        The distinct characters, sorted.

    Examples
    --------
    >>> from glassnet.models import Vocabulary
    >>> vocabulary = Vocabulary.of("hello")
    >>> vocabulary.characters, len(vocabulary)
    ('ehlo', 4)
    >>> vocabulary.encode("hole")
    array([1, 3, 2, 0])
    >>> vocabulary.decode([1, 0, 2, 2, 3])
    'hello'
    """

    def __init__(self, characters: str) -> None:
        self.characters = "".join(sorted(set(characters)))
        self._code_points = _code_points(self.characters)

    @classmethod
    def of(cls, text: str) -> Vocabulary:
        """Return the vocabulary of all characters that occur in a text.

        Parameters
        ----------
        text : str
            Any text.

        Returns
        -------
        Vocabulary
            The vocabulary.
        """
        return cls("".join(map(chr, np.unique(_code_points(text)))))

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> Array:
        """Return the ids of a text's characters.

        Parameters
        ----------
        text : str
            Any text of T characters.

        Returns
        -------
        Array
            (T,) int64.

        Raises
        ------
        VocabularyError
            If a character is not in the vocabulary; the message names the first one and where.
        """
        points = _code_points(text)
        ids = np.searchsorted(self._code_points, points)
        ids[ids == len(self)] = 0
        unknown = np.flatnonzero(self._code_points[ids] != points)
        if unknown.size:
            place = int(unknown[0])
            character = text[place]
            raise VocabularyError(
                f"character {character!r} (U+{ord(character):04X}) at position {place} is not "
                f"among the {len(self)} characters that the network knows"
            )
        return ids

    def decode(self, ids: Array | Sequence[int]) -> str:
        """Return the text of some ids.

        Parameters
        ----------
        ids : Array or Sequence[int]
            Ids of any shape; they are read in C order.

        Returns
        -------
        str
            The text.
        """
        return "".join(self.characters[i] for i in np.asarray(ids).reshape(-1))


def _code_points(text: str) -> Array:
    """Return the code point of each character, (T,) uint32."""
    # A command line that is not UTF-8 arrives with lone surrogates, which pass here and are
    # then found to be unknown.
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
