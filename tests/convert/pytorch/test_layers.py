"""PyTorch's modules compute what glassnet's layers do, in both directions."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from glassnet import nn
from glassnet.convert.pytorch.layers import UNCHANGED, cell_of, layout_of, own_arrays
from glassnet.convert.pytorch.networks import filled, network_arrays, state_dict
from glassnet.nn import Array, Layer

torch = pytest.importorskip("torch")


class Pair(NamedTuple):
    """A layer, PyTorch's module of the same kind, and the shape of an input."""

    ours: Callable[[], Layer]
    theirs: Callable[[], Any]
    shape: tuple[int, ...]
    ids: int = 0
    channels_last: bool = False


PAIRS = {
    "Dense": Pair(lambda: nn.Dense(3, 4), lambda: torch.nn.Linear(3, 4), (5, 3)),
    "Embedding": Pair(lambda: nn.Embedding(6, 3), lambda: torch.nn.Embedding(6, 3), (4, 5), 6),
    "Conv1D": Pair(
        lambda: nn.Conv1D(2, 4, 3), lambda: torch.nn.Conv1d(2, 4, 3), (3, 7, 2), channels_last=True
    ),
    "Conv2D": Pair(
        lambda: nn.Conv2D(2, 4, (2, 3), stride=2),
        lambda: torch.nn.Conv2d(2, 4, (2, 3), stride=2),
        (3, 6, 7, 2),
        channels_last=True,
    ),
    "Conv2DTranspose": Pair(
        lambda: nn.Conv2DTranspose(2, 4, (2, 3), stride=2),
        lambda: torch.nn.ConvTranspose2d(2, 4, (2, 3), stride=2),
        (3, 4, 3, 2),
        channels_last=True,
    ),
    "LayerNorm": Pair(lambda: nn.LayerNorm(4), lambda: torch.nn.LayerNorm(4), (5, 4)),
    "RMSNorm": Pair(lambda: nn.RMSNorm(4), lambda: torch.nn.RMSNorm(4, eps=1e-5), (5, 4)),
    "BatchNorm": Pair(lambda: nn.BatchNorm(4), lambda: torch.nn.BatchNorm1d(4).eval(), (5, 4)),
    "MultiHeadAttention": Pair(
        lambda: nn.MultiHeadAttention(4, 2), lambda: torch.nn.MultiheadAttention(4, 2), (5, 3, 4)
    ),
    "LSTM": Pair(lambda: nn.LSTM(3, 4), lambda: torch.nn.LSTM(3, 4), (6, 2, 3)),
    "GRU": Pair(lambda: nn.GRU(3, 4), lambda: torch.nn.GRU(3, 4), (6, 2, 3)),
    "SimpleRNN": Pair(
        lambda: nn.SimpleRNN(3, 4, "relu"),
        lambda: torch.nn.RNN(3, 4, nonlinearity="relu"),
        (6, 2, 3),
    ),
    "Bidirectional": Pair(
        lambda: nn.Bidirectional(nn.LSTM(3, 4)),
        lambda: torch.nn.LSTM(3, 4, bidirectional=True),
        (6, 2, 3),
    ),
}


def randomized(layer: Layer) -> Layer:
    """An initialized layer in which no array is what it is at first."""
    generator = np.random.default_rng(1)
    layer.initialize(generator, np.float64)
    for value in layer.arrays.values():
        value[...] = generator.uniform(0.2, 0.9, value.shape)
    return layer


def output(pair: Pair, module: Any, x: Array) -> Array:
    """What PyTorch's module computes, with channels last."""
    given = torch.from_numpy(x)
    if pair.channels_last:
        return module(given.movedim(-1, 1)).movedim(1, -1).detach().numpy()
    given = (given, given, given) if isinstance(module, torch.nn.MultiheadAttention) else (given,)
    found = module(*given)
    return (found[0] if isinstance(found, tuple) else found).detach().numpy()


def an_input(pair: Pair) -> Array:
    generator = np.random.default_rng(2)
    if pair.ids:
        return generator.integers(0, pair.ids, pair.shape)
    return generator.standard_normal(pair.shape)


every_pair = pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)


