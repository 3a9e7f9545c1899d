"""What the operators of an ONNX graph are in glassnet, but for the recurrent ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from glassnet.convert.onnx.reader.cells import read_cell
from glassnet.convert.onnx.reader.nodes import PLAIN, Axes, Node, Value
from glassnet.convert.structure.parts import Part
from glassnet.nn import (
    ELU,
    Array,
    Dense,
    Embedding,
    LastStep,
    Layer,
    LayerNorm,
    LeakyReLU,
    ReLU,
    Sigmoid,
    Softmax,
    Softplus,
    Tanh,
)

Constants = Mapping[str, Array]
"""The constants of a graph by name."""

Operator = Callable[[Node, Value, Constants], list[Value]]
"""A function of a node, of the one input that is no constant, and of the constants."""

_SWAPS = {
    (Axes.GIVEN, (1, 0)): Axes.SWAPPED,
    (Axes.SWAPPED, (1, 0)): Axes.GIVEN,
    (Axes.TIME_FIRST, (1, 0)): Axes.BATCH_FIRST,
    (Axes.BATCH_FIRST, (1, 0)): Axes.TIME_FIRST,
    (Axes.STEPS, (0, 2, 1)): Axes.STEPS_OF_ROWS,
    (Axes.LAST, (1, 0)): Axes.LAST_OF_ROWS,
}
"""The axes that come of a transposition; the last axes stay where they are."""


def _constant(node: Node, number: int, constants: Constants, axes: int) -> Array:
    """Return an input that has to be a constant with so many axes."""
    value = constants.get(node.input(number))
    if value is None or value.ndim != axes:
        raise node.refused(f"its input {number + 1} is no constant of {axes} axes")
    return value


def _whole(node: Node, number: int, constants: Constants) -> tuple[int, ...]:
    """Return an input that has to be a constant of whole numbers."""
    value = constants.get(node.input(number))
    if value is None or value.dtype.kind != "i" or value.size > 8:
        raise node.refused(f"its input {number + 1} holds no whole numbers known beforehand")
    return tuple(int(item) for item in value.ravel())


def _require_plain(node: Node, value: Value) -> None:
    if value.axes not in PLAIN:
        raise node.refused(f"reads values with the axes {value.axes.value}")


def read_same(node: Node, value: Value, constants: Constants) -> list[Value]:
    """Return the input: the node changes nothing when not training."""
    return [value]


def read_transpose(node: Node, value: Value, constants: Constants) -> list[Value]:
    """Return the input with its axes in another order."""
    order = node.attributes.get("perm", ())
    if not isinstance(order, tuple):
        raise node.refused("perm is no list of axes")
    while order and order[-1] == len(order) - 1:
        order = order[:-1]  # the last axes stay where they are
    axes = _SWAPS.get((value.axes, order))
    if axes is None:
        raise node.refused(f"perm={node.attributes.get('perm')} of the axes {value.axes.value}")
    return [value.with_axes(axes)]


def read_squeeze(node: Node, value: Value, constants: Constants) -> list[Value]:
    """Return the input without the axis of the directions."""
    axes = node.attributes.get("axes") or _whole(node, 1, constants)
    if value.axes is Axes.STEPS and axes == (1,) and value.directions == 1:
        return [value.with_axes(Axes.TIME_FIRST)]
    if value.axes is Axes.LAST and axes == (0,) and value.directions == 1:
        return [value.with_axes(Axes.ROWS)]
    raise node.refused(f"axes={axes} of the axes {value.axes.value}")


def read_reshape(node: Node, value: Value, constants: Constants) -> list[Value]:
    """Return the input with the outputs of both directions side by side."""
    node.require("allowzero", 0)
    shape = _whole(node, 1, constants)
    if value.axes is Axes.STEPS_OF_ROWS and shape == (0, 0, -1):
        return [value.with_axes(Axes.TIME_FIRST)]
    if value.axes is Axes.LAST_OF_ROWS and shape == (0, -1):
        return [value.with_axes(Axes.ROWS)]
    raise node.refused(f"shape={shape} of the axes {value.axes.value}")


def read_flatten(node: Node, value: Value, constants: Constants) -> list[Value]:
    """Return the last outputs of both directions side by side."""
    node.require("axis", 1)
    if value.axes is not Axes.LAST_OF_ROWS:
        raise node.refused(f"of the axes {value.axes.value}")
    return [value.with_axes(Axes.ROWS)]


def read_gather(node: Node, value: Value, constants: Constants) -> list[Value]:
    """Return an `Embedding`, or a `LastStep`."""
    axis = node.attributes.get("axis", 0)
    if node.input(0) in constants:
        W = _constant(node, 0, constants, 2)
        if value.parts or axis != 0:
            raise node.refused("looks up what a layer returned")
        arrays = {"W": W, "b": np.zeros(W.shape[1], W.dtype)}
        return [value.then(node.name, Embedding(*W.shape), arrays)]
    index = _whole(node, 1, constants)
    time = {Axes.TIME_FIRST: 0, Axes.BATCH_FIRST: 1}.get(value.axes)
    if constants[node.input(1)].ndim:
        raise node.refused("keeps an axis of one index")
    if index == (-1,) and axis == time:
        return [value.then(node.name, LastStep()).with_axes(Axes.ROWS)]
    if index in ((-1,), (0,)) and axis == 0 and value.axes is Axes.LAST and value.directions == 1:
        return [value.with_axes(Axes.ROWS)]
    raise node.refused(f"index {index} of axis {axis} of the axes {value.axes.value}")


def read_product(node: Node, value: Value, constants: Constants) -> list[Value]:
    """Return a `Dense` layer without bias."""
    _require_plain(node, value)
    W = _constant(node, 1, constants, 2)
    return [value.then(node.name, Dense(*W.shape), {"W": W, "b": np.zeros(W.shape[1], W.dtype)})]


def read_sum(node: Node, value: Value, constants: Constants) -> list[Value]:
    """Return the `Dense` layer before with a bias."""
    number = 0 if node.input(0) in constants else 1
    b = constants.get(node.input(number))
    last = value.parts[-1] if value.parts else None
    if last is None or not isinstance(last.layer, Dense) or b is None:
        raise node.refused("adds something else than the bias of the product before it")
    if b.size != last.layer.out_features or b.shape[-1:] != (b.size,):
        raise node.refused(f"adds a bias of the shape {b.shape} to {last.layer.out_features} units")
    before = last.arrays["b"]
    total = b.ravel() if not before.any() else before + b.ravel()
    part = Part(last.name, last.layer, {**last.arrays, "b": total})
    return [Value(value.axes, (*value.parts[:-1], part), value.directions)]


def read_gemm(node: Node, value: Value, constants: Constants) -> list[Value]:
    """Return a `Dense` layer."""
    _require_plain(node, value)
    node.require("alpha", 1.0)
    node.require("beta", 1.0)
    node.require("transA", 0)
    node.require("transB", 0, 1)
    W = _constant(node, 1, constants, 2)
    W = W.T if node.attributes.get("transB") else W
    made = value.then(node.name, Dense(*W.shape), {"W": W, "b": np.zeros(W.shape[1], W.dtype)})
    if not node.input(2):
        return [made]
    return read_sum(Node("Gemm", node.name, ("", node.input(2)), node.outputs), made, constants)


def read_activation(node: Node, value: Value, constants: Constants) -> list[Value]:
    """Return an activation."""
    _require_plain(node, value)
    layer: Layer
    alpha = node.attributes.get("alpha")
    match node.kind:
        case "LeakyRelu":
            layer = LeakyReLU(alpha if isinstance(alpha, float) else 0.01)
        case "Elu":
            layer = ELU(alpha if isinstance(alpha, float) else 1.0)
        case "Softmax":
            node.require("axis", -1, 1 if value.axes is Axes.ROWS else 2)
            layer = Softmax()
        case _:
            layer = {"Relu": ReLU, "Sigmoid": Sigmoid, "Softplus": Softplus, "Tanh": Tanh}[
                node.kind
            ]()
    return [value.then(node.name, layer)]


def read_layer_normalization(node: Node, value: Value, constants: Constants) -> list[Value]:
    """Return a `LayerNorm`."""
    _require_plain(node, value)
    node.require("axis", -1)
    eps = node.attributes.get("epsilon", 1e-5)
    gamma = _constant(node, 1, constants, 1)
    beta = _constant(node, 2, constants, 1) if node.input(2) else np.zeros_like(gamma)
    layer = LayerNorm(len(gamma), eps if isinstance(eps, float) else 1e-5)
    return [value.then(node.name, layer, {"gamma": gamma, "beta": beta})]


OPERATORS: dict[str, Operator] = {
    "Add": read_sum,
    "Dropout": read_same,
    "Flatten": read_flatten,
    "Gather": read_gather,
    "Gemm": read_gemm,
    "Identity": read_same,
    "LayerNormalization": read_layer_normalization,
    "MatMul": read_product,
    "Reshape": read_reshape,
    "Squeeze": read_squeeze,
    "Transpose": read_transpose,
    **dict.fromkeys(("GRU", "LSTM", "RNN"), read_cell),
    **dict.fromkeys(
        ("Elu", "LeakyRelu", "Relu", "Sigmoid", "Softmax", "Softplus", "Tanh"), read_activation
    ),
}
"""What reads a node, by its operator."""
