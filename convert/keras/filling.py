"""Weights of Keras for a network that the user built of the same layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from glassnet.convert.format import ConversionError
from glassnet.convert.keras.reading import parts_of, variables_of
from glassnet.convert.keras.weights import group_names
from glassnet.convert.keras.writing import keras_layers
from glassnet.convert.structure.steps import steps_of
from glassnet.nn import Array, Layer


def fill(network: Layer, variables: Mapping[str, list[Array]]) -> None:
    """Set the weights of a network to those of a Keras model of the same layers.

    Parameters
    ----------
    network : Layer
        An initialized network. If anything is wrong it keeps its weights.
    variables : Mapping[str, list[Array]]
        The weights of the model; see `read_variables`.

    Raises
    ------
    ConversionError
        If the weights do not fit the network; the message names the layer.
    """
    layers = keras_layers(network)
    groups = group_names([layer.kind for layer in layers])
    known = {f"layers/{group}" for group in groups}
    for path, arrays in variables.items():
        if arrays and "/".join(path.split("/")[:2]) not in known:
            raise ConversionError(f"{path} is of no layer of the network")
    found: dict[str, Mapping[str, Array]] = {}
    for written, group in zip(layers, groups, strict=True):
        own = variables_of(f"layers/{group}", variables)
        found |= {part.name: part.arrays for part in parts_of(replace(written, variables=own))}
    for name, layer in steps_of(network):
        for key, value in layer.arrays.items():
            if found[name][key].shape != value.shape:
                raise ConversionError(
                    f"layer {name!r}: {key} has the shape {found[name][key].shape} in the file, "
                    f"not {value.shape}"
                )
    for name, layer in steps_of(network):
        for key, value in layer.arrays.items():
            value[...] = found[name][key]
