"""The lines of attention, with their oracles and twins."""

from typing import Any

import numpy as np

from glassnet.nn import Array, BatchShard, Layer, MultiHeadAttention, PositionEmbedding, plain
from tests.nn.contract_suite.tables.layer_oracles import Oracle, Results
from tests.nn.contract_suite.tables.layer_twins import Tensors, Twin, torch
from tests.nn.contract_suite.tables.lines.line import LayerLine

NO_SEQUENCES = ((5, 6), (5, 3, 4), (5, 3, 6, 1))


def attention(heads: int, causal: bool = False) -> Oracle:
    """Return the oracle of attention without dropout: each head of each sequence by itself."""

    def results(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
        W, b, Wo, bo = (layer.parameters[name] for name in ("W", "b", "Wo", "bo"))
        features = len(W)
        columns = np.arange(3 * features).reshape(3, heads, features // heads)
        found = {name: np.zeros_like(value) for name, value in layer.parameters.items()}
        found |= {"x": np.zeros_like(x), "y": np.zeros_like(x) + bo}
        for n in range(x.shape[1]):
            for head in range(heads):
                at = columns[0, head]  # where this head's output stands among those of all heads
                q, k, v = (x[:, n] @ W[:, part] + b[part] for part in columns[:, head])
                o, A = plain.attention_forward(q, k, v, causal)
                found["y"][:, n] += o @ Wo[at]
                found["Wo"][at] += o.T @ dy[:, n]
                parts = plain.attention_backward(dy[:, n] @ Wo[at].T, q, k, v, A)
                for part, dpart in zip(columns[:, head], parts, strict=True):
                    found["W"][:, part] += x[:, n].T @ dpart
                    found["b"][part] += dpart.sum(axis=0)
                    found["x"][:, n] += dpart @ W[:, part].T
        found["bo"] += dy.sum(axis=(0, 1))
        return found

    return results


def attention_twin(heads: int, causal: bool = False) -> Twin:
    def twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
        features = x.shape[2]
        theirs = torch().nn.MultiheadAttention(features, heads, dtype=x.dtype)
        weights = {
            "in_proj_weight": p["W"].T,
            "in_proj_bias": p["b"],
            "out_proj.weight": p["Wo"].T,
            "out_proj.bias": p["bo"],
        }
        mask = None
        if causal:
            mask = torch().ones(len(x), len(x), dtype=bool).triu(1)
        return torch().func.functional_call(
            theirs, weights, (x, x, x), {"need_weights": False, "attn_mask": mask}
        )[0]

    return twin


def attention_with_dropout(heads: int, rate: float) -> Twin:
    def twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
        steps, rows, features = x.shape
        parts = (x @ p["W"] + p["b"]).reshape(steps, rows, 3, heads, features // heads)
        q, k, v = parts.permute(2, 1, 3, 0, 4)  # (N, heads, T, d) each
        A = (q @ k.mT / (features // heads) ** 0.5).softmax(dim=-1)
        if draw is not None:
            keep = torch().from_numpy(draw.uniform(tuple(A.shape)) >= rate)
            A = A * keep / (1 - rate)
        return (A @ v).permute(2, 0, 1, 3).reshape(x.shape) @ p["Wo"] + p["bo"]

    return twin


def positions(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    P = layer.parameters["P"]
    y, dP = x.copy(), np.zeros_like(P)
    for t in range(len(x)):
        for n in range(x.shape[1]):
            y[t, n] += P[t]
            dP[t] += dy[t, n]
    return {"y": y, "x": dy, "P": dP}


ATTENTION: dict[str, LayerLine] = {
    "MultiHeadAttention": LayerLine(
        lambda: MultiHeadAttention(6, heads=3),
        (5, 4, 6),
        attention(3),
        attention_twin(3),
        NO_SEQUENCES,
        batch_axis=1,
    ),
    "MultiHeadAttention, causal": LayerLine(
        lambda: MultiHeadAttention(6, heads=2, causal=True),
        (5, 4, 6),
        attention(2, causal=True),
        attention_twin(2, causal=True),
        NO_SEQUENCES,
        batch_axis=1,
    ),
    "MultiHeadAttention with dropout": LayerLine(
        lambda: MultiHeadAttention(6, heads=2, dropout=0.4),
        (5, 4, 6),
        None,
        attention_with_dropout(2, 0.4),
        NO_SEQUENCES,
        batch_axis=1,
        random=True,
    ),
    "PositionEmbedding": LayerLine(
        lambda: PositionEmbedding(7, 6),
        (5, 4, 6),
        positions,
        lambda layer, p, x, draw: x + p["P"][: len(x), None],
        (*NO_SEQUENCES, (8, 4, 6)),
        batch_axis=1,
    ),
}
