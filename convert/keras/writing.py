"""Networks in the form in which Keras keeps them in its files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from glassnet.convert.format import ConversionError
from glassnet.convert.keras.layer import KerasLayer
from glassnet.convert.keras.layers.recurrent import serialized
from glassnet.convert.keras.layers.table import WRITERS
from glassnet.convert.keras.weights import group_names
from glassnet.convert.structure.axes import Axes, axes_of, features_read
from glassnet.convert.structure.steps import steps_of
from glassnet.nn import GRU, LSTM, Array, Dropout, Flatten, LastStep, Layer, Reshape, SimpleRNN


class KerasModel(NamedTuple):
    """A model as Keras writes it.

    Attributes
    ----------
    config : dict[str, object]
        Its class and arguments.
    variables : dict[str, list[Array]]
        Its weights by the paths of their groups.
    """

    config: dict[str, object]
    variables: dict[str, list[Array]]


def keras_layers(network: Layer) -> list[KerasLayer]:
    """Return the layers that a network has in Keras, with their weights.

    Parameters
    ----------
    network : Layer
        An initialized network of layers one after the other.

    Returns
    -------
    list[KerasLayer]
        The layers, whose `input_shape` is known in part.

    Raises
    ------
    ConversionError
        If Keras has no such layer, or not with these options.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.keras.writing import keras_layers
    >>> from glassnet.nn import LSTM, Dense, LastStep, Sequential
    >>> network = Sequential(LSTM(3, 4), LastStep(), Dense(4, 2))
    >>> for layer in keras_layers(network.initialize(np.random.default_rng(0))):
    ...     print(layer.kind, layer.input_shape, dict(layer.options))
    LSTM (None, None, 3) {'units': 4, 'return_sequences': False}
    Dense (None, 4) {'units': 2}
    """
    steps = steps_of(network)
    written = list[KerasLayer]()
    for number, ((name, layer), axes) in enumerate(zip(steps, axes_of(steps)[:-1], strict=True)):
        if isinstance(layer, LastStep):
            before = steps[number - 1][1] if number else None
            if not isinstance(before, LSTM | GRU | SimpleRNN):
                raise ConversionError(
                    f"layer {name!r} (LastStep): Keras can return the last step only of an LSTM, "
                    "GRU or SimpleRNN directly before it"
                )
            last = written[-1]
            written[-1] = replace(last, options={**last.options, "return_sequences": False})
            continue
        if layer.kind not in WRITERS:
            raise ConversionError(f"layer {name!r} ({layer.kind}): Keras has no such layer")
        one = WRITERS[layer.kind](name, layer)
        if isinstance(layer, Dropout):
            one = _with_noise_shape(one, layer, axes)
        written.append(replace(one, input_shape=_input_shape(layer, axes)))
    return written


def _with_noise_shape(written: KerasLayer, layer: Dropout, axes: Axes) -> KerasLayer:
    """Return a `Dropout` with the axes that share a mask, in Keras' order."""
    if not layer.shared_axes:
        return written
    swap = {0: 1, 1: 0} if axes.time_major else {}
    shared = [swap.get(axis, axis) for axis in layer.shared_axes]
    if axes.number is None or 0 in shared or max(shared) >= axes.number:
        raise ConversionError(
            f"layer {written.name!r} (Dropout): Keras has no mask shared along the axes "
            f"{layer.shared_axes}"
        )
    shape = [1 if axis in shared else None for axis in range(axes.number)]
    return replace(written, options={**written.options, "noise_shape": shape})


def _input_shape(layer: Layer, axes: Axes) -> tuple[int | None, ...]:
    """Return the shape that a layer reads, as far as its arguments say it."""
    count = 2 if axes.number is None else axes.number
    return (*[None] * (count - 1), features_read(layer))


def model_of_network(network: Layer, name: str = "network") -> KerasModel:
    """Return the Keras model that a network is.

    Parameters
    ----------
    network : Layer
        An initialized network of layers one after the other.
    name : str, default "network"
        The model's name.

    Returns
    -------
    KerasModel
        A `Sequential` of Keras.

    Raises
    ------
    ConversionError
        If Keras has no such layer, or not with these options.

    Notes
    -----
    The input has a fixed number of axes and features in Keras if the network's layers say them.
    Otherwise, as for images that are made flat, the model takes its first input as it comes.
    """
    layers = keras_layers(network)
    dtype = str(np.dtype(network.theta.dtype))
    described = [_described(layer, dtype) for layer in layers]
    start = _input_layer(steps_of(network), layers)
    if start is None:
        for layer, description in zip(layers, described, strict=True):
            if layer.variables:  # it is built before an input comes, as its weights are loaded
                description["build_config"] = {"input_shape": layer.input_shape}
    else:
        described.insert(0, start)
    config: dict[str, object] = {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": name, "trainable": True, "dtype": dtype, "layers": described},
        "registered_name": None,
    }
    return KerasModel(config, dict(_variables(layers)))


def _described(layer: KerasLayer, dtype: str) -> dict[str, object]:
    return serialized(replace(layer, options={"dtype": dtype, **layer.options}))


def _input_layer(
    steps: Sequence[tuple[str, Layer]], layers: Sequence[KerasLayer]
) -> dict[str, object] | None:
    """Return the layer that says the shape of the input; None if it is not known."""
    kinds = [type(layer) for _, layer in steps]
    flat = Flatten in kinds and Reshape not in kinds[: kinds.index(Flatten)]
    sized = [layer for layer in layers if layer.input_shape[-1] is not None]
    ids = bool(layers) and layers[0].kind == "Embedding"
    if flat or not layers or (not ids and layers[0] not in sized):
        return None
    options = {"batch_shape": layers[0].input_shape, "dtype": "int32" if ids else "float32"}
    return serialized(KerasLayer("InputLayer", "input", options))


def _variables(layers: Sequence[KerasLayer]) -> Iterator[tuple[str, list[Array]]]:
    """Yield the path of each group of weights, and the weights."""
    for layer, group in zip(layers, group_names([layer.kind for layer in layers]), strict=True):
        for part, arrays in layer.variables.items():
            yield f"layers/{group}" + f"/{part}" * bool(part), arrays
