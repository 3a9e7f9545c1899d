"""Networks made of what Keras writes into its files. Nothing of a file is executed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from glassnet.convert.format import ConversionError
from glassnet.convert.keras.layer import KerasLayer
from glassnet.convert.keras.layers.table import READERS
from glassnet.convert.keras.weights import group_names
from glassnet.convert.structure.axes import axes_of
from glassnet.convert.structure.parts import Part, network_of_parts
from glassnet.nn import Array, Dropout, Sequential

_MODELS = ("Sequential", "Functional", "Model")
_CODE = ("Lambda", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFSMLayer")
_DEEPEST = 16  # models inside models
_MOST_LAYERS = 10_000


class _Described(NamedTuple):
    """A layer's description in JSON, its name in glassnet, and the group of its weights."""

    description: Mapping[str, object]
    name: str
    group: str


def network_of_model(
    model: Mapping[str, object], variables: Mapping[str, list[Array]]
) -> Sequential:
    """Return the network that a model is in glassnet.

    Parameters
    ----------
    model : Mapping[str, object]
        The model's class and arguments, as Keras writes them in JSON.
    variables : Mapping[str, list[Array]]
        Its weights; see `read_variables`.

    Returns
    -------
    Sequential
        The network with its weights.

    Raises
    ------
    ConversionError
        If glassnet has no such layer or option, or the weights do not fit the layers.
    """
    parts = list[Part]()
    for described in _layers(model, "", "", 0):
        kind = _text(described.description, "class_name")
        parts += parts_of(
            KerasLayer(
                kind,
                described.name,
                _mapping(described.description, "config"),
                variables_of(described.group, variables),
                _input_shape(described.description),
            ),
            described.description.get("registered_name"),
        )
        if len(parts) > _MOST_LAYERS:
            raise ConversionError(f"holds more than {_MOST_LAYERS:,} layers")
    return network_of_parts(with_glassnet_axes(parts))


def _layers(
    model: Mapping[str, object], prefix: str, group: str, depth: int
) -> Iterator[_Described]:
    """Yield the layers of a model and of the models inside it, in the order of the data."""
    kind, arguments = _text(model, "class_name"), _mapping(model, "config")
    descriptions = arguments.get("layers")
    if kind not in _MODELS or not isinstance(descriptions, list):
        raise ConversionError(f"holds a {kind[:40]!r}, not a Sequential or Functional model")
    if depth == _DEEPEST:
        raise ConversionError("models lie too deep in each other")
    inner = [item for item in descriptions if isinstance(item, Mapping)]
    if len(inner) != len(descriptions):
        raise ConversionError("the description of a layer is damaged")
    if kind == "Sequential":  # its list of layers is without the input, in which names are counted
        inner = [item for item in inner if item.get("class_name") != "InputLayer"]
    names = group_names([_text(item, "class_name") for item in inner])
    described = [
        _Described(item, prefix + _name(item), f"{group}layers/{name}")
        for item, name in zip(inner, names, strict=True)
    ]
    if kind != "Sequential":
        described = _in_order(described, arguments)
    for layer in described:
        if layer.description.get("class_name") in _MODELS:
            yield from _layers(layer.description, f"{layer.name}_", f"{layer.group}/", depth + 1)
        else:
            yield layer


def _in_order(layers: Sequence[_Described], arguments: Mapping[str, object]) -> list[_Described]:
    """Return the layers of a Functional model from its input to its output, without the input."""
    reader_of: dict[str, _Described] = {}  # by the name of the layer that is read
    starts = []
    for layer in layers:
        name = _name(layer.description)
        nodes = layer.description.get("inbound_nodes")
        if layer.description.get("class_name") == "InputLayer":
            starts.append(name)
            continue
        histories = list(_histories(nodes, 0)) if isinstance(nodes, list) else []
        if len(histories) != 1 or not isinstance(nodes, list) or len(nodes) != 1:
            raise ConversionError(
                f"layer {name!r}: reads {len(histories)} outputs of layers; glassnet reads models "
                "whose layers come one after the other"
            )
        if histories[0] in reader_of:
            raise ConversionError(
                f"layer {histories[0]!r}: its output goes to two layers, {name!r} and "
                f"{_name(reader_of[histories[0]].description)!r}; glassnet reads models whose "
                "layers come one after the other"
            )
        reader_of[histories[0]] = layer
    outputs = [*_named(arguments.get("output_layers"))]
    if len(starts) != 1 or len(outputs) != 1:
        raise ConversionError(
            f"a model of {len(starts)} inputs and {len(outputs)} outputs; glassnet reads models "
            "of one each"
        )
    name, ordered = starts[0], list[_Described]()
    while name in reader_of:
        ordered.append(reader_of.pop(name))
        name = _name(ordered[-1].description)
    if reader_of or name != outputs[0]:
        raise ConversionError(f"no path leads through all layers to the output {outputs[0]!r}")
    return ordered


