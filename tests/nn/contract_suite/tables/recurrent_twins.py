"""What the recurrent layers compute, in PyTorch; see `layer_twins.py`."""

from typing import Any

import numpy as np

from glassnet.nn import GRU, LSTM, BatchShard, Layer, SimpleRNN
from tests.nn.contract_suite.tables.layer_twins import Tensors, torch

ORDERS = {LSTM: (0, 1, 3, 2), GRU: (0, 1, 2), SimpleRNN: (0,)}
"""Which of our blocks of columns PyTorch has first, second, ..."""


def start(layer: Layer, p: Tensors, rows: int) -> dict[str, Any]:
    """The state that the layer starts from, zeros where none is set."""
    zeros = torch().zeros(rows, layer.units, dtype=torch().float64)
    return {name: p.get(name, zeros) for name in layer.state_names}


def weights_of(layer: Layer, p: Tensors) -> Tensors:
    """The layer's parameters by PyTorch's names and in its order."""
    blocks = np.arange(layer.blocks * layer.units).reshape(layer.blocks, layer.units)
    order = blocks[list(ORDERS[type(layer)])].reshape(-1)
    second = torch().zeros_like(p["b"])
    if "bh" in p:
        second = torch().cat([second[: -layer.units], p["bh"]])
    return {
        "weight_ih_l0": p["Wx"].T[order],
        "weight_hh_l0": p["Wh"].T[order],
        "bias_ih_l0": p["b"][order],
        "bias_hh_l0": second[order],
    }


def theirs_of(layer: Layer, **options: Any) -> Any:
    """PyTorch's layer of the same kind and sizes."""
    kinds = {LSTM: "LSTM", GRU: "GRU", SimpleRNN: "RNN"}
    if isinstance(layer, SimpleRNN):
        options["nonlinearity"] = layer.activation
    kind = getattr(torch().nn, kinds[type(layer)])
    return kind(layer.in_features, layer.units, dtype=torch().float64, **options)


def vectors(layer: Layer, x: Any) -> Any:
    """One-hot vectors for ids, or vectors as they are."""
    if x.is_floating_point():
        return x
    return torch().nn.functional.one_hot(x, layer.in_features).double()


def with_weight_drop(layer: Layer, p: Tensors, draw: BatchShard | None) -> Tensors:
    """The parameters, with a mask on Wh if there is one."""
    if draw is None or not layer.weight_drop:
        return p
    uniform = torch().from_numpy(draw.generator.random(tuple(p["Wh"].shape), dtype=np.float32))
    return {**p, "Wh": p["Wh"] * (uniform >= layer.weight_drop) / (1 - layer.weight_drop)}


def recurrent(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
    """PyTorch's layer, of vectors or ids, and with a mask on Wh if there is one."""
    x, p = vectors(layer, x), with_weight_drop(layer, p, draw)
    state = tuple(value[None] for value in start(layer, p, x.shape[1]).values())
    state = state if len(state) > 1 else state[0]
    call = torch().func.functional_call
    return call(theirs_of(layer), weights_of(layer, p), (x, state))[0]


def step_by_step(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
    """The equations, one time step after the other, with the hidden state masked before each."""
    mask = torch().ones(x.shape[1], layer.units, dtype=torch().float64)
    if draw is not None and layer.state_dropout:
        keep = torch().from_numpy(draw.uniform(tuple(mask.shape)) >= layer.state_dropout)
        mask = keep.double() / (1 - layer.state_dropout)
    x, p = vectors(layer, x), with_weight_drop(layer, p, draw)
    state = start(layer, p, x.shape[1])
    h, outputs = state["h"], []
    for row in x:
        from_input = (row @ p["Wx"] + p["b"]).chunk(layer.blocks, dim=1)
        read, Wh = h * mask, p["Wh"].chunk(layer.blocks, dim=1)
        z = [a + read @ W for a, W in zip(from_input, Wh, strict=True)]
        if isinstance(layer, LSTM):
            state["c"] = z[1].sigmoid() * state["c"] + z[0].sigmoid() * z[3].tanh()
            h = z[2].sigmoid() * state["c"].tanh()
        elif isinstance(layer, GRU):
            reset, update = z[0].sigmoid(), z[1].sigmoid()
            if layer.reset_after:
                recurrent = reset * (read @ Wh[2] + p["bh"])
            else:
                recurrent = (reset * read) @ Wh[2]
            h = (1 - update) * (from_input[2] + recurrent).tanh() + update * h
        else:
            h = getattr(z[0], layer.activation)()
        outputs.append(h)
    return torch().stack(outputs)


def bidirectional(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
    """PyTorch's bidirectional layer, its outputs at all time steps or the last ones."""
    part = layer.forward_layer
    x = vectors(part, x)
    weights = {}
    for name, suffix in (("forward_layer", ""), ("backward_layer", "_reverse")):
        own = {
            key.removeprefix(f"{name}."): value for key, value in p.items() if key.startswith(name)
        }
        found = weights_of(layer.layers[name], own)
        weights |= {f"{key}{suffix}": value for key, value in found.items()}
    theirs = theirs_of(part, bidirectional=True)
    y, state = torch().func.functional_call(theirs, weights, (x,))
    if not layer.last_step:
        return y
    h = state[0] if isinstance(state, tuple) else state  # (2, N, H)
    return torch().cat([h[0], h[1]], dim=-1)
