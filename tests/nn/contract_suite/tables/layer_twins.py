"""What each layer computes, in PyTorch, which differentiates by itself.

A twin gets a layer, the dictionary of its parameters and state as tensors, the input x as a tensor
and, in training, the source of random numbers. It returns the output, or the output and the
auxiliary loss. PyTorch is imported when a twin is called, not before.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet.nn import BatchShard, Layer

Tensors = dict[str, Any]
Twin = Callable[[Layer, Tensors, Any, BatchShard | None], Any]


def torch() -> Any:
    import torch

    return torch


def function(name: str, **options: object) -> Twin:
    """Return the twin that is a function of PyTorch, of x alone."""
    return lambda layer, p, x, draw: getattr(torch(), name)(x, **options)


def dense(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
    return torch().nn.functional.linear(x, p["W"].T, p["b"])


def embedding(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
    return torch().nn.functional.embedding(x, p["W"]) + p["b"]


def convolution(**options: object) -> Twin:
    def twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
        kinds = torch().nn.functional
        if x.ndim == 4:
            kernel = p["W"].permute(3, 2, 0, 1)
            y = kinds.conv2d(x.permute(0, 3, 1, 2), kernel, p["b"], **options)
            return y.permute(0, 2, 3, 1)
        return kinds.conv1d(x.mT, p["W"].permute(2, 1, 0), p["b"], **options).mT

    return twin


def transposed(stride: int, padding: int = 0) -> Twin:
    def twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
        kernel = p["W"].permute(2, 3, 0, 1)
        y = torch().nn.functional.conv_transpose2d(
            x.permute(0, 3, 1, 2), kernel, p["b"], stride, padding
        )
        return y.permute(0, 2, 3, 1)

    return twin


def max_pooling(size: int, stride: int) -> Twin:
    def twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
        kinds = torch().nn.functional
        if x.ndim == 4:
            return kinds.max_pool2d(x.permute(0, 3, 1, 2), size, stride).permute(0, 2, 3, 1)
        return kinds.max_pool1d(x.mT, size, stride).mT

    return twin


def dropout(rate: float) -> Twin:
    def twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
        if draw is None:
            return x * 1
        keep = torch().from_numpy(draw.uniform(tuple(x.shape)) >= rate)
        return torch().where(keep, x / (1 - rate), 0.0)

    return twin


def noise(std: float, low: float, high: float) -> Twin:
    def twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
        if draw is None:
            return x * 1
        return (x + std * torch().from_numpy(draw.normal(tuple(x.shape)))).clamp(low, high)

    return twin


def sampling(weight: float) -> Twin:
    def twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
        distributions = torch().distributions
        mean, log_variance = x.chunk(2, dim=1)
        normal = distributions.Normal(mean, (log_variance / 2).exp())
        standard = distributions.Normal(mean.new_zeros(()), mean.new_ones(()))
        divergence = distributions.kl_divergence(normal, standard).sum() * weight / len(x)
        noise = 0 if draw is None else torch().from_numpy(draw.normal(tuple(mean.shape)))
        return mean + normal.stddev * noise, divergence

    return twin


def penalty(l1: float) -> Twin:
    return lambda layer, p, x, draw: (x * 1, l1 * x.abs().sum())


def padding(top: int, bottom: int, left: int, right: int) -> Twin:
    """Return the twin that puts zeros around images; negative numbers crop."""
    return lambda layer, p, x, draw: torch().nn.functional.pad(x, (0, 0, left, right, top, bottom))


def upsampling(*times: int) -> Twin:
    def twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
        for axis, number in enumerate(times, 1):
            x = x.repeat_interleave(number, dim=axis)
        return x

    return twin


def lstm(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
    nn = torch().nn
    D, units = p["Wx"].shape[0], p["Wh"].shape[0]
    theirs = nn.LSTM(D, units, dtype=torch().float64)
    order = np.concatenate([np.arange(units) + gate * units for gate in (0, 1, 3, 2)])  # i, f, g, o
    if not x.is_floating_point():
        x = nn.functional.one_hot(x, D).double()
    Wh = p["Wh"]
    if draw is not None and layer.weight_drop:
        uniform = torch().from_numpy(draw.generator.random(tuple(Wh.shape), dtype=np.float32))
        Wh = Wh * (uniform >= layer.weight_drop) / (1 - layer.weight_drop)
    weights = {
        "weight_ih_l0": p["Wx"].T[order],
        "weight_hh_l0": Wh.T[order],
        "bias_ih_l0": p["b"][order],
        "bias_hh_l0": torch().zeros_like(p["b"]),
    }
    zeros = torch().zeros(x.shape[1], units, dtype=torch().float64)
    start = tuple(p.get(name, zeros)[None] for name in ("h", "c"))
    return torch().func.functional_call(theirs, weights, (x, start))[0]


def lstm_with_state_dropout(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
    """Step by step, with the hidden state masked before each of them."""
    mask = torch().ones(x.shape[1], len(p["Wh"]), dtype=torch().float64)
    if draw is not None:
        keep = torch().from_numpy(draw.uniform(tuple(mask.shape)) >= layer.state_dropout)
        mask = keep.double() / (1 - layer.state_dropout)
    zeros = torch().zeros_like(mask)
    h, c, outputs = p.get("h", zeros), p.get("c", zeros), []
    for row in x:
        i, f, o, g = (row @ p["Wx"] + (h * mask) @ p["Wh"] + p["b"]).chunk(4, dim=1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        outputs.append(h)
    return torch().stack(outputs)
