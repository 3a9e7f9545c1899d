"""The lines of layers side by side and of shortcuts, with their oracles and twins."""

from typing import Any

import numpy as np

from glassnet.nn import (
    LSTM,
    Add,
    Array,
    BatchShard,
    Concatenate,
    Dense,
    Dropout,
    Layer,
    Residual,
    Sequential,
    Tanh,
    plain,
)
from tests.nn.contract_suite.tables import layer_twins as twins
from tests.nn.contract_suite.tables.layer_oracles import Results
from tests.nn.contract_suite.tables.layer_twins import Tensors
from tests.nn.contract_suite.tables.lines.line import LayerLine


def two_dense(layer: Layer, x: Array, dy: Array, dz: Array) -> tuple[Array, Array, Results]:
    """Return two layers' outputs and all gradients, given those for the outputs."""
    p = layer.parameters
    found: Results = {"x": np.zeros_like(x)}
    outputs = []
    for name, d in (("dense1", dy), ("dense2", dz)):
        outputs.append(plain.dense_forward(x, p[f"{name}.W"], p[f"{name}.b"]))
        own = plain.dense_backward(d, x, p[f"{name}.W"])
        found |= {f"{name}.W": own["W"], f"{name}.b": own["b"], "x": found["x"] + own["x"]}
    return outputs[0], outputs[1], found


def add(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    y, z, found = two_dense(layer, x, dy, dy)
    return {**found, "y": y + z}


def concatenate(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    y, z, found = two_dense(layer, x, dy[:, :4], dy[:, 4:])
    return {**found, "y": np.hstack([y, z])}


def concatenate_twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
    outputs = [x @ p[f"dense{number}.W"] + p[f"dense{number}.b"] for number in (1, 2)]
    return twins.torch().cat(outputs, dim=1)


def residual(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    W, b = layer.parameters["dense1.W"], layer.parameters["dense1.b"]
    f = np.tanh(plain.dense_forward(x, W, b))
    found = plain.dense_backward(dy * (1 - f**2), x, W)
    return {"dense1.W": found["W"], "dense1.b": found["b"], "y": x + f, "x": dy + found["x"]}


def mixed() -> Layer:
    """A network of sequences in which branches have state, randomness and no parameters."""
    inner = Residual(Dense(5, 5), Dropout(0.5, batch_axis=1))
    return Concatenate(Sequential(LSTM(3, 5), inner), ("as it is", Tanh()))


BRANCHES: dict[str, LayerLine] = {
    "Add": LayerLine(
        lambda: Add(Dense(3, 4), Dense(3, 4)),
        (5, 3),
        add,
        lambda layer, p, x, draw: (
            x @ p["dense1.W"] + p["dense1.b"] + x @ p["dense2.W"] + p["dense2.b"]
        ),
    ),
    "Concatenate": LayerLine(
        lambda: Concatenate(Dense(3, 4), Dense(3, 2)),
        (5, 3),
        concatenate,
        concatenate_twin,
    ),
    "Residual": LayerLine(
        lambda: Residual(Dense(3, 3), Tanh()),
        (5, 3),
        residual,
        lambda layer, p, x, draw: x + (x @ p["dense1.W"] + p["dense1.b"]).tanh(),
    ),
    "Concatenate of all kinds": LayerLine(mixed, (4, 6, 3), None, None, batch_axis=1, random=True),
}
