"""What the reader of ONNX graphs goes through: nodes, constants, and values on their way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from glassnet.convert.format import ConversionError
from glassnet.convert.structure.parts import Part
from glassnet.nn import Array, Layer

if TYPE_CHECKING:
    import onnx

_TYPES = {1: "float_data", 6: "int32_data", 7: "int64_data", 10: "", 11: "double_data"}
"""The types of tensors that are read, with the field that may hold their numbers one by one."""

_MOST_NODES = 100_000


class Axes(Enum):
    """What the axes of a value are in the file; in glassnet sequences are always (T, N, D)."""

    GIVEN = "those of the input"
    SWAPPED = "those of the input, the first two swapped"
    TIME_FIRST = "(T, N, D)"
    BATCH_FIRST = "(N, T, D)"
    ROWS = "(N, D)"
    STEPS = "(T, directions, N, H)"
    STEPS_OF_ROWS = "(T, N, directions, H)"
    LAST = "(directions, N, H)"
    LAST_OF_ROWS = "(N, directions, H)"


PLAIN = (Axes.GIVEN, Axes.SWAPPED, Axes.TIME_FIRST, Axes.BATCH_FIRST, Axes.ROWS)
"""The axes of values whose last axis holds the features."""


@dataclass(frozen=True)
class Value:
    """What a value in a graph is: the output of some layers one after the other.

    Parameters
    ----------
    axes : Axes
        Its axes in the file.
    parts : tuple[Part, ...], optional
        The layers.
    directions : int, default 1
        The number of directions of the recurrent layer that returned it.
    """

    axes: Axes
    parts: tuple[Part, ...] = ()
    directions: int = 1

    def with_axes(self, axes: Axes) -> Value:
        """Return the same value with its axes in another order."""
        return replace(self, axes=axes)

    def then(self, name: str, layer: Layer, arrays: Mapping[str, Array] | None = None) -> Value:
        """Return what one more layer returns."""
        return replace(self, parts=(*self.parts, Part(name, layer, arrays or {})))


@dataclass(frozen=True)
class Node:
    """A node of a graph.

    Parameters
    ----------
    kind : str
        Its operator.
    name : str
        Its name; that of its first output if it has none.
    inputs, outputs : tuple[str, ...]
        The names of what it reads and returns; "" where there is none.
    attributes : Mapping[str, object]
        The operator's attributes.
    """

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, object] = field(default_factory=dict)

    def refused(self, why: str) -> ConversionError:
        """Return an error that names the node."""
        return ConversionError(f"node {self.name[:80]!r} ({self.kind[:40]}): {why}")

    def input(self, number: int) -> str:
        """Return the name of an input, "" if there is none."""
        return self.inputs[number] if number < len(self.inputs) else ""

    def require(self, name: str, *allowed: object) -> None:
        """Raise an error if an attribute is there and has none of the allowed values."""
        value = self.attributes.get(name, allowed[0])
        if value not in allowed:
            right = " or ".join(map(str, allowed))
            raise self.refused(f"{name}={str(value)[:60]} is not supported, only {right}")


def nodes_of(graph: onnx.GraphProto) -> list[Node]:
    """Return the nodes of a graph.

    Parameters
    ----------
    graph : onnx.GraphProto
        The graph.

    Returns
    -------
    list[Node]
        Its nodes, each after those whose outputs it reads.

    Raises
    ------
    ConversionError
        If there are too many.
    """
    if len(graph.node) > _MOST_NODES:
        raise ConversionError(f"holds more than {_MOST_NODES:,} nodes")
    return [
        Node(
            node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}",
            node.name or (node.output[0] if node.output else ""),
            tuple(node.input),
            tuple(node.output),
            {attribute.name: _attribute(attribute) for attribute in node.attribute},
        )
        for node in graph.node
    ]


def _attribute(attribute: onnx.AttributeProto) -> object:
    match attribute.type:
        case 1:
            return float(attribute.f)
        case 2:
            return int(attribute.i)
        case 3:
            return attribute.s.decode("utf-8", "replace")
        case 4:
            return attribute.t
        case 6:
            return tuple(attribute.floats)
        case 7:
            return tuple(attribute.ints)
        case 8:
            return tuple(text.decode("utf-8", "replace") for text in attribute.strings)
    return "a graph, or something else that is not read"


def constant(tensor: onnx.TensorProto) -> Array | None:
    """Return the numbers of a tensor; None if they are of a type that no layer has.

    Parameters
    ----------
    tensor : onnx.TensorProto
        The tensor.

    Returns
    -------
    Array or None
        Its numbers.

    Raises
    ------
    ConversionError
        If they lie in another file, or it announces another number than it holds.
    """
    import onnx

    name = tensor.name[:80]
    if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
        raise ConversionError(f"tensor {name!r}: lies in another file, and only one file is read")
    if tensor.data_type not in _TYPES:
        return None
    count = math.prod(tensor.dims)
    dtype = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type))
    one_by_one = _TYPES[tensor.data_type]
    held = (
        len(tensor.raw_data) / dtype.itemsize
        if tensor.HasField("raw_data")
        else len(getattr(tensor, one_by_one))
        if one_by_one
        else -1
    )
    if any(size < 0 for size in tensor.dims) or held != count:
        raise ConversionError(f"tensor {name!r}: announces another number of values than it holds")
    values: Array = onnx.numpy_helper.to_array(tensor)
    return values
