"""Networks of ONNX models. A graph is followed from its input; no operator is executed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from glassnet.convert.format import ConversionError
from glassnet.convert.onnx.reader.nodes import Axes, Node, Value, constant, nodes_of
from glassnet.convert.onnx.reader.operators import OPERATORS
from glassnet.convert.structure.parts import Part, network_of_parts
from glassnet.nn import Array, Sequential

if TYPE_CHECKING:
    import onnx

_OF_SHAPES = {"Concat", "ConstantOfShape", "Expand", "Gather", "Identity", "Reshape", "Slice"}
_OF_SHAPES |= {"Squeeze", "Transpose", "Unsqueeze"}
"""Operators that make zeros of zeros, such as those that first states are computed with."""


def network_of_model(model: onnx.ModelProto) -> Sequential:
    """Return the network of a model.

    Parameters
    ----------
    model : onnx.ModelProto
        A model whose first output comes of its first input by layers one after the other.

    Returns
    -------
    Sequential
        The network with its weights.

    Raises
    ------
    ConversionError
        If the model holds something else; the message names the node and its operator.
    """
    graph = model.graph
    if graph.sparse_initializer:
        raise ConversionError("holds sparse tensors, which are not read")
    constants = _constants(graph)
    inputs = [value.name for value in graph.input if value.name not in constants]
    if not inputs or not graph.output:
        raise ConversionError("the graph has no input or no output")
    values: dict[str, Value | ConversionError] = {inputs[0]: Value(Axes.GIVEN)}
    nodes = nodes_of(graph)
    made_by = {name: node for node in nodes for name in node.outputs}
    for node in nodes:
        _follow(node, values, constants, made_by)
    name = graph.output[0].name
    result = values.get(name)
    if isinstance(result, ConversionError):
        raise result
    if result is None or not result.parts:
        raise ConversionError(f"its output {name[:80]!r} comes of no layer that reads its input")
    return network_of_parts(_named(result.parts))


def _constants(graph: onnx.GraphProto) -> dict[str, Array]:
    """Return the constants that nodes may read."""
    found = {}
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.output:
            for attribute in node.attribute:
                if attribute.name == "value":
                    tensors[node.output[0]] = attribute.t
                elif attribute.name == "value_int":
                    found[node.output[0]] = np.array(attribute.i)
                elif attribute.name == "value_ints":
                    found[node.output[0]] = np.array(attribute.ints, np.int64)
    for name, tensor in tensors.items():
        value = constant(tensor)
        if value is not None:
            found[name] = value
    return found


def _follow(
    node: Node,
    values: dict[str, Value | ConversionError],
    constants: Mapping[str, Array],
    made_by: Mapping[str, Node],
) -> None:
    """Note what a node's outputs are, if it reads what comes of the input.

    An output that can't be one in glassnet is an error, which counts only if the network's output
    comes of it: the cell state of the last LSTM, say, is often returned beside it.
    """
    read = [values[name] for name in node.inputs if name in values]
    if not read or node.kind == "Shape":
        return
    outputs: list[Value | ConversionError] = []
    try:
        for value in read:
            if isinstance(value, ConversionError):
                raise value
            if len(read) > 1:
                raise node.refused("joins two branches; layers have to come one after the other")
            if node.kind not in OPERATORS:
                raise node.refused("glassnet reads no such operator")
            if node.kind in ("LSTM", "GRU", "RNN"):
                for name in node.inputs[5:7]:
                    _require_zeros(node, name, values, constants, made_by)
            outputs += OPERATORS[node.kind](node, value, constants)
    except ConversionError as error:
        outputs = [error]
    other = outputs[0]
    if not isinstance(other, ConversionError):
        other = node.refused("glassnet has no layer that returns its further outputs")
    for number, name in enumerate(node.outputs):
        values[name] = outputs[number] if number < len(outputs) else other


def _require_zeros(
    node: Node,
    name: str,
    values: Mapping[str, object],
    constants: Mapping[str, Array],
    made_by: Mapping[str, Node],
) -> None:
    """Raise an error if a first state is anything but zeros or an input of the graph."""
    waiting, seen = [name], set[str]()
    while waiting:
        name = waiting.pop()
        if not name or name in seen:
            continue
        seen.add(name)
        value = constants.get(name)
        if value is not None:
            if value.dtype.kind == "f" and value.any():
                raise node.refused("a state that it starts from is not zeros")
            continue
        maker = made_by.get(name)
        if maker is None or maker.kind == "Shape":
            continue  # an input, which a network's `state` sets
        if name in values or maker.kind not in _OF_SHAPES:
            raise node.refused(f"a state that it starts from is computed by {maker.kind[:40]}")
        fill = maker.attributes.get("value")
        if fill is not None and (filled := constant(fill)) is not None and filled.any():
            raise node.refused("a state that it starts from is not zeros")
        waiting += maker.inputs


def _named(parts: Sequence[Part]) -> list[Part]:
    """Return the layers with names of their own: the first part of a node's, such as lstm1."""
    named, used = list[Part](), set[str]()
    for part in parts:
        first = part.name.strip("/").partition("/")[0].replace(".", "_")[:80]
        base = first or part.layer.kind.lower()
        name, number = base, 2
        while name in used:
            name, number = f"{base}_{number}", number + 1
        used.add(name)
        named.append(replace(part, name=name))
    return named
