"""Saving any network made of layers, and loading it again."""

from __future__ import annotations

from pathlib import Path

from glassnet.models.characters.own import OwnCharacterNetwork
from glassnet.models.checkpoint import Checkpoint, load_network, save_checkpoint
from glassnet.models.vocabulary import Vocabulary
from glassnet.nn import Layer

__all__ = ["load", "save"]


def save(network: Layer, path: Path | str, *, vocabulary: str | Vocabulary | None = None) -> None:
    """Save a network in one `.npz` file: its structure and its weights, and no code.

    Parameters
    ----------
    network : Layer
        An initialized network of glassnet's layers, or of layers that `register` knows.
    path : Path or str
        The file, whose folder is made if it is missing. A file of that name is replaced once the
        new one is whole.
    vocabulary : str or Vocabulary, optional
        The characters whose ids (T, N) the network reads and predicts, sorted by code point. With
        them `glassnet sample` lets it write, and `glassnet visualize` looks into its recurrent
        layers. `load_network` returns it with its vocabulary.

    Raises
    ------
    RuntimeError
        If it is not initialized.
    StructureError
        If the network holds a class of your own that was not registered, or was made with an
        argument that can't be written down.
    CheckpointError
        If the file can't be written.
    UserError
        If there is a vocabulary and the network does not predict its characters.

    Notes
    -----
    What is not saved: gradients, the state that recurrent layers carry, the generator of dropout
    and noise, and the functions that draw first weights.
    `models/checkpoint.py` describes the file.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import load, save
    >>> from glassnet.nn import Dense, ReLU, Sequential
    >>> network = Sequential(Dense(4, 8), ReLU(), Dense(8, 3)).initialize(np.random.default_rng(1))
    >>> save(network, "network.npz")
    >>> again = load("network.npz")
    >>> print(again)
    Sequential
      dense1: Dense W (4, 8), b (8,)
      relu1: ReLU
      dense2: Dense W (8, 3), b (3,)
    >>> np.array_equal(again.theta, network.theta)
    True
    """
    if "theta" not in vars(network):
        raise RuntimeError(
            f"a {type(network).__name__} has no weights to save: initialize it first"
        )
    if vocabulary is None:
        save_checkpoint(path, Checkpoint.of(network))
        return
    if isinstance(vocabulary, str):
        vocabulary = Vocabulary(vocabulary)
    characters = OwnCharacterNetwork(vocabulary, network)
    characters.bind(network.theta, network.grad)
    characters.require_predictions()
    save_checkpoint(path, Checkpoint.of(characters))


def load(path: Path | str) -> Layer:
    """Load a network from a file, whether `save`, `fit` or a recipe wrote it.

    Parameters
    ----------
    path : Path or str
        The file.

    Returns
    -------
    Layer
        The network with its weights, in the data type that they were saved in. To train it on with
        dropout or noise, it needs `set_generator`, which `fit` calls.

    Raises
    ------
    CheckpointError
        If there is no such file, or it is damaged, or names a class that is not known here.

    Examples
    --------
    >>> from glassnet.models import SHIPPED, load
    >>> load(SHIPPED / "simple-autoencoder.npz").parameter_count
    50992
    """
    network, _ = load_network(path)
    if isinstance(network, OwnCharacterNetwork):
        return network.network
    assert isinstance(network, Layer)
    return network
