"""A character network as the engine of the live page takes it: a description, and its arrays."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from glassnet.errors import UserError
from glassnet.models import CharacterLSTM, CharacterNetwork


class NetworkData(TypedDict):
    """What the engine knows of a network beside its arrays."""

    characters: str
    cell: str
    layers: list[int]  # units of each
    skip: bool


def folded_network(network: CharacterNetwork) -> CharacterLSTM:
    """Return a network that computes the same from fewer arrays, which is what the page runs.

    The embedding is multiplied into the weights of the first layer, and the temperature divides
    those of the dense layer.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network.

    Raises
    ------
    UserError
        If it is no `CharacterLSTM`, such as a network made of layers.
    """
    if not isinstance(network, CharacterLSTM):
        raise UserError(
            "the live page runs networks of the kind that the recipes train, of LSTM, GRU or "
            "simple recurrent layers; this one is of another kind"
        )
    folded = CharacterLSTM(
        network.vocabulary,
        len(network.recurrent),
        network.units,
        skip=network.skip,
        cell=network.cell_kind,
    ).initialize(np.random.default_rng(0))  # these first values are all replaced
    arrays = dict(network.parameters)
    if network.embedding is not None:
        # (ids, E) (E, blocks · H): what each character adds to the gates
        vectors = arrays.pop("embedding.W") + arrays.pop("embedding.b")
        arrays[f"{network.cell_kind}1.Wx"] = vectors @ network.recurrent[0].Wx
    for name, parameter in folded.parameters.items():
        parameter[...] = arrays[name]
    folded.dense.W /= network.temperature
    folded.dense.b /= network.temperature
    return folded


def describe_network(network: CharacterLSTM) -> NetworkData:
    """Return the description of a `folded_network`."""
    return {
        "characters": network.vocabulary.characters,
        "cell": network.cell_kind,
        "layers": network.hidden_sizes,
        "skip": network.skip,
    }
