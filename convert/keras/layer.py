"""A layer as Keras writes it down, and what is checked of its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from glassnet.convert.format import ConversionError
from glassnet.nn import Array

_OF_TRAINING = ("_initializer", "_regularizer", "_constraint")
"""Endings of options that change nothing in a trained network's output."""

_IGNORED = {"name", "trainable", "seed", "unroll", "unit_forget_bias", "zero_output_for_mask"}

_DTYPES = {"float16", "bfloat16", "float32", "float64", "mixed_float16", "mixed_bfloat16"}


@dataclass(frozen=True)
class KerasLayer:
    """A layer of a Keras model.

    Parameters
    ----------
    kind : str
        Name of its class, such as "LSTM".
    name : str
        Its own name, such as "lstm_1".
    options : Mapping[str, object]
        The arguments that Keras makes it with.
    variables : Mapping[str, list[Array]], optional
        Its weights in Keras' order, by the part of the layer that holds them: "" for the layer
        itself, "cell" for a recurrent layer.
    input_shape : tuple[int | None, ...], optional
        The shape of its input with the batch axis; empty if the file doesn't say it.

    Examples
    --------
    >>> from glassnet.convert.keras.layer import KerasLayer
    >>> KerasLayer("ReLU", "re_lu", {"max_value": None}).kind
    'ReLU'
    """

    kind: str
    name: str
    options: Mapping[str, object]
    variables: Mapping[str, list[Array]] = field(default_factory=dict)
    input_shape: tuple[int | None, ...] = ()

    @property
    def subject(self) -> str:
        """Return how messages name the layer."""
        return f"layer {self.name!r} ({self.kind})"

    def weights(self, *names: str, part: str = "") -> dict[str, Array]:
        """Return the weights by name.

        Parameters
        ----------
        *names : str
            A name for each weight, in Keras' order.
        part : str, default ""
            The part of the layer that holds them.

        Returns
        -------
        dict[str, Array]
            The weights.

        Raises
        ------
        ConversionError
            If the file holds another number of weights.
        """
        found = self.variables.get(part, [])
        if len(found) != len(names):
            raise ConversionError(
                f"{self.subject}: the file holds {len(found)} weights of it, not {len(names)}"
            )
        return dict(zip(names, found, strict=True))


class Options:
    """The options of a Keras layer, each taken once, so that none is overlooked.

    Parameters
    ----------
    layer : KerasLayer
        The layer.

    Raises
    ------
    ConversionError
        From `require` and `whole` and their like: if an option has a value that glassnet can't
        have. From `finish`: if an option is left that was not taken.

    Examples
    --------
    >>> from glassnet.convert.keras.layer import KerasLayer, Options
    >>> options = Options(KerasLayer("ReLU", "re_lu", {"max_value": 6.0}))
    >>> options.require("max_value", None)
    Traceback (most recent call last):
    ...
    glassnet.convert.format.ConversionError: layer 're_lu' (ReLU): max_value=6.0 is not supported, \
only None
    """

    def __init__(self, layer: KerasLayer) -> None:
        self._layer = layer
        self._left = dict(layer.options)
        policy = self._left.pop("dtype", "float32")
        if isinstance(policy, Mapping):
            inner = policy.get("config")
            policy = inner.get("name") if isinstance(inner, Mapping) else None
        if not isinstance(policy, str) or policy not in _DTYPES:
            raise ConversionError(f"{layer.subject}: dtype={policy!r} is not supported")

    def require(self, name: str, *allowed: object) -> None:
        """Raise an error if an option is there and has none of the allowed values."""
        value = self._left.pop(name, allowed[0])
        if isinstance(value, list):
            value = tuple(value)
        if not any(type(value) is type(known) and value == known for known in allowed):
            raise self.unsupported(name, value, "only " + " or ".join(map(repr, allowed)))

    def take(self, name: str, default: object = None) -> object:
        """Return the value of an option, whatever it is."""
        return self._left.pop(name, default)

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a whole number that is at least 1."""
        value = self._left.pop(name, default)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.unsupported(name, value, "a whole number is expected")
        return value

    def pair(self, name: str, default: tuple[int, int] | None = None) -> tuple[int, int]:
        """Return two whole numbers; one stands for both."""
        value = self._left.pop(name, default)
        if isinstance(value, int) and not isinstance(value, bool):
            value = (value, value)
        if (
            not isinstance(value, list | tuple)
            or len(value) != 2
            or not all(type(item) is int and item >= 0 for item in value)
        ):
            raise self.unsupported(name, value, "two whole numbers are expected")
        return value[0], value[1]

    def number(self, name: str, default: float) -> float:
        """Return a number."""
        value = self._left.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.unsupported(name, value, "a number is expected")
        return float(value)

    def flag(self, name: str, default: bool) -> bool:
        """Return True or False."""
        value = self._left.pop(name, default)
        if not isinstance(value, bool):
            raise self.unsupported(name, value, "True or False is expected")
        return value

    def finish(self) -> None:
        """Raise an error if an option is left that says something."""
        for name, value in self._left.items():
            silent = name in _IGNORED or name.endswith(_OF_TRAINING)
            if not silent and value is not None and value is not False:
                raise self.unsupported(name, value, "glassnet has no such option")

    def unsupported(self, name: str, value: object, right: str) -> ConversionError:
        """Return the error for an option."""
        return ConversionError(
            f"{self._layer.subject}: {name}={str(value)[:60]} is not supported, {right}"
        )


def require_shape(layer: KerasLayer, name: str, array: Array, shape: tuple[int, ...]) -> Array:
    """Return a weight if it has the right shape.

    Parameters
    ----------
    layer : KerasLayer
        The layer.
    name : str
        The weight's name.
    array : Array
        The weight.
    shape : tuple[int, ...]
        What its shape has to be.

    Returns
    -------
    Array
        The same array.

    Raises
    ------
    ConversionError
        If it has another shape.
    """
    if array.shape != shape:
        raise ConversionError(f"{layer.subject}: {name} has the shape {array.shape}, not {shape}")
    return array
