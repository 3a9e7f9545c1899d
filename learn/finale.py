"""The training of task 6: the reader's own functions train a character network for some minutes.

The parameters have the names, shapes and gate order of glassnet's layers, so the result is saved as
a `CharacterLSTM`, and all commands of glassnet can read it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from glassnet.models import (
    SHIPPED,
    CharacterLSTM,
    Checkpoint,
    Vocabulary,
    load_network,
    save_checkpoint,
)
from glassnet.nn import Array, softmax_cross_entropy
from glassnet.train import DataError, Text, load_text

NETWORK = "network.npz"
UNITS, STREAMS, LENGTH = 64, 32, 50
LEARNING_RATE = 0.003
_PIECES = 40  # in a call of the reader's function: two seconds
_HELD_OUT = 0.1  # of the text, at its end
_SMALL = str(SHIPPED / "sample.txt")

CutStreams = Callable[[Array, int], Array]
Train = Callable[[Array, dict[str, Array], int, float], list[float]]


def text_to_learn() -> Text:
    """Return tinyshakespeare, or, where it can't be had, another text of Shakespeare's kind."""
    for name in ("tinyshakespeare", "shakespeare"):
        try:
            return load_text(name)
        except DataError:  # there is no network, or the package with the plays is not installed
            continue
    return load_text(_SMALL)


def split(text: str) -> tuple[str, str]:
    """Return what to train on, and the last tenth, which the network does not see.

    Parameters
    ----------
    text : str
        The whole text.
    """
    cut = round(len(text) * (1 - _HELD_OUT))
    return text[:cut], text[cut:]


def train(
    train_on: Train, cut_streams: CutStreams, text: Text, seconds: float, say: Callable[[str], None]
) -> CharacterLSTM:
    """Train with the reader's functions until the time is over, or somebody presses Ctrl-C.

    Parameters
    ----------
    train_on : callable
        The reader's `train_by_truncated_bptt`.
    cut_streams : callable
        The reader's.
    text : Text
        What to learn.
    seconds : float
        For how long.
    say : callable
        It is told how the loss falls, line by line.

    Returns
    -------
    CharacterLSTM
        A network that has the reader's parameters.
    """
    vocabulary = Vocabulary.of(text.text)
    ids = vocabulary.encode(split(text.text)[0])
    streams = cut_streams(ids, min(STREAMS, len(ids) // (2 * LENGTH)))
    parameters = _first_parameters(len(vocabulary), np.random.default_rng(1))
    kept = parameters
    began, position, count = time.monotonic(), 0, 0
    try:
        while (passed := time.monotonic() - began) < seconds:
            rate = LEARNING_RATE * (1 if passed < 0.7 * seconds else 0.3)
            piece = streams[position : position + _PIECES * LENGTH + 1]
            losses = train_on(piece, parameters, LENGTH, rate)
            kept, count = dict(parameters), count + 1
            position += _PIECES * LENGTH
            if position + 1 >= len(streams):
                position = 0
            if count % 5 == 1:
                minutes, rest = divmod(round(time.monotonic() - began), 60)
                say(f"{minutes}:{rest:02}  loss {float(np.mean(losses)):.3f}")
    except KeyboardInterrupt:
        say("stopped")
    return _network(vocabulary, kept)


def save(path: Path, network: CharacterLSTM, text: Text) -> None:
    """Write the network to a checkpoint that says which text it has learned.

    Parameters
    ----------
    path : Path
        The file.
    network : CharacterLSTM
        The network.
    text : Text
        The text.
    """
    options: dict[str, str | float] = {"data": text.name}
    save_checkpoint(
        path, Checkpoint(network.kind, network.configuration, network.parameters, options=options)
    )


def load(path: Path) -> tuple[CharacterLSTM, str]:
    """Return a network that `save` has written, and the part of its text that it has not seen.

    Parameters
    ----------
    path : Path
        The file.
    """
    network, checkpoint = load_network(path)
    if not isinstance(network, CharacterLSTM):
        raise DataError(f"{path}: this is a {checkpoint.kind}, and not a network of task 6")
    text = load_text(str(checkpoint.options.get("data", _SMALL))).text
    return network, split(text)[1]


def held_out_loss(network: CharacterLSTM, text: str) -> float:
    """Return the loss of a network on a text, in nats a character.

    Parameters
    ----------
    network : CharacterLSTM
        The network.
    text : str
        What to read: each character is predicted from those before it.
    """
    ids = network.vocabulary.encode(text).reshape(-1, 1)
    network.reset_state()
    loss, _ = softmax_cross_entropy(network.forward(ids[:-1]), ids[1:])
    network.reset_state()
    return loss


def _first_parameters(classes: int, generator: np.random.Generator) -> dict[str, Array]:
    """Return small random weights; the forget gate begins nearly open."""

    def draw(rows: int, columns: int) -> Array:
        return np.asarray(generator.uniform(-1, 1, (rows, columns)) / np.sqrt(rows))

    return {
        "Wx": draw(classes, 4 * UNITS),
        "Wh": draw(UNITS, 4 * UNITS),
        "b": np.repeat([0.0, 1.0, 0.0, 0.0], UNITS),
        "W": draw(UNITS, classes),
        "bias": np.zeros(classes),
    }


def _network(vocabulary: Vocabulary, parameters: dict[str, Array]) -> CharacterLSTM:
    """Return a network of glassnet's layers with the reader's parameters."""
    network = CharacterLSTM(vocabulary, layers=1, units=UNITS)
    network.initialize(np.random.default_rng(1))
    names = {"lstm1.Wx": "Wx", "lstm1.Wh": "Wh", "lstm1.b": "b", "dense.W": "W", "dense.b": "bias"}
    for ours, theirs in names.items():
        network.parameters[ours][...] = parameters[theirs]
    return network
