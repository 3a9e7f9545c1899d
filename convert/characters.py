"""Networks of other frameworks that read characters, with the vocabulary that they lack.

Other frameworks number characters as their user likes; glassnet's vocabulary is sorted. So the rows
of the embedding (or of the first layer, which reads one-hot characters) and the columns of the
output layer are put into the order of the vocabulary, and the network computes what it did.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

from glassnet.convert.format import ConversionError, Converted
from glassnet.convert.pytorch.layers import cell_of
from glassnet.convert.pytorch.networks import filled
from glassnet.errors import UserError
from glassnet.models import CharacterLSTM, OwnCharacterNetwork, Vocabulary
from glassnet.models.characters import CELLS
from glassnet.models.structure.layers import build, describe
from glassnet.nn import Array, Dense, Dropout, Embedding, Layer, Sequential

__all__ = ["read_characters", "with_vocabulary"]

_CELLS = {kind.__name__: name for name, (kind, _) in CELLS.items()}
"""What `CharacterLSTM` calls its kinds of recurrent layers."""


def read_characters(given: str) -> str:
    """Return the characters of a network in the order of their ids.

    Parameters
    ----------
    given : str
        The name of a file, or the characters themselves. A `.json` file holds a list of characters
        or their ids by character. Any other file holds the characters one after the other; if one
        is there twice it is a text, whose different characters are sorted.

    Returns
    -------
    str
        Different characters.

    Raises
    ------
    ConversionError
        If the file can't be read, or holds something else.

    Examples
    --------
    >>> from glassnet.convert.characters import read_characters
    >>> read_characters("xyab"), read_characters("hello")
    ('xyab', 'ehlo')
    """
    if not os.path.isfile(given):
        return _different(given)
    path = Path(given)
    try:
        text = path.read_text("utf-8")
        if path.suffix.lower() != ".json":
            return _different(text)
        found = json.loads(text)
    except OSError as error:
        raise ConversionError(f"{path}: can't be read ({error.strerror})") from error
    except ValueError as error:  # of UTF-8 or JSON
        raise ConversionError(f"{path}: is not a text in UTF-8, or not JSON") from error
    if isinstance(found, dict):
        ids = {id: character for character, id in found.items() if isinstance(id, int)}
        found = [ids.get(id) for id in range(len(found))]
    if not isinstance(found, list) or not all(
        isinstance(character, str) and len(character) == 1 for character in found
    ):
        raise ConversionError(
            f"{path}: must be a list of characters, or an object of their ids, which begin with 0"
        )
    if len(set(found)) != len(found):
        raise ConversionError(f"{path}: holds a character twice")
    return "".join(found)


def _different(text: str) -> str:
    characters = set(text)
    return text if len(characters) == len(text) else "".join(sorted(characters))


def with_vocabulary(converted: Converted, characters: str) -> Converted:
    """Return a character network made of a stack of layers and its vocabulary.

    Parameters
    ----------
    converted : Converted
        A `Sequential` that begins with an `Embedding` or a recurrent layer and ends with a `Dense`.
    characters : str
        The characters that it reads and writes, in the order of their ids.

    Returns
    -------
    Converted
        A character network, which all commands of glassnet take, and its vocabulary. Recurrent
        layers of one kind and size make a `CharacterLSTM`, without `Dropout`, which matters only in
        training; other layers make an `OwnCharacterNetwork`.

    Raises
    ------
    ConversionError
        If the network is another one, or the number of characters does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert import Converted
    >>> from glassnet.convert.characters import with_vocabulary
    >>> from glassnet.nn import LSTM, Dense, Sequential
    >>> stack = Sequential(LSTM(3, 4), Dense(4, 3)).initialize(np.random.default_rng(1))
    >>> network = with_vocabulary(Converted(stack), "zxy").network
    >>> print(network)
    CharacterLSTM
      lstm1: LSTM Wx (3, 16), Wh (4, 16), b (16,)
      dense: Dense W (4, 3), b (3,)
    >>> z = network(network.vocabulary.encode("z").reshape(1, 1))
    >>> bool((z[0, 0, [2, 0, 1]] == stack(np.array([[0]]))[0, 0]).all())
    True
    """
    old = converted.network
    layers = list(old.layers.values()) if type(old) is Sequential else []
    layers = [layer for layer in layers if type(layer) is not Dropout]
    if not layers or not _reads_ids(layers[0]) or type(layers[-1]) is not Dense:
        raise ConversionError(
            "a vocabulary goes with layers of which the first is an Embedding, LSTM, GRU or "
            "SimpleRNN, and the last a Dense, not with "
            + (", ".join(type(layer).__name__ for layer in layers) or type(old).__name__)
        )
    inputs = next(iter(layers[0].array_shapes.values()))[0]
    outputs = layers[-1].array_shapes["b"][0]
    if not inputs == outputs == len(characters):
        raise ConversionError(
            f"the vocabulary has {len(characters)} characters, and the network reads {inputs} "
            f"different ones and writes {outputs}"
        )
    vocabulary = Vocabulary(characters)
    order = [characters.index(character) for character in vocabulary.characters]
    network, named = _empty_network(old, layers, vocabulary)
    reads = next(layer for layer in named.values() if _reads_ids(layer))
    arrays = {
        f"{name}.{own}": value
        for name, layer in named.items()
        for own, value in _in_order(layer, order, reads, layers[-1]).items()
    }
    return Converted(filled(network, arrays), vocabulary)


def _reads_ids(layer: Layer) -> bool:
    return type(layer) is Embedding or bool(cell_of(layer))


def _empty_network(
    old: Layer, layers: list[Layer], vocabulary: Vocabulary
) -> tuple[Layer, dict[str, Layer]]:
    """Return a character network, not initialized, and its layers' counterparts by their names."""
    if len(layers) > 1 and _is_one_hot(layers[0]) and cell_of(layers[1]):
        layers = layers[1:]  # the first recurrent layer takes ids as one-hot characters
    embedding = layers[0] if type(layers[0]) is Embedding else None
    recurrent = layers[1:-1] if embedding else layers[:-1]
    kinds = {(cell_of(layer), layer.array_shapes.get("Wh", (0,))[0]) for layer in recurrent}
    cell, units = kinds.pop() if len(kinds) == 1 else ("", 0)
    tanh = all(getattr(layer, "activation", "tanh") == "tanh" for layer in recurrent)
    if cell in _CELLS and tanh:
        network = CharacterLSTM(
            vocabulary,
            layers=len(recurrent),
            units=units,
            embedding=embedding.array_shapes["W"][1] if embedding else 0,
            cell=_CELLS[cell],
        )
        return network, dict(zip(network.layers, layers, strict=True))
    try:
        own = OwnCharacterNetwork(vocabulary, build(describe(old)))
    except UserError as error:
        raise ConversionError(str(error)) from error
    return own, {f"network.{name}": layer for name, layer in old.layers.items()}


def _is_one_hot(layer: Layer) -> bool:
    """Return whether a layer is an embedding that makes one-hot vectors of ids."""
    if type(layer) is not Embedding or layer.vocabulary_size != layer.embedding_size:
        return False
    return np.array_equal(layer.W + layer.b, np.eye(layer.vocabulary_size))


def _in_order(layer: Layer, order: list[int], first: Layer, last: Layer) -> dict[str, Array]:
    """Return a layer's arrays with ids in another order, if it reads or writes them."""
    arrays = dict(layer.arrays)
    if layer is last:
        arrays |= {"W": arrays["W"][:, order], "b": arrays["b"][order]}
    elif layer is first:
        rows = "W" if type(layer) is Embedding else "Wx"
        arrays[rows] = arrays[rows][order]
    return arrays