@every_pair
def test_pytorch_computes_what_the_layer_does(pair: Pair) -> None:
    layer, module, x = randomized(pair.ours()), pair.theirs().double(), an_input(pair)
    tensors = {name: torch.from_numpy(value) for name, value in state_dict(layer).items()}
    module.load_state_dict(tensors)  # strict: all names and shapes are PyTorch's
    np.testing.assert_allclose(output(pair, module, x), layer(x), atol=1e-12)


@every_pair
def test_the_layer_computes_what_pytorch_does(pair: Pair) -> None:
    torch.manual_seed(1)
    module, x = pair.theirs().double(), an_input(pair)
    for parameter in module.parameters():
        torch.nn.init.uniform_(parameter, -0.9, 0.9)
    for buffer in module.buffers():
        if buffer.is_floating_point():
            torch.nn.init.uniform_(buffer, 0.2, 0.9)
    layer = pair.ours()
    tensors = {name: value.numpy() for name, value in module.state_dict().items()}
    filled(layer, network_arrays(layer, tensors))
    assert layer.theta.dtype == np.float64
    np.testing.assert_allclose(layer(x), output(pair, module, x), atol=1e-12)


@every_pair
def test_there_and_back_changes_no_bit(pair: Pair) -> None:
    layer = randomized(pair.ours()).initialize(np.random.default_rng(1), np.float32)
    layer.theta = np.random.default_rng(1).standard_normal(layer.theta.size)
    tensors = state_dict(layer, exact=True)
    assert all(value.flags.c_contiguous for value in tensors.values())
    again = network_arrays(pair.ours(), tensors)
    assert {name: value.tobytes() for name, value in again.items()} == {
        name: value.tobytes() for name, value in layer.arrays.items()
    }


def test_what_pytorch_lacks_keeps_its_names() -> None:
    gru = nn.GRU(3, 2, reset_after=False)
    assert layout_of(gru) is UNCHANGED
    assert list(state_dict(randomized(gru))) == ["Wx", "Wh", "b"]
    mixed = nn.Bidirectional(nn.GRU(3, 2), nn.LSTM(3, 2))
    assert layout_of(mixed) is None
    assert "forward_layer.weight_ih_l0" in state_dict(randomized(mixed))
    sizes = nn.Bidirectional(nn.GRU(3, 2), nn.GRU(3, 4))
    assert layout_of(sizes) is None
    assert layout_of(nn.Bidirectional(nn.GRU(3, 2, reset_after=False))) is None


def test_a_class_derived_from_a_layer_is_none_of_pytorchs() -> None:
    class Scale(nn.Dense):
        pass

    assert layout_of(Scale(2, 2)) is UNCHANGED
    assert own_arrays(Scale(2, 2)) == ["W", "b"]


def test_cells() -> None:
    assert [cell_of(layer) for layer in (nn.GRU(1, 1), nn.GRU(1, 1, False), nn.ReLU())] == [
        "GRU",
        "GRU with reset before",
        "",
    ]


def test_an_embedding_without_bias_is_only_its_weight() -> None:
    layer = nn.Embedding(3, 2).initialize(np.random.default_rng(1))
    assert list(state_dict(layer, exact=True)) == ["weight"]
    layer.b[0] = 1
    assert list(state_dict(layer, exact=True)) == ["weight", "W", "b"]
    tensors = state_dict(layer)
    assert list(tensors) == ["weight"]
    np.testing.assert_array_equal(tensors["weight"], layer.W + layer.b)


def test_an_embedding_that_was_trained_on_elsewhere_is_its_new_weight() -> None:
    layer = nn.Embedding(3, 2).initialize(np.random.default_rng(1))
    layer.b[0] = 1
    tensors = state_dict(layer, exact=True)
    tensors["weight"] = tensors["weight"] + 1
    found = network_arrays(layer, tensors)
    np.testing.assert_array_equal(found["W"], tensors["weight"])
    assert not found["b"].any()


def test_a_table_of_positions_is_the_weight_of_an_embedding() -> None:
    layer = randomized(nn.PositionEmbedding(5, 3))
    module = torch.nn.Embedding(5, 3).double()
    module.load_state_dict({name: torch.from_numpy(v) for name, v in state_dict(layer).items()})
    expected = module(torch.arange(4)).detach().numpy()
    np.testing.assert_array_equal(layer(np.zeros((4, 1, 3)))[:, 0], expected)
    again = network_arrays(nn.PositionEmbedding(5, 3), state_dict(layer))
    np.testing.assert_array_equal(again["P"], layer.P)
