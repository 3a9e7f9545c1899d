"""Keras' `Dense`, also in `TimeDistributed`, and `Embedding`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from glassnet.convert.format import ConversionError
from glassnet.convert.keras.layer import KerasLayer, Options, require_shape
from glassnet.convert.keras.layers.activations import activation_part
from glassnet.convert.structure.parts import Part
from glassnet.nn import Array, Dense, Embedding, Layer


def weights_and_bias(
    layer: KerasLayer, options: Options, units: int, axes: int, axis: int = -1
) -> tuple[Array, Array]:
    """Return W and b of a layer that may lack b; then it is zeros.

    Parameters
    ----------
    layer : KerasLayer
        The layer.
    options : Options
        Its options, of which `use_bias` is taken.
    units : int
        The length of b.
    axes : int
        The number of axes of W.
    axis : int, default -1
        The axis of W that has the length of b.

    Returns
    -------
    W, b : Array
        They have the right number of axes, and as many units.

    Raises
    ------
    ConversionError
        If they haven't.
    """
    arrays = layer.weights(*(["W", "b"] if options.flag("use_bias", True) else ["W"]))
    W = arrays["W"]
    if W.ndim != axes or W.shape[axis] != units:
        raise ConversionError(
            f"{layer.subject}: W has the shape {W.shape}, not {axes} axes and {units} units"
        )
    b = arrays.get("b", np.zeros(units, W.dtype))
    return W, require_shape(layer, "b", b, (units,))


def read_dense(layer: KerasLayer) -> list[Part]:
    """Return what `Dense` is in glassnet: with an activation, two layers."""
    options = Options(layer)
    units = options.whole("units")
    W, b = weights_and_bias(layer, options, units, 2)
    require_shape(layer, "W", W, (len(W), units))
    activation = activation_part(layer, options)
    options.finish()
    return [Part(layer.name, Dense(len(W), units), {"W": W, "b": b}), *activation]


def read_time_distributed(layer: KerasLayer) -> list[Part]:
    """Return what `TimeDistributed(Dense(...))` is in glassnet: a `Dense` alone."""
    options = Options(layer)
    inner = options.take("layer")
    kind = inner.get("class_name") if isinstance(inner, Mapping) else None
    config = inner.get("config") if isinstance(inner, Mapping) else None
    if not isinstance(config, Mapping) or kind != "Dense":
        raise options.unsupported("layer", kind, "only Dense in TimeDistributed")
    options.finish()
    return read_dense(
        KerasLayer("Dense", layer.name, config, {"": layer.variables.get("layer", [])})
    )


def read_embedding(layer: KerasLayer) -> list[Part]:
    """Return what `Embedding` is in glassnet, with a bias of zeros."""
    options = Options(layer)
    shape = options.whole("input_dim"), options.whole("output_dim")
    options.take("input_length")
    options.require("mask_zero", False)
    W = require_shape(layer, "W", layer.weights("W")["W"], shape)
    options.finish()
    return [Part(layer.name, Embedding(*shape), {"W": W, "b": np.zeros(shape[1], W.dtype)})]


def write_dense(name: str, layer: Layer) -> KerasLayer:
    """Return what a `Dense` is in Keras."""
    assert isinstance(layer, Dense)
    options = {"units": layer.out_features}
    return KerasLayer("Dense", name, options, {"": [layer.W, layer.b]})


def write_embedding(name: str, layer: Layer) -> KerasLayer:
    """Return what an `Embedding` is in Keras, whose vectors hold the bias."""
    assert isinstance(layer, Embedding)
    options = {"input_dim": layer.vocabulary_size, "output_dim": layer.embedding_size}
    return KerasLayer("Embedding", name, options, {"": [layer.W + layer.b]})
