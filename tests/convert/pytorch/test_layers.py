"""PyTorch's modules compute what glassnet's layers do, in both directions."""

import numpy as np
import pytest

from glassnet import nn
from glassnet.convert.pytorch.layers import UNCHANGED, cell_of, layout_of, own_arrays
from glassnet.convert.pytorch.networks import network_arrays, state_dict

torch = pytest.importorskip("torch")

from benchmarks.interop.pairs import (  # noqa: E402
    PAIRS,
    Pair,
    from_pytorch,
    randomized,
    to_pytorch,
)
from benchmarks.interop.pytorch import CELL_LIMIT, KINDS, cells  # noqa: E402

every_pair = pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)


@every_pair
def test_pytorch_computes_what_the_layer_does(pair: Pair) -> None:
    assert to_pytorch(pair) < 1e-12


@every_pair
def test_the_layer_computes_what_pytorch_does(pair: Pair) -> None:
    assert from_pytorch(pair) < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_random_stacks(kind: str) -> None:
    """A sample of what `benchmarks/interop/pytorch.py` does with a thousand."""
    there, back, identical = cells(kind, 8, seed=2)
    assert max(there, back) < CELL_LIMIT
    assert identical == 8


@every_pair
def test_there_and_back_changes_no_bit(pair: Pair) -> None:
    layer = randomized(pair.ours(), np.float32)
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
