"""Layers with their weights, on the way from a file into a network."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from glassnet.convert.format import ConversionError
from glassnet.nn import GRU, LSTM, Array, Embedding, Layer, Sequential, SimpleRNN


@dataclass(frozen=True)
class Part:
    """A layer of glassnet and its weights, made of a Keras layer or of a part of it.

    Parameters
    ----------
    name : str
        The layer's name.
    layer : Layer
        The layer, not yet initialized.
    arrays : Mapping[str, Array], optional
        Its weights by their names in the layer.

    Examples
    --------
    >>> from glassnet.convert.structure.parts import Part
    >>> from glassnet.nn import ReLU
    >>> Part("relu", ReLU()).arrays
    {}
    """

    name: str
    layer: Layer
    arrays: Mapping[str, Array] = field(default_factory=dict)


def network_of_parts(parts: Sequence[Part]) -> Sequential:
    """Return the network of some layers one after the other.

    Parameters
    ----------
    parts : Sequence[Part]
        The layers with their weights.

    Returns
    -------
    Sequential
        The network with its weights: float64 if one of them is, otherwise float32.

    Raises
    ------
    ConversionError
        If the weights do not fit the layers, or two layers have one name.
    """
    parts = _without_one_hot(parts)
    names = [part.name for part in parts]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ConversionError(f"two layers have the name {twice!r}")
    network = Sequential(*((part.name, part.layer) for part in parts))
    arrays = {f"{part.name}.{key}": value for part in parts for key, value in part.arrays.items()}
    shapes = network.array_shapes
    for name, shape in shapes.items():
        if name not in arrays or arrays[name].shape != shape:
            raise ConversionError(f"the weights do not fit the layers, such as {name}")
    double = any(array.dtype == np.float64 for array in arrays.values())
    dtype = np.float64 if double else np.float32
    size = sum(map(math.prod, network.parameter_shapes.values()))
    network.bind(np.zeros(size, dtype), np.zeros(size, dtype))
    for name, view in network.arrays.items():
        view[...] = arrays[name]
    return network


def _without_one_hot(parts: Sequence[Part]) -> Sequence[Part]:
    """Return the layers without a first one that makes one-hot rows: recurrent layers read ids."""
    if len(parts) < 2 or not isinstance(parts[0].layer, Embedding):
        return parts
    W = parts[0].arrays["W"]
    reads_ids = isinstance(parts[1].layer, LSTM | GRU | SimpleRNN)
    identity = W.shape[0] == W.shape[1] and np.array_equal(W, np.eye(len(W)))
    return parts[1:] if reads_ids and identity else parts
