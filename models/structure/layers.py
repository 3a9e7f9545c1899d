"""Layers as values that JSON can hold, and layers built from such values.

A layer is {"layer": kind of its class, "configuration": {argument: value, ...}}, where a value is
a number, a text, None, a list of values, {"mapping": {name: value, ...}}, or another layer.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from glassnet.models.structure.registry import StructureError, is_registered, layer_class
from glassnet.nn import Layer

__all__ = ["build", "describe"]

_LARGEST = 2**31
"""Largest whole number of a configuration, so that no file asks for more than memory holds."""

_MOST_LAYERS = 10_000


def describe(layer: Layer) -> dict[str, object]:
    """Return the structure of a layer or network, without its weights.

    Parameters
    ----------
    layer : Layer
        The layer; it need not be initialized.

    Returns
    -------
    dict[str, object]
        Values that JSON can hold; `build` takes them.

    Raises
    ------
    StructureError
        If that can't be done: a class is not registered, an argument can't be written down, or
        layers were added after the constructor had returned.

    Examples
    --------
    >>> from glassnet.models.structure.layers import build, describe
    >>> from glassnet.nn import Flatten, Sequential
    >>> describe(Sequential(Flatten()))["configuration"]
    {'layers': [['flatten1', {'layer': 'Flatten', 'configuration': {}}]]}
    >>> build(describe(Sequential(Flatten())))
    Sequential
      flatten1: Flatten
    """
    structure = _describe(layer, {id(part): prefix[:-1] for prefix, part in layer.walk()})
    if build(structure).parameter_shapes != layer.parameter_shapes:
        raise StructureError(
            f"a {type(layer).__name__} can't be saved: from its arguments another network is "
            "built; all layers have to be added in the constructors"
        )
    return structure


def build(structure: object) -> Layer:
    """Build the layer or network that a structure describes, not yet initialized.

    Parameters
    ----------
    structure : object
        What `describe` returned.

    Returns
    -------
    Layer
        The network.

    Raises
    ------
    StructureError
        If the structure is damaged, or names a class that is not known here.

    Examples
    --------
    >>> from glassnet.models.structure.layers import build
    >>> build({"layer": "Dense", "configuration": {"in_features": 3, "out_features": 2}})
    Dense W (3, 2), b (2,)
    """
    if not _is_layer(structure):
        raise StructureError("does not describe a network")
    layer = _built(structure, [_MOST_LAYERS])
    assert isinstance(layer, Layer)
    return layer


def _describe(layer: Layer, places: Mapping[int, str]) -> dict[str, object]:
    place = places.get(id(layer))
    subject = f"layer {place!r}" if place else f"a {type(layer).__name__}"
    if not is_registered(layer):
        raise StructureError(
            f"{subject} can't be saved: glassnet.models.register({type(layer).__name__}) "
            "makes its class known to files"
        )
    return {
        "layer": layer.kind,
        "configuration": {
            argument: _described(value, f"{subject} can't be saved: its {argument}", places)
            for argument, value in layer.configuration.items()
            if not (callable(value) and _is_initializer(argument))
        },
    }


def _is_initializer(argument: str) -> bool:
    return argument == "initializer" or argument.endswith("_initializer")


def _described(value: object, subject: str, places: Mapping[int, str]) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Layer):
        return _describe(value, places)
    if isinstance(value, list | tuple):
        return [_described(item, subject, places) for item in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {"mapping": {key: _described(item, subject, places) for key, item in value.items()}}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise StructureError(
        f"{subject} is a {type(value).__name__}; files hold numbers, texts and layers"
    )


def _is_layer(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"layer", "configuration"}


def _built(value: object, left: list[int]) -> object:
    """Return the value that `_described` wrote down; `left` counts the layers that may follow."""
    if isinstance(value, list):
        return tuple(_built(item, left) for item in value)
    if isinstance(value, dict) and set(value) == {"mapping"}:
        return {name: _built(item, left) for name, item in value["mapping"].items()}
    if _is_layer(value):
        assert isinstance(value, dict)
        left[0] -= 1
        kind = layer_class(value["layer"])
        arguments = {name: _built(item, left) for name, item in value["configuration"].items()}
        if left[0] >= 0:
            layer = kind.from_configuration(arguments)
            # A layer may hold copies of its arguments, which double from level to level.
            if sum(1 for _ in layer.walk()) <= _MOST_LAYERS:
                return layer
        raise StructureError(f"holds more than {_MOST_LAYERS:,} layers")
    if isinstance(value, dict) or (isinstance(value, int) and abs(value) > _LARGEST):
        raise StructureError(f"holds {str(value)[:40]}, which describes no network")
    return value
