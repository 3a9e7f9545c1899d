"""What a character network predicts for the next character, at every character of a text."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from glassnet.models import CharacterNetwork
from glassnet.nn import Array


@dataclass
class Predictions:
    """The likeliest next characters after each character of a text.

    Parameters
    ----------
    text : str
        The text that was read.
    characters : list of str
        For each character of the text, the `count` likeliest next characters, the likeliest first.
    probabilities : array (characters, count) float32
        The probabilities of these characters.
    surprise : array (characters,) float32
        -log2 of the probability of the character that did come next, in bits. The last one is NaN:
        nothing comes after it.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.visualize import Predictions
    >>> predictions = Predictions(
    ...     "ab", ["ba", "ab"], np.array([[0.75, 0.25], [0.5, 0.5]]), -np.log2([0.75, np.nan])
    ... )
    >>> dict(zip(predictions.characters[0], predictions.probabilities[0].tolist()))
    {'b': 0.75, 'a': 0.25}
    """

    text: str
    characters: list[str] = field(repr=False)
    probabilities: Array = field(repr=False)
    surprise: Array = field(repr=False)


def read_predictions(
    network: CharacterNetwork, text: str, count: int = 5, chunk: int = 1000
) -> Predictions:
    """Read a text from a zero state and return what the network predicts at every character.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network. Its carried state is zero afterwards.
    text : str
        At least one character.
    count : int, default 5
        Predictions to keep for each character, at most as many as the vocabulary has characters.
    chunk : int, default 1000
        Characters that are read at once. The result does not depend on it beyond rounding.

    Returns
    -------
    Predictions
        The likeliest next characters, and the surprise at each character of the text.

    Raises
    ------
    VocabularyError
        If the text holds a character that the network does not know.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.visualize import read_predictions
    >>> network = CharacterLSTM(Vocabulary("abcd"), layers=1, units=3)
    >>> network = network.initialize(np.random.default_rng(0))
    >>> predictions = read_predictions(network, "abc", count=2)
    >>> predictions.characters
    ['ba', 'ab', 'ba']
    >>> predictions.surprise.round(2)  # a uniform guess has 2 bits; nothing follows the last one
    array([1.88, 2.17,  nan], dtype=float32)
    """
    ids = network.vocabulary.encode(text)
    count = min(count, len(network.vocabulary))
    characters: list[str] = []
    probabilities = np.empty((len(ids), count), np.float32)
    surprise = np.full(len(ids), np.nan, np.float32)
    network.reset_state()
    for start in range(0, len(ids), chunk):
        stop = min(start + chunk, len(ids))
        logits = network.forward(ids[start:stop, None])[:, 0]  # (n, vocabulary)
        network.carry()
        shifted = logits - logits.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        best = np.argsort(-logs, axis=1, kind="stable")[:, :count]
        characters += [network.vocabulary.decode(row) for row in best]
        probabilities[start:stop] = np.exp(np.take_along_axis(logs, best, axis=1))
        following = ids[start + 1 : stop + 1]
        surprise[start : start + len(following)] = logs[
            np.arange(len(following)), following
        ] / -np.log(2)
    network.reset_state()
    return Predictions(text, characters, probabilities, surprise)
