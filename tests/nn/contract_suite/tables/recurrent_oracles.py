"""What the recurrent layers compute, by the functions of `nn/plain`; see `layer_oracles.py`."""

import numpy as np

from glassnet.nn import GRU, LSTM, Array, BatchShard, Layer, plain
from tests.nn.contract_suite.tables.layer_oracles import Results


def passes(layer: Layer, x: Array, Wh: Array, state: Results, dy: Array) -> Results:
    """Return the output and all gradients for vectors x, these weights and this state."""
    p = layer.parameters
    read = (x, p["Wx"], Wh)
    if isinstance(layer, LSTM):
        states = plain.lstm_forward(*read, p["b"], state["h"], state["c"])
        return {"y": states[0][1:], **plain.lstm_backward(dy, *read, *states)}
    if isinstance(layer, GRU):
        bh = p.get("bh")
        hs, gates = plain.gru_forward(*read, p["b"], state["h"], bh)
        return {"y": hs[1:], **plain.gru_backward(dy, *read, hs, gates, bh)}
    hs = plain.simple_rnn_forward(*read, p["b"], state["h"], layer.activation)
    return {"y": hs[1:], **plain.simple_rnn_backward(dy, *read, hs, layer.activation)}


def start(layer: Layer, rows: int) -> Results:
    """The state that the layer starts from, zeros where none is set."""
    zeros = np.zeros((rows, layer.units))
    return {name: layer.carried.get(name, zeros) for name in layer.state_names}


def recurrent(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    """The whole batch at once, of vectors or ids, and with a mask on Wh if there is one."""
    Wh = layer.parameters["Wh"]
    mask = np.ones(Wh.shape)
    if draw is not None and layer.weight_drop:
        uniform = draw.generator.random(Wh.shape, dtype=np.float32)
        mask = (uniform >= layer.weight_drop) / (1 - layer.weight_drop)
    ids = np.issubdtype(x.dtype, np.integer)
    rows = np.eye(layer.in_features)[x] if ids else x
    found = passes(layer, rows, Wh * mask, start(layer, x.shape[1]), dy)
    found["Wh"] *= mask
    if ids:
        del found["x"]
    return found


def with_state_dropout(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    """One sequence after the other: what is dropped of h(t-1) is dropped of the rows of Wh."""
    Wh, rows, rate = layer.parameters["Wh"], x.shape[1], layer.state_dropout
    masks = np.ones((rows, layer.units))
    if draw is not None:
        masks = (draw.uniform(masks.shape) >= rate) / (1 - rate)
    state = start(layer, rows)
    results = []
    for n in range(rows):
        one, mask = slice(n, n + 1), masks[n][:, None]
        begin = {name: value[one] for name, value in state.items()}
        found = passes(layer, x[:, one], Wh * mask, begin, dy[:, one])
        results.append({**found, "Wh": found["Wh"] * mask})
    axes = {"x": 1, "y": 1, **dict.fromkeys(state, 0)}
    return {
        name: np.concatenate([one[name] for one in results], axes[name])
        if name in axes
        else np.sum([one[name] for one in results], axis=0)
        for name in results[0]
    }


def last_step(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    dx = np.zeros_like(x)
    dx[-1] = dy
    return {"y": x[-1], "x": dx}


def bidirectional(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    """Two passes, the second of the sequence read backward, each with its half of dy."""
    results: Results = {}
    halves = []
    for name, step, half in zip(
        ("forward_layer", "backward_layer"), (1, -1), np.split(dy, 2, axis=-1), strict=True
    ):
        part = layer.layers[name]
        if layer.last_step:
            whole = np.zeros((len(x), *half.shape))
            whole[-1] = half
        else:
            whole = half[::step]
        found = recurrent(part, x[::step], whole, None)
        y = found.pop("y")
        halves.append(y[-1] if layer.last_step else y[::step])
        if "x" in found:
            results["x"] = results.get("x", 0) + found.pop("x")[::step]
        results |= {f"{name}.{key}": value for key, value in found.items()}
    return {**results, "y": np.concatenate(halves, axis=-1)}