def _histories(value: object, depth: int) -> Iterator[str]:
    """Yield the names of the layers whose outputs a node reads."""
    if depth > _DEEPEST:
        raise ConversionError("the description of a layer's input is damaged")
    if isinstance(value, Mapping):
        history = value.get("keras_history")
        if isinstance(history, list) and history:
            yield str(history[0])
        else:
            for item in value.values():
                yield from _histories(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _histories(item, depth + 1)


def _named(value: object) -> Iterator[str]:
    """Yield the names in ["dense", 0, 0] or [["dense", 0, 0], ...]."""
    if isinstance(value, list) and value and isinstance(value[0], str):
        yield value[0]
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, list) and item:
                yield str(item[0])


def parts_of(layer: KerasLayer, registered_name: object = None) -> list[Part]:
    """Return the layers that a layer of Keras is in glassnet.

    Parameters
    ----------
    layer : KerasLayer
        The layer.
    registered_name : object, optional
        The name of the class if it is the user's own.

    Returns
    -------
    list[Part]
        The layers with their weights.

    Raises
    ------
    ConversionError
        If glassnet has no such layer, or not with these options.
    """
    if layer.kind in _CODE or registered_name is not None:
        raise ConversionError(f"{layer.subject}: holds code of its own, which is never run")
    if layer.kind not in READERS:
        raise ConversionError(f"{layer.subject}: glassnet has no such layer")
    try:
        return READERS[layer.kind](layer)
    except ConversionError:
        raise
    except ValueError as error:  # a rate of 2, a stride and a dilation, ...
        raise ConversionError(f"{layer.subject}: {error}") from error


def with_glassnet_axes(parts: Sequence[Part]) -> list[Part]:
    """Return layers that were made for sequences (N, T, ...) for (T, N, ...).

    Parameters
    ----------
    parts : Sequence[Part]
        All layers of a network.

    Returns
    -------
    list[Part]
        The same layers, but a `Dropout` of sequences with other axes.
    """
    axes = axes_of([(part.name, part.layer) for part in parts])
    swap = {0: 1, 1: 0}
    return [
        Part(
            part.name,
            Dropout(
                part.layer.rate, 1, tuple(swap.get(axis, axis) for axis in part.layer.shared_axes)
            ),
        )
        if isinstance(part.layer, Dropout) and axis.time_major
        else part
        for part, axis in zip(parts, axes[:-1], strict=True)
    ]


def variables_of(group: str, variables: Mapping[str, list[Array]]) -> dict[str, list[Array]]:
    """Return the weights of a layer's group by the part of the layer that holds them.

    Parameters
    ----------
    group : str
        The path of the layer's group.
    variables : Mapping[str, list[Array]]
        The weights of all groups.

    Returns
    -------
    dict[str, list[Array]]
        Those of the layer itself by "", those of its cell by "cell".
    """
    found = {"": variables[group]} if group in variables else {}
    start = f"{group}/"
    return found | {
        path[len(start) :]: arrays for path, arrays in variables.items() if path.startswith(start)
    }


def _input_shape(description: Mapping[str, object]) -> tuple[int | None, ...]:
    build = description.get("build_config")
    shape = build.get("input_shape") if isinstance(build, Mapping) else None
    if not isinstance(shape, list) or not all(n is None or type(n) is int for n in shape):
        return ()
    return tuple(shape)


def _text(description: Mapping[str, object], key: str) -> str:
    value = description.get(key)
    if not isinstance(value, str):
        raise ConversionError(f"the description of a layer lacks its {key}")
    return value


def _mapping(description: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = description.get(key)
    if not isinstance(value, Mapping):
        raise ConversionError(f"the description of a layer lacks its {key}")
    return value


def _name(description: Mapping[str, object]) -> str:
    """Return a layer's name in Keras, without the dots that glassnet's can't have."""
    name = _mapping(description, "config").get("name")
    if not isinstance(name, str) or not name:
        raise ConversionError("the description of a layer lacks its name")
    return name[:200].replace(".", "_")
