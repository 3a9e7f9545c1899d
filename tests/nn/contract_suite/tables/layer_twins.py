"""What each layer computes, in PyTorch, which differentiates by itself.

A twin gets a layer, the dictionary of its parameters and state as tensors, the input x as a tensor
and, in training, the source of random numbers. It returns the output, or the output and the
auxiliary loss. PyTorch is imported when a twin is called, not before.
"""

from collections.abc import Callable
from typing import Any

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


def average_pooling(size: int, stride: int, padding: int = 0) -> Twin:
    def twin(layer: Layer, p: Tensors, x: Any, draw: BatchShard | None) -> Any:
        kinds, options = torch().nn.functional, (size, stride, padding, False, False)
        if x.ndim == 4:
            return kinds.avg_pool2d(x.permute(0, 3, 1, 2), *options).permute(0, 2, 3, 1)
        return kinds.avg_pool1d(x.mT, *options).mT

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
