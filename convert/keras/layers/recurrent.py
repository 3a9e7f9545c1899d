"""Keras' `LSTM`, `GRU` and `SimpleRNN`, also in `Bidirectional`.

Where Keras returns the last step only, glassnet has another layer, `LastStep`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from glassnet.convert.cells import CellWeights, from_glassnet, to_glassnet
from glassnet.convert.format import ConversionError
from glassnet.convert.keras.layer import KerasLayer, Options, require_shape
from glassnet.convert.structure.parts import Part
from glassnet.nn import GRU, LSTM, Array, Bidirectional, Dropout, LastStep, Layer, SimpleRNN

_GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}


def read_recurrent(layer: KerasLayer) -> list[Part]:
    """Return what a recurrent layer is in glassnet: with `LastStep` if it returns the last step."""
    cell, arrays, options = _cell(layer, backwards=False)
    parts = [Part(layer.name, cell, arrays)]
    rate = options.number("dropout", 0.0)
    if rate:  # one mask for all time steps; axes in Keras' order here
        parts.insert(0, Part(f"{layer.name}_dropout", Dropout(rate, 0, (1,))))
    if not options.flag("return_sequences", False):
        parts.append(Part(f"{layer.name}_last", LastStep()))
    options.finish()
    return parts


def read_bidirectional(layer: KerasLayer) -> list[Part]:
    """Return what `Bidirectional` is in glassnet."""
    options = Options(layer)
    options.require("merge_mode", "concat")
    cells, arrays, sequences = [], dict[str, Array](), []
    inner = options.take("layer"), options.take("backward_layer")
    for name, description in zip(("forward_layer", "backward_layer"), inner, strict=True):
        kind = description.get("class_name") if isinstance(description, Mapping) else None
        config = description.get("config") if isinstance(description, Mapping) else None
        if not isinstance(config, Mapping) or str(kind) not in _GATES:
            raise options.unsupported(name, kind, f"only {', '.join(_GATES)}")
        part = KerasLayer(
            str(kind),
            f"{layer.name}/{name}",
            config,
            {"cell": layer.variables.get(f"{name}/cell", [])},
        )
        cell, of_cell, of_part = _cell(part, backwards=name == "backward_layer")
        cells.append(cell)
        arrays |= {f"{name}.{key}": value for key, value in of_cell.items()}
        sequences.append(of_part.flag("return_sequences", False))
        of_part.require("dropout", 0.0, 0)
        of_part.finish()
    options.finish()
    if sequences[0] != sequences[1]:
        raise ConversionError(f"{layer.subject}: one direction returns sequences, the other not")
    return [Part(layer.name, Bidirectional(cells[0], cells[1], last_step=not sequences[0]), arrays)]


def _cell(layer: KerasLayer, backwards: bool) -> tuple[Layer, dict[str, Array], Options]:
    """Return a recurrent layer, its weights, and the options that are still to be read."""
    options = Options(layer)
    units = options.whole("units")
    for option in ("return_state", "stateful", "time_major"):
        options.require(option, False)
    options.require("go_backwards", backwards)
    state_dropout = options.number("recurrent_dropout", 0.0)
    cell, biases = layer.kind, 1
    if layer.kind == "SimpleRNN":
        activation = options.take("activation", "tanh")
        if activation not in ("tanh", "relu"):
            raise options.unsupported("activation", activation, "only 'tanh' or 'relu'")
    else:
        options.require("activation", "tanh")
        options.require("recurrent_activation", "sigmoid")
        options.take("implementation")
    if layer.kind == "GRU":
        reset_after = options.flag("reset_after", True)
        cell, biases = ("GRU", 2) if reset_after else ("GRU with reset before", 1)
    columns = _GATES[layer.kind] * units
    names = ["kernel", "recurrent_kernel"]
    if options.flag("use_bias", True):
        names.append("bias")
    weights = layer.weights(*names, part="cell")
    kernel = weights["kernel"]
    inputs = len(kernel) if kernel.ndim else 0
    require_shape(layer, "kernel", kernel, (inputs, columns))
    recurrent = weights["recurrent_kernel"]
    require_shape(layer, "recurrent_kernel", recurrent, (units, columns))
    bias = weights.get("bias", np.zeros((2, columns) if biases == 2 else columns, kernel.dtype))
    require_shape(layer, "bias", bias, (2, columns) if biases == 2 else (columns,))
    both = tuple(bias) if biases == 2 else (bias, None)
    arrays = to_glassnet(CellWeights(kernel, recurrent, *both), "Keras", cell)
    made: Layer
    if layer.kind == "LSTM":
        made = LSTM(inputs, units, state_dropout=state_dropout)
    elif layer.kind == "GRU":
        made = GRU(inputs, units, reset_after=reset_after, state_dropout=state_dropout)
    else:
        made = SimpleRNN(inputs, units, str(activation), state_dropout=state_dropout)
    return made, arrays, options


def write_recurrent(name: str, layer: Layer) -> KerasLayer:
    """Return what an `LSTM`, `GRU` or `SimpleRNN` is in Keras; it returns sequences."""
    assert isinstance(layer, LSTM | GRU | SimpleRNN)
    options: dict[str, object] = {"units": layer.units, "return_sequences": True}
    cell = layer.kind
    if isinstance(layer, GRU):
        options["reset_after"] = layer.reset_after
        cell = "GRU" if layer.reset_after else "GRU with reset before"
    if isinstance(layer, SimpleRNN):
        options["activation"] = layer.activation
    if layer.state_dropout:
        options["recurrent_dropout"] = layer.state_dropout
    kernel, recurrent, bias, recurrent_bias = from_glassnet(layer.parameters, "Keras", cell)
    assert bias is not None
    if recurrent_bias is not None:
        bias = np.stack([bias, recurrent_bias])
    return KerasLayer(layer.kind, name, options, {"cell": [kernel, recurrent, bias]})


def write_bidirectional(name: str, layer: Layer) -> KerasLayer:
    """Return what a `Bidirectional` is in Keras."""
    assert isinstance(layer, Bidirectional)
    options, variables = dict[str, object](), dict[str, list[Array]]()
    for option, part in (("layer", "forward_layer"), ("backward_layer", "backward_layer")):
        inner = layer.layers[part]
        if not isinstance(inner, LSTM | GRU | SimpleRNN):
            raise ConversionError(
                f"layer {name!r} (Bidirectional): Keras takes one recurrent layer for each "
                f"direction, not a {inner.kind}"
            )
        one = write_recurrent(f"{name}_{part}", inner)
        backwards = part == "backward_layer"
        more = {"return_sequences": not layer.last_step, "go_backwards": backwards}
        options[option] = serialized(replace(one, options={**one.options, **more}))
        variables[f"{part}/cell"] = one.variables["cell"]
    return KerasLayer("Bidirectional", name, options, variables)


def serialized(layer: KerasLayer) -> dict[str, object]:
    """Return a layer as Keras' JSON holds it.

    Parameters
    ----------
    layer : KerasLayer
        The layer.

    Returns
    -------
    dict[str, object]
        Values that JSON can hold.
    """
    return {
        "module": "keras.layers",
        "class_name": layer.kind,
        "config": {"name": layer.name, **layer.options},
        "registered_name": None,
    }
