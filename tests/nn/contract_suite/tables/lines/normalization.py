"""The lines of normalizations, with their oracles and twins."""

from typing import Any

import numpy as np

from glassnet.nn import Array, BatchNorm, BatchShard, Layer, LayerNorm, RMSNorm, plain
from tests.nn.contract_suite.tables import layer_twins as twins
from tests.nn.contract_suite.tables.layer_oracles import Results
from tests.nn.contract_suite.tables.layer_twins import Tensors
from tests.nn.contract_suite.tables.lines.line import LayerLine

# -- oracles ------------------------------------------------------------------------------------


def layer_norm(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    gamma, beta = layer.parameters["gamma"], layer.parameters["beta"]
    rows, drows = x.reshape(-1, len(gamma)), dy.reshape(-1, len(gamma))
    y = plain.layer_norm_forward(rows, gamma, beta)
    found = plain.layer_norm_backward(drows, rows, gamma)
    return {**found, "y": y.reshape(x.shape), "x": found["x"].reshape(x.shape)}


def rms_norm(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    gamma = layer.parameters["gamma"]
    rows, drows = x.reshape(-1, len(gamma)), dy.reshape(-1, len(gamma))
    found = plain.rms_norm_backward(drows, rows, gamma)
    y = plain.rms_norm_forward(rows, gamma)
    return {**found, "y": y.reshape(x.shape), "x": found["x"].reshape(x.shape)}


def batch_norm(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    gamma, beta = layer.parameters["gamma"], layer.parameters["beta"]
    rows, drows = x.reshape(-1, len(gamma)), dy.reshape(-1, len(gamma))
    if draw is None:
        std = np.sqrt(layer.statistics["running_var"] + 1e-5)
        n = (rows - layer.statistics["running_mean"]) / std
        y = n * gamma + beta
        dgamma, dx = (drows * n).sum(axis=0), drows * gamma / std
        found = {"x": dx, "gamma": dgamma, "beta": drows.sum(axis=0)}
    else:
        y = plain.batch_norm_forward(rows, gamma, beta)
        found = plain.batch_norm_backward(drows, rows, gamma)
    return {**found, "y": y.reshape(x.shape), "x": found["x"].reshape(x.shape)}


# -- twins --------------------------------------------------------------------------------------


def layer_norm_twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
    return twins.torch().nn.functional.layer_norm(x, x.shape[-1:], p["gamma"], p["beta"])


def rms_norm_twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
    return twins.torch().nn.functional.rms_norm(x, x.shape[-1:], p["gamma"], 1e-5)


def batch_norm_twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
    running = (twins.torch().tensor(layer.statistics[f"running_{s}"]) for s in ("mean", "var"))
    rows = x.reshape(-1, x.shape[-1])
    y = twins.torch().nn.functional.batch_norm(
        rows, *running, p["gamma"], p["beta"], training=draw is not None
    )
    return y.reshape(x.shape)


NORMALIZATION: dict[str, LayerLine] = {
    "LayerNorm": LayerLine(
        lambda: LayerNorm(6), (4, 6), layer_norm, layer_norm_twin, ((4, 5), (6, 4), (4, 1), ())
    ),
    "LayerNorm of sequences": LayerLine(
        lambda: LayerNorm(3), (4, 5, 3), layer_norm, layer_norm_twin, ((4, 5, 4),), batch_axis=1
    ),
    "RMSNorm": LayerLine(
        lambda: RMSNorm(6), (4, 6), rms_norm, rms_norm_twin, ((4, 5), (6, 4), (4, 1), ())
    ),
    "RMSNorm of sequences": LayerLine(
        lambda: RMSNorm(3), (4, 5, 3), rms_norm, rms_norm_twin, ((4, 5, 4),), batch_axis=1
    ),
    "BatchNorm": LayerLine(
        lambda: BatchNorm(3),
        (6, 3),
        batch_norm,
        batch_norm_twin,
        ((6, 4), (3, 6), (3,), ()),
        batch_statistics=True,
    ),
    "BatchNorm of images": LayerLine(
        lambda: BatchNorm(2),
        (3, 4, 5, 2),
        batch_norm,
        batch_norm_twin,
        ((3, 4, 5, 3),),
        batch_statistics=True,
    ),
    "BatchNorm of sequences": LayerLine(
        lambda: BatchNorm(3),
        (4, 5, 3),
        batch_norm,
        batch_norm_twin,
        ((4, 5, 2),),
        batch_axis=1,
        batch_statistics=True,
    ),
}
