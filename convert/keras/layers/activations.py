"""Keras' activations: layers of their own, and options of other layers by name."""

from __future__ import annotations

from collections.abc import Callable

from glassnet.convert.format import ConversionError
from glassnet.convert.keras.layer import KerasLayer, Options
from glassnet.convert.structure.parts import Part
from glassnet.nn import ELU, GELU, Layer, LeakyReLU, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh

_BY_NAME: dict[str, Callable[[], Layer]] = {
    "elu": ELU,
    "gelu": GELU,
    "leaky_relu": lambda: LeakyReLU(0.2),  # Keras' default for the function; 0.3 for the layer
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "silu": SiLU,
    "softmax": Softmax,
    "softplus": Softplus,
    "swish": SiLU,
    "tanh": Tanh,
}


def activation_part(layer: KerasLayer, options: Options) -> list[Part]:
    """Return the layer for the option `activation` of another one: none for "linear".

    Parameters
    ----------
    layer : KerasLayer
        The other layer.
    options : Options
        Its options.

    Returns
    -------
    list[Part]
        One part or none.

    Raises
    ------
    ConversionError
        If glassnet has no such activation.
    """
    value = options.take("activation", "linear")
    if value is None or value == "linear":
        return []
    if not isinstance(value, str) or value not in _BY_NAME:
        raise options.unsupported("activation", value, f"only linear, {', '.join(_BY_NAME)}")
    name = layer.name if layer.kind == "Activation" else f"{layer.name}_{value}"
    return [Part(name, _BY_NAME[value]())]


def read_activation(layer: KerasLayer) -> list[Part]:
    """Return what `Activation` is in glassnet."""
    options = Options(layer)
    parts = activation_part(layer, options)
    options.finish()
    return parts


def read_relu(layer: KerasLayer) -> list[Part]:
    """Return what `ReLU` is in glassnet: `LeakyReLU` if it has a slope."""
    options = Options(layer)
    options.require("max_value", None)
    options.require("threshold", 0.0, 0)
    slope = options.number("negative_slope", 0.0)
    options.finish()
    return [Part(layer.name, LeakyReLU(slope) if slope else ReLU())]


def read_leaky_relu(layer: KerasLayer) -> list[Part]:
    """Return what `LeakyReLU` is in glassnet."""
    options = Options(layer)
    slope = options.number("negative_slope", 0.3)
    options.finish()
    return [Part(layer.name, LeakyReLU(slope))]


def read_elu(layer: KerasLayer) -> list[Part]:
    """Return what `ELU` is in glassnet."""
    options = Options(layer)
    alpha = options.number("alpha", 1.0)
    options.finish()
    return [Part(layer.name, ELU(alpha))]


def read_softmax(layer: KerasLayer) -> list[Part]:
    """Return what `Softmax` is in glassnet."""
    options = Options(layer)
    options.require("axis", -1)
    options.finish()
    return [Part(layer.name, Softmax())]


def write_activation(name: str, layer: Layer) -> KerasLayer:
    """Return what an activation is in Keras.

    Parameters
    ----------
    name : str
        The layer's name.
    layer : Layer
        The layer.

    Returns
    -------
    KerasLayer
        A layer of Keras.

    Raises
    ------
    ConversionError
        If Keras has no such activation.
    """
    match layer:
        case LeakyReLU():
            return KerasLayer("LeakyReLU", name, {"negative_slope": layer.negative_slope})
        case ELU():
            return KerasLayer("ELU", name, {"alpha": layer.alpha})
        case Softmax() | ReLU():
            return KerasLayer(layer.kind, name, {})
        case GELU(approximate="tanh"):
            raise ConversionError(
                f"layer {name!r} (GELU): Keras has no layer for approximate='tanh'"
            )
        case Softplus() if layer.beta != 1:
            raise ConversionError(f"layer {name!r} (Softplus): Keras has beta=1 only")
    return KerasLayer("Activation", name, {"activation": layer.kind.lower()})
