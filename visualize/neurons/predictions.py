"""What a character LSTM expects to come next at every character of a text."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from glassnet.models import CharacterLSTM
from glassnet.nn import Array


@dataclass
class Predictions:
    """The best predictions for the next character after each character of one text.

    Attributes
    ----------
    text : what was read.
    characters : what is guessed, the likeliest first: a string of `count` characters for each
        character of the text.
    probabilities : of these predictions, (characters, count) float32.
    surprise : in bits, that of the character which did come next, -log2 of its probability,
        (characters,) float32; the last one is NaN, for nothing came.
    """

    text: str
    characters: list[str] = field(repr=False)
    probabilities: Array = field(repr=False)
    surprise: Array = field(repr=False)


def read_predictions(
    network: CharacterLSTM, text: str, count: int = 5, chunk: int = 1000
) -> Predictions:
    """Run a text through a network, from a zero state to its end, and return what it predictions.

    Parameters
    ----------
    network : an initialized network; its carried state is zero afterwards.
    text : at least one character.
    count : predictions for each character, at most as many as the vocabulary has characters.
    chunk : characters read at once; it does not change the result beyond rounding.

    Raises
    ------
    VocabularyError : if the text holds a character that the network does not know.
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
