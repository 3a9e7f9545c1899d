"""Keras' normalizations, and its layers that act in training only."""

from __future__ import annotations

import numpy as np

from glassnet.convert.format import ConversionError
from glassnet.convert.keras.layer import KerasLayer, Options, require_shape
from glassnet.convert.structure.parts import Part
from glassnet.nn import Array, BatchNorm, Dropout, GaussianNoise, Layer, LayerNorm, RMSNorm


def read_batch_normalization(layer: KerasLayer) -> list[Part]:
    """Return what `BatchNormalization` is in glassnet."""
    options = Options(layer)
    options.require("axis", -1, len(layer.input_shape) - 1)
    options.take("renorm_clipping")
    options.take("renorm_momentum")
    momentum, eps = options.number("momentum", 0.99), options.number("epsilon", 1e-3)
    arrays = _scale_and_center(layer, options, ["running_mean", "running_var"])
    options.finish()
    features = len(arrays["gamma"])
    return [Part(layer.name, BatchNorm(features, round(1 - momentum, 12), eps), arrays)]


def read_layer_normalization(layer: KerasLayer) -> list[Part]:
    """Return what `LayerNormalization` is in glassnet."""
    options = Options(layer)
    options.require("axis", -1, (-1,), len(layer.input_shape) - 1, (len(layer.input_shape) - 1,))
    options.require("rms_scaling", False)
    eps = options.number("epsilon", 1e-3)
    arrays = _scale_and_center(layer, options, [])
    options.finish()
    return [Part(layer.name, LayerNorm(len(arrays["gamma"]), eps), arrays)]


def read_rms_normalization(layer: KerasLayer) -> list[Part]:
    """Return what `RMSNormalization` is in glassnet."""
    options = Options(layer)
    options.require("axis", -1, (-1,), len(layer.input_shape) - 1)
    eps = options.number("epsilon", 1e-6)
    arrays = layer.weights("gamma")
    require_shape(layer, "gamma", arrays["gamma"], (arrays["gamma"].size,))
    options.finish()
    return [Part(layer.name, RMSNorm(arrays["gamma"].size, eps), arrays)]


def _scale_and_center(layer: KerasLayer, options: Options, more: list[str]) -> dict[str, Array]:
    """Return gamma, beta and more arrays; those that Keras leaves out are ones and zeros."""
    scale, center = options.flag("scale", True), options.flag("center", True)
    names = ["gamma"] * scale + ["beta"] * center + more
    arrays = layer.weights(*names)
    if not arrays:
        raise ConversionError(
            f"{layer.subject}: with center=False and scale=False it says nowhere how many numbers "
            "it takes"
        )
    first = next(iter(arrays.values()))
    for name, array in arrays.items():
        require_shape(layer, name, array, (first.size,))
    ones = np.ones(first.size, first.dtype)
    return {"gamma": ones, "beta": 0 * ones, **arrays}


def read_dropout(layer: KerasLayer) -> list[Part]:
    """Return what `Dropout` is in glassnet, with axes in Keras' order."""
    options = Options(layer)
    rate = options.number("rate", 0.0)
    shape = options.take("noise_shape") or []
    known = isinstance(shape, list) and all(size in (None, 1) for size in shape)
    if not isinstance(shape, list) or not known or shape[:1] == [1]:
        raise options.unsupported("noise_shape", shape, "only None and 1 after the first")
    options.finish()
    return [Part(layer.name, Dropout(rate, 0, tuple(a for a, n in enumerate(shape) if n == 1)))]


def read_gaussian_noise(layer: KerasLayer) -> list[Part]:
    """Return what `GaussianNoise` is in glassnet."""
    options = Options(layer)
    std = options.number("stddev", 0.0)
    options.finish()
    return [Part(layer.name, GaussianNoise(std, None, None))]


def write_normalization(name: str, layer: Layer) -> KerasLayer:
    """Return what a normalization is in Keras."""
    match layer:
        case BatchNorm():
            options = {"momentum": round(1 - layer.momentum, 12), "epsilon": layer.eps}
            means = [layer.running_mean, layer.running_var]
            arrays = [layer.gamma, layer.beta, *(m.astype(layer.gamma.dtype) for m in means)]
            return KerasLayer("BatchNormalization", name, options, {"": arrays})
        case LayerNorm():
            variables = {"": [layer.gamma, layer.beta]}
            return KerasLayer("LayerNormalization", name, {"epsilon": layer.eps}, variables)
    assert isinstance(layer, RMSNorm)
    return KerasLayer("RMSNormalization", name, {"epsilon": layer.eps}, {"": [layer.gamma]})


def write_dropout(name: str, layer: Layer) -> KerasLayer:
    """Return what a `Dropout` is in Keras, without its axes."""
    assert isinstance(layer, Dropout)
    return KerasLayer("Dropout", name, {"rate": layer.rate})
