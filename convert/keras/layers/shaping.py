"""Keras' layers that change shapes."""

from __future__ import annotations

from glassnet.convert.keras.layer import KerasLayer, Options
from glassnet.convert.structure.parts import Part
from glassnet.nn import (
    Cropping2D,
    Flatten,
    Layer,
    Reshape,
    UpSampling1D,
    UpSampling2D,
    ZeroPadding2D,
)


def read_flatten(layer: KerasLayer) -> list[Part]:
    """Return what `Flatten` is in glassnet."""
    options = Options(layer)
    options.require("data_format", "channels_last")
    options.finish()
    return [Part(layer.name, Flatten())]


def read_reshape(layer: KerasLayer) -> list[Part]:
    """Return what `Reshape` is in glassnet."""
    options = Options(layer)
    value = options.take("target_shape")
    options.finish()
    sizes = [size for size in value if type(size) is int] if isinstance(value, list) else []
    if not isinstance(value, list) or len(sizes) < len(value) or min(sizes, default=1) < 1:
        raise options.unsupported("target_shape", value, "whole numbers are expected, all of them")
    return [Part(layer.name, Reshape(tuple(sizes)))]


def read_border(layer: KerasLayer) -> list[Part]:
    """Return what `ZeroPadding2D` or `Cropping2D` is in glassnet."""
    options = Options(layer)
    options.require("data_format", "channels_last")
    name = "padding" if layer.kind == "ZeroPadding2D" else "cropping"
    value = options.take(name, 1)
    options.finish()
    rows, columns = _pair(value)
    (top, bottom), (left, right) = _pair(rows), _pair(columns)
    sides = [side for side in (top, bottom, left, right) if type(side) is int and side >= 0]
    if len(sides) < 4:
        raise options.unsupported(name, value, "whole numbers are expected")
    border = (sides[0], sides[1]), (sides[2], sides[3])
    made = ZeroPadding2D(border) if name == "padding" else Cropping2D(border)
    return [Part(layer.name, made)]


def _pair(value: object) -> tuple[object, object]:
    """Return two values; one stands for both."""
    if isinstance(value, list | tuple) and len(value) == 2:
        return value[0], value[1]
    return value, value


def read_up_sampling(layer: KerasLayer) -> list[Part]:
    """Return what `UpSampling1D` or `UpSampling2D` is in glassnet."""
    options = Options(layer)
    made: Layer
    if layer.kind == "UpSampling1D":
        made = UpSampling1D(options.whole("size", 2))
    else:
        options.require("data_format", "channels_last")
        options.require("interpolation", "nearest")
        made = UpSampling2D(options.pair("size", (2, 2)))
    options.finish()
    return [Part(layer.name, made)]


def write_shaping(name: str, layer: Layer) -> KerasLayer:
    """Return what a layer that changes shapes is in Keras."""
    options: dict[str, object] = {}
    match layer:
        case Reshape():
            options["target_shape"] = layer.shape
        case ZeroPadding2D():
            options["padding"] = layer.padding
        case Cropping2D():
            options["cropping"] = layer.cropping
        case UpSampling1D():
            options["size"] = layer.size[0]
        case UpSampling2D():
            options["size"] = layer.size
    return KerasLayer(layer.kind, name, options)
