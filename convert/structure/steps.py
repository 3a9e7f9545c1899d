"""The layers of a network one after the other, for formats that keep them in such a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np

from glassnet.convert.format import ConversionError
from glassnet.models import CharacterLSTM
from glassnet.nn import (
    ActivityRegularization,
    Array,
    Dense,
    Embedding,
    GaussianNoise,
    Layer,
    Sequential,
)

Affine = TypeVar("Affine", Dense, Embedding)

_OF_TRAINING = (ActivityRegularization, GaussianNoise)
"""Layers that return their input when not training."""


def steps_of(network: Layer) -> list[tuple[str, Layer]]:
    """Return the layers that a network passes its data through when not training.

    Parameters
    ----------
    network : Layer
        An initialized layer, `Sequential`, or network of the classes that come with glassnet.

    Returns
    -------
    list[tuple[str, Layer]]
        The layers with their names, without dots and without those that act in training only. A
        network that reads one-hot ids begins with an `Embedding` of an identity matrix. A
        temperature is in the weights of the last layer.

    Raises
    ------
    ConversionError
        If the network does more than pass data from one layer to the next.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.structure.steps import steps_of
    >>> from glassnet.nn import Dense, ReLU, Sequential
    >>> network = Sequential(("encoder", Sequential(Dense(3, 2), ReLU())), Dense(2, 3))
    >>> for name, layer in steps_of(network.initialize(np.random.default_rng(0))):
    ...     print(name, layer)
    encoder_dense1 Dense W (3, 2), b (2,)
    encoder_relu1 ReLU
    dense1 Dense W (2, 3), b (3,)
    """
    steps = [step for step in _steps("", network) if not isinstance(step[1], _OF_TRAINING)]
    names = [name for name, _ in steps]
    if len(set(names)) != len(names):  # a_b of a.b, beside another a_b
        steps = [(f"{name}_{number}", layer) for number, (name, layer) in enumerate(steps, 1)]
    return steps


def _steps(name: str, layer: Layer) -> Iterator[tuple[str, Layer]]:
    if isinstance(layer, CharacterLSTM):
        yield from _character_steps(layer)
    elif isinstance(layer, Sequential):
        if type(layer).forward is not Sequential.forward:
            raise ConversionError(
                f"layer {name!r} ({layer.kind}): does more than pass data from one layer to the "
                "next, and the format has no place for that"
            )
        for inner, part in layer.layers.items():
            yield from _steps(f"{name}_{inner}" if name else inner, part)
    else:
        yield name or layer.kind.lower(), layer


def _character_steps(network: CharacterLSTM) -> Iterator[tuple[str, Layer]]:
    if network.skip:
        raise ConversionError(
            "the last layer reads the output of all LSTM layers (skip), and the format has no "
            "place for that"
        )
    if network.embedding is None:
        yield "one_hot", one_hot(len(network.vocabulary), network.theta.dtype)
    for name, layer in network.layers.items():
        if layer is network.dense and network.temperature != 1:
            factor = network.theta.dtype.type(1 / network.temperature)
            scaled = Dense(layer.in_features, layer.out_features)
            yield name, _with(scaled, layer.W * factor, layer.b * factor)
        else:
            yield name, layer


def one_hot(size: int, dtype: np.typing.DTypeLike) -> Embedding:
    """Return an `Embedding` that makes one-hot rows of ids.

    Parameters
    ----------
    size : int
        The number of ids.
    dtype : DTypeLike
        The type of its weights.

    Returns
    -------
    Embedding
        Its weights are an identity matrix.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.structure.steps import one_hot
    >>> one_hot(3, np.float32)(np.array([2, 0]))
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    W = np.eye(size, dtype=dtype)
    return _with(Embedding(size, size), W, np.zeros(size, dtype))


def _with(layer: Affine, W: Array, b: Array) -> Affine:
    """Return a layer with weights."""
    layer.bind(np.zeros(layer.parameter_count, W.dtype), np.zeros(layer.parameter_count, W.dtype))
    layer.W, layer.b = W, b
    return layer
