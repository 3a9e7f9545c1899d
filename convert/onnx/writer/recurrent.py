"""The nodes of recurrent layers, in whose place ONNX has `LSTM`, `GRU` and `RNN`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.convert.cells import from_glassnet
from glassnet.convert.format import ConversionError
from glassnet.convert.onnx.writer.graph import Graph
from glassnet.nn import GRU, LSTM, Bidirectional, Layer, SimpleRNN

Cell = LSTM | GRU | SimpleRNN


def write_recurrent(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add a recurrent layer, whose state the graph reads and returns under its name."""
    assert isinstance(layer, LSTM | GRU | SimpleRNN)
    names = [f"{graph.layer}.{state}" for state in layer.state_names]
    first = [graph.input(name, graph.dtype, _rows(layer)) for name in names]
    start = [graph.one("Unsqueeze", state, graph.whole("direction", 0)) for state in first]
    y, *states = _nodes(graph, [layer], x, start)
    for state, value in zip(names, states, strict=True):
        rows = graph.one("Squeeze", value, graph.whole("direction", 0))
        graph.output(f"{state}.next", rows, _rows(layer))
    return graph.one("Squeeze", y, graph.whole("directions", 1))


def _rows(layer: Cell) -> list[int | str]:
    return ["batch", layer.units]


def write_bidirectional(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add a `Bidirectional` layer, which starts from zeros."""
    assert isinstance(layer, Bidirectional)
    cells = [layer.layers[name] for name in ("forward_layer", "backward_layer")]
    forward, backward = cells
    if not (
        isinstance(forward, LSTM | GRU | SimpleRNN)
        and isinstance(backward, LSTM | GRU | SimpleRNN)
        and type(forward) is type(backward)
        and forward.units == backward.units
        and getattr(forward, "reset_after", True) == getattr(backward, "reset_after", True)
    ):
        raise ConversionError(
            f"layer {graph.layer!r} (Bidirectional): ONNX takes an LSTM, GRU or SimpleRNN of the "
            "same size in both directions"
        )
    y, last, *_ = _nodes(graph, [forward, backward], x, [])
    if layer.last_step:  # (2, N, H) to (N, 2 H)
        rows = graph.one("Transpose", last, perm=[1, 0, 2])
        return graph.one("Reshape", rows, graph.whole("shape", 0, -1))
    steps = graph.one("Transpose", y, perm=[0, 2, 1, 3])  # (T, 2, N, H) to (T, N, 2, H)
    return graph.one("Reshape", steps, graph.whole("shape", 0, 0, -1))


def write_last_step(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add `LastStep`."""
    return graph.one("Gather", x, graph.scalar("last", -1), axis=0)


def _nodes(graph: Graph, cells: Sequence[Cell], x: str, start: list[str]) -> list[str]:
    """Add one node for the cells of all directions; return its outputs: steps and last states."""
    first = cells[0]
    attributes: dict[str, object] = {
        "hidden_size": first.units,
        "direction": "bidirectional" if len(cells) == 2 else "forward",
    }
    kind = layout = first.kind
    if isinstance(first, GRU):
        attributes["linear_before_reset"] = int(first.reset_after)
        layout = "GRU" if first.reset_after else "GRU with reset before"
    if isinstance(first, SimpleRNN):
        kind = "RNN"
        attributes["activations"] = [
            {"tanh": "Tanh", "relu": "Relu"}[cell.activation]
            for cell in cells
            if isinstance(cell, SimpleRNN)
        ]
    weights = [from_glassnet(cell.parameters, "ONNX", layout) for cell in cells]
    biases = [
        np.concatenate([own.bias, own.recurrent_bias])
        for own in weights
        if own.bias is not None and own.recurrent_bias is not None
    ]
    inputs = [
        x,
        graph.weight("W", np.stack([own.input for own in weights])),
        graph.weight("R", np.stack([own.recurrent for own in weights])),
        graph.weight("B", np.stack(biases)),
    ]
    if start:
        inputs += ["", *start]  # without lengths of sequences
    return graph.node(kind, inputs, 1 + len(first.state_names), **attributes)
