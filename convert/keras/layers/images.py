"""Keras' convolutions and pooling layers."""

from __future__ import annotations

from typing import Literal

from glassnet.convert.format import ConversionError
from glassnet.convert.keras.layer import KerasLayer, Options, require_shape
from glassnet.convert.keras.layers.activations import activation_part
from glassnet.convert.keras.layers.dense import weights_and_bias
from glassnet.convert.structure.parts import Part
from glassnet.nn import (
    AveragePool1D,
    AveragePool2D,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    GlobalAveragePool1D,
    GlobalAveragePool2D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    Layer,
    MaxPool1D,
    MaxPool2D,
)

POOLING: dict[str, type[MaxPool2D | AveragePool2D]] = {
    "AveragePooling1D": AveragePool1D,
    "AveragePooling2D": AveragePool2D,
    "MaxPooling1D": MaxPool1D,
    "MaxPooling2D": MaxPool2D,
}
"""The pooling layers by their names in Keras."""

GLOBAL_POOLING: dict[str, type[Layer]] = {
    "GlobalAveragePooling1D": GlobalAveragePool1D,
    "GlobalAveragePooling2D": GlobalAveragePool2D,
    "GlobalMaxPooling1D": GlobalMaxPool1D,
    "GlobalMaxPooling2D": GlobalMaxPool2D,
}
"""The global pooling layers by their names in Keras."""


def read_convolution(layer: KerasLayer) -> list[Part]:
    """Return what `Conv1D`, `Conv2D` or `Conv2DTranspose` is in glassnet."""
    options = Options(layer)
    filters, padding = options.whole("filters"), _padding(options)
    one_axis, transposed = layer.kind == "Conv1D", layer.kind == "Conv2DTranspose"
    options.require("groups", 1)
    W, b = weights_and_bias(layer, options, filters, 3 if one_axis else 4, 2 if transposed else -1)
    if transposed:
        W = W.swapaxes(2, 3)  # Keras keeps the channels of the output first
        options.require("output_padding", None)
    made: Layer
    if one_axis:
        size, stride = options.whole("kernel_size"), options.whole("strides", 1)
        made = Conv1D(W.shape[1], filters, size, stride, padding, options.whole("dilation_rate", 1))
        shape: tuple[int, ...] = (size,)
    else:
        shape, strides = options.pair("kernel_size"), options.pair("strides", (1, 1))
        dilation = options.pair("dilation_rate", (1, 1))
        if transposed and dilation != (1, 1):
            raise options.unsupported("dilation_rate", dilation, "only 1")
        made = (
            Conv2DTranspose(W.shape[2], filters, shape, strides, padding)
            if transposed
            else Conv2D(W.shape[2], filters, shape, strides, padding, dilation)
        )
    require_shape(layer, "W", W, (*shape, W.shape[-2], filters))
    activation = activation_part(layer, options)
    options.finish()
    return [Part(layer.name, made, {"W": W, "b": b}), *activation]


def read_pooling(layer: KerasLayer) -> list[Part]:
    """Return what a pooling layer is in glassnet."""
    options = Options(layer)
    padding, made = _padding(options), POOLING[layer.kind]
    if layer.kind.endswith("1D"):
        size = options.whole("pool_size", 2)
        pooling = made(size, options.whole("strides", size), padding)
    else:
        sizes = options.pair("pool_size", (2, 2))
        pooling = made(sizes, options.pair("strides", sizes), padding)
    options.finish()
    return [Part(layer.name, pooling)]


def read_global_pooling(layer: KerasLayer) -> list[Part]:
    """Return what a global pooling layer is in glassnet."""
    options = Options(layer)
    options.require("data_format", "channels_last")
    options.require("keepdims", False)
    options.finish()
    return [Part(layer.name, GLOBAL_POOLING[layer.kind]())]


def _padding(options: Options) -> Literal["valid", "same"]:
    """Return the padding, once the order of the axes is glassnet's."""
    options.require("data_format", "channels_last")
    padding = options.take("padding", "valid")
    if padding == "valid":
        return "valid"
    if padding == "same":
        return "same"
    raise options.unsupported("padding", padding, "only 'valid' or 'same'")


def write_convolution(name: str, layer: Layer) -> KerasLayer:
    """Return what a convolution is in Keras."""
    assert isinstance(layer, Conv1D | Conv2D | Conv2DTranspose)
    options: dict[str, object] = {
        "filters": layer.out_channels,
        "kernel_size": layer.kernel_size,
        "strides": layer.stride,
        "padding": layer.padding,
        "data_format": "channels_last",
    }
    W = layer.W
    if isinstance(layer, Conv2DTranspose):
        W = W.swapaxes(2, 3)
    else:
        options["dilation_rate"] = layer.dilation
    return KerasLayer(layer.kind, name, options, {"": [W, layer.b]})


def write_pooling(name: str, layer: Layer) -> KerasLayer:
    """Return what a pooling layer is in Keras."""
    assert isinstance(layer, MaxPool2D | AveragePool2D)
    kind = _name_of(layer, POOLING)
    axes = 1 if kind.endswith("1D") else 2
    options = {
        "pool_size": layer.pool_size[:axes],
        "strides": layer.stride[:axes],
        "padding": layer.padding,
        "data_format": "channels_last",
    }
    return KerasLayer(kind, name, options)


def write_global_pooling(name: str, layer: Layer) -> KerasLayer:
    """Return what a global pooling layer is in Keras."""
    return KerasLayer(_name_of(layer, GLOBAL_POOLING), name, {"data_format": "channels_last"})


def _name_of(layer: Layer, table: object) -> str:
    assert isinstance(table, dict)
    for name, kind in table.items():
        if type(layer) is kind:
            return str(name)
    raise ConversionError(f"Keras has no {layer.kind}")
