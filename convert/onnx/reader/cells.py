"""The recurrent operators of ONNX: `LSTM`, `GRU` and `RNN`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from glassnet.convert.cells import CellWeights, to_glassnet
from glassnet.convert.onnx.reader.nodes import Axes, Node, Value
from glassnet.nn import GRU, LSTM, Array, Bidirectional, LastStep, Layer, SimpleRNN

_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
_DIRECTIONS = {"forward": 1, "bidirectional": 2}
_ACTIVATIONS = {"LSTM": ("sigmoid", "tanh", "tanh"), "GRU": ("sigmoid", "tanh")}


def read_cell(node: Node, value: Value, constants: Mapping[str, Array]) -> list[Value]:
    """Return a recurrent layer's steps and last step.

    Parameters
    ----------
    node : Node
        The node.
    value : Value
        The sequence that it reads.
    constants : Mapping[str, Array]
        The constants of the graph.

    Returns
    -------
    list[Value]
        What it returns in ONNX: all steps, and the last one. An LSTM's cell state is left out.

    Raises
    ------
    ConversionError
        If glassnet has no such layer.
    """
    if value.axes not in (Axes.GIVEN, Axes.SWAPPED, Axes.TIME_FIRST):
        raise node.refused(
            f"reads values with the axes {value.axes.value}, not sequences (T, N, D)"
        )
    for name, default in (("layout", 0), ("input_forget", 0)):
        node.require(name, default)
    for name in ("clip", "activation_alpha", "activation_beta"):
        if node.attributes.get(name):
            raise node.refused(f"{name} is not supported")
    if node.input(4):
        raise node.refused("lengths of sequences (sequence_lens) are not supported; set_lengths")
    if node.kind == "LSTM" and node.input(7):
        raise node.refused("peepholes (P) are not supported")
    node.require("direction", *_DIRECTIONS)
    directions = _DIRECTIONS[str(node.attributes.get("direction", "forward"))]
    weights = _weights(node, directions, constants)
    functions = _activations(node, directions)
    reset_after = bool(node.attributes.get("linear_before_reset", 0))
    cell = {"RNN": "SimpleRNN", "LSTM": "LSTM", "GRU": "GRU"}[node.kind]
    layout = "GRU with reset before" if cell == "GRU" and not reset_after else cell
    arrays = [to_glassnet(own, "ONNX", layout) for own in weights]

    def layers() -> list[Layer]:
        made = list[Layer]()
        for own, function in zip(arrays, functions, strict=True):
            inputs, units = own["Wx"].shape[0], own["Wh"].shape[0]
            if cell == "LSTM":
                made.append(LSTM(inputs, units))
            elif cell == "GRU":
                made.append(GRU(inputs, units, reset_after=reset_after))
            else:
                made.append(SimpleRNN(inputs, units, function))
        return made

    if directions == 1:
        steps = value.then(node.name, layers()[0], arrays[0])
        last = steps.then(f"{node.name}_last", LastStep())
    else:
        names = ("forward_layer", "backward_layer")
        both = {
            f"{name}.{key}": array
            for name, own in zip(names, arrays, strict=True)
            for key, array in own.items()
        }
        steps, last = (
            value.then(node.name, Bidirectional(*layers(), last_step=last_step), both)  # type: ignore[misc,arg-type]
            for last_step in (False, True)
        )
    return [
        Value(Axes.STEPS, steps.parts, directions),
        Value(Axes.LAST, last.parts, directions),
    ]


def _weights(node: Node, directions: int, constants: Mapping[str, Array]) -> list[CellWeights]:
    """Return the weights of each direction."""
    W, R = (constants.get(node.input(number)) for number in (1, 2))
    if W is None or R is None or W.ndim != 3 or R.ndim != 3:
        raise node.refused("its weights W and R are no constants of 3 axes")
    gates, units = _GATES[node.kind], R.shape[2]
    columns = gates * units
    node.require("hidden_size", units)
    B = constants.get(node.input(3))
    if B is None:
        if node.input(3):
            raise node.refused("its biases B are no constants")
        B = np.zeros((directions, 2 * columns), W.dtype)
    for name, array, shape in (
        ("W", W, (directions, columns, W.shape[2])),
        ("R", R, (directions, columns, units)),
        ("B", B, (directions, 2 * columns)),
    ):
        if array.shape != shape:
            raise node.refused(f"{name} has the shape {array.shape}, not {shape}")
    return [CellWeights(W[i], R[i], B[i, :columns], B[i, columns:]) for i in range(directions)]


def _activations(node: Node, directions: int) -> list[str]:
    """Return the function of each direction of an `RNN`; the others have one choice."""
    given = node.attributes.get("activations", ())
    if not isinstance(given, tuple):
        raise node.refused("activations is no list of names")
    functions = tuple(str(function).lower() for function in given)
    if node.kind == "RNN":
        functions = functions or ("tanh",) * directions
        if len(functions) != directions or not {*functions} <= {"tanh", "relu"}:
            raise node.refused(f"activations={given} is not supported, only Tanh or Relu")
        return list(functions)
    if functions not in ((), _ACTIVATIONS[node.kind] * directions):
        raise node.refused(f"activations={given} is not supported, only the default")
    return [""] * directions
