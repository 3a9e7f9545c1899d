"""The layers of glassnet that PyTorch has as well, each with its module and an input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from glassnet import nn
from glassnet.convert.pytorch.networks import filled, network_arrays, state_dict


class Pair(NamedTuple):
    """A layer, PyTorch's module of the same kind, and an input."""

    ours: Callable[[], nn.Layer]
    theirs: Callable[[], Any]
    shape: tuple[int, ...]
    ids: int = 0  # of the input, if it is ids

    @property
    def input(self) -> nn.Array:
        """The input, the same each time."""
        generator = np.random.default_rng(2)
        if self.ids:
            return generator.integers(0, self.ids, self.shape)
        return generator.standard_normal(self.shape)


ROWS, SEQUENCES, IMAGES, STEPS = (5, 4), (3, 7, 2), (3, 6, 7, 2), (6, 2, 3)

PAIRS = {
    "Dense": Pair(lambda: nn.Dense(4, 3), lambda: torch.nn.Linear(4, 3), ROWS),
    "Embedding": Pair(lambda: nn.Embedding(6, 3), lambda: torch.nn.Embedding(6, 3), (4, 5), 6),
    "Conv1D": Pair(
        lambda: nn.Conv1D(2, 4, 3, dilation=2),
        lambda: torch.nn.Conv1d(2, 4, 3, dilation=2),
        SEQUENCES,
    ),
    "Conv2D": Pair(
        lambda: nn.Conv2D(2, 4, (2, 3), stride=2),
        lambda: torch.nn.Conv2d(2, 4, (2, 3), stride=2),
        IMAGES,
    ),
    "Conv2DTranspose": Pair(
        lambda: nn.Conv2DTranspose(2, 4, (2, 3), stride=2),
        lambda: torch.nn.ConvTranspose2d(2, 4, (2, 3), stride=2),
        IMAGES,
    ),
    "LayerNorm": Pair(lambda: nn.LayerNorm(4), lambda: torch.nn.LayerNorm(4), ROWS),
    "RMSNorm": Pair(lambda: nn.RMSNorm(4), lambda: torch.nn.RMSNorm(4, eps=1e-5), ROWS),
    "BatchNorm": Pair(lambda: nn.BatchNorm(4), lambda: torch.nn.BatchNorm1d(4).eval(), ROWS),
    "BatchNorm of images": Pair(
        lambda: nn.BatchNorm(2), lambda: torch.nn.BatchNorm2d(2).eval(), IMAGES
    ),
    "MultiHeadAttention": Pair(
        lambda: nn.MultiHeadAttention(4, 2), lambda: torch.nn.MultiheadAttention(4, 2), (5, 3, 4)
    ),
    "LSTM": Pair(lambda: nn.LSTM(3, 4), lambda: torch.nn.LSTM(3, 4), STEPS),
    "GRU": Pair(lambda: nn.GRU(3, 4), lambda: torch.nn.GRU(3, 4), STEPS),
    "SimpleRNN": Pair(lambda: nn.SimpleRNN(3, 4), lambda: torch.nn.RNN(3, 4), STEPS),
    "SimpleRNN, relu": Pair(
        lambda: nn.SimpleRNN(3, 4, "relu"),
        lambda: torch.nn.RNN(3, 4, nonlinearity="relu"),
        STEPS,
    ),
    "Bidirectional LSTM": Pair(
        lambda: nn.Bidirectional(nn.LSTM(3, 4)),
        lambda: torch.nn.LSTM(3, 4, bidirectional=True),
        STEPS,
    ),
    "Bidirectional GRU": Pair(
        lambda: nn.Bidirectional(nn.GRU(3, 4)),
        lambda: torch.nn.GRU(3, 4, bidirectional=True),
        STEPS,
    ),
    "Sigmoid": Pair(nn.Sigmoid, torch.nn.Sigmoid, ROWS),
    "Tanh": Pair(nn.Tanh, torch.nn.Tanh, ROWS),
    "Softmax": Pair(nn.Softmax, lambda: torch.nn.Softmax(-1), ROWS),
    "ReLU": Pair(nn.ReLU, torch.nn.ReLU, ROWS),
    "LeakyReLU": Pair(nn.LeakyReLU, torch.nn.LeakyReLU, ROWS),
    "ELU": Pair(nn.ELU, torch.nn.ELU, ROWS),
    "GELU": Pair(nn.GELU, torch.nn.GELU, ROWS),
    "GELU, tanh": Pair(lambda: nn.GELU("tanh"), lambda: torch.nn.GELU("tanh"), ROWS),
    "SiLU": Pair(nn.SiLU, torch.nn.SiLU, ROWS),
    "Softplus": Pair(nn.Softplus, torch.nn.Softplus, ROWS),
    "MaxPool1D": Pair(lambda: nn.MaxPool1D(2), lambda: torch.nn.MaxPool1d(2), SEQUENCES),
    "MaxPool2D": Pair(lambda: nn.MaxPool2D(2), lambda: torch.nn.MaxPool2d(2), IMAGES),
    "AveragePool1D": Pair(lambda: nn.AveragePool1D(2), lambda: torch.nn.AvgPool1d(2), SEQUENCES),
    "AveragePool2D": Pair(lambda: nn.AveragePool2D(2), lambda: torch.nn.AvgPool2d(2), IMAGES),
}


def tensors_of(layer: nn.Layer) -> dict[str, Any]:
    """Return a layer's state dict."""
    return {name: torch.from_numpy(value) for name, value in state_dict(layer).items()}


def filled_from(layer: nn.Layer, module: Any) -> nn.Layer:
    """Return a layer with the weights of a module."""
    tensors = {name: value.numpy() for name, value in module.state_dict().items()}
    return filled(layer, network_arrays(layer, tensors))


def randomized(layer: nn.Layer, dtype: np.typing.DTypeLike = np.float64) -> nn.Layer:
    """Return an initialized layer in which no array is what it is at first."""
    generator = np.random.default_rng(1)
    layer.initialize(generator, dtype)
    for value in layer.arrays.values():
        value[...] = generator.uniform(0.2, 0.9, value.shape)
    return layer


def randomized_module(module: Any) -> Any:
    """Return a module in which no tensor is what it is at first."""
    torch.manual_seed(1)
    for parameter in module.parameters():
        torch.nn.init.uniform_(parameter, -0.9, 0.9)
    for buffer in module.buffers():
        if buffer.is_floating_point():
            torch.nn.init.uniform_(buffer, 0.2, 0.9)
    return module


def output(module: Any, x: nn.Array) -> nn.Array:
    """Return what a module computes, of images and sequences with their channels last."""
    given = torch.from_numpy(x)
    kind = type(module).__name__
    with torch.no_grad():
        if "Conv" in kind or "Pool" in kind or "2d" in kind:
            return module(given.movedim(-1, 1)).movedim(1, -1).numpy()
        found = module(given, given, given) if kind == "MultiheadAttention" else module(given)
        return (found[0] if isinstance(found, tuple) else found).numpy()


def to_pytorch(pair: Pair) -> float:
    """Return the largest difference of outputs after a layer's weights went to a module."""
    layer, module = randomized(pair.ours()), pair.theirs().double()
    module.load_state_dict(tensors_of(layer))  # which is strict about names and shapes
    return float(np.abs(output(module, pair.input) - layer(pair.input)).max())


def from_pytorch(pair: Pair) -> float:
    """Return the largest difference of outputs after a module's weights went to a layer."""
    module = randomized_module(pair.theirs().double())
    layer = filled_from(pair.ours(), module)
    return float(np.abs(output(module, pair.input) - layer(pair.input)).max())
