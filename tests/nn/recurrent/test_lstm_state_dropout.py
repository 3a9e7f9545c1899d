"""Dropout of the hidden state before the recurrent product: one mask a sequence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import LSTM, Array, BatchShard
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.testing import arrays, generators, shapes
from tests.mutate import mutant
from tests.nn.contract_suite.tables.layer_oracles import lstm_with_state_dropout
from tests.nn.recurrent.cases import TILINGS, state_of

RATE = 0.25


@given(
    generator=generators(),
    x=arrays(shapes(3, largest=4)),
    units=st.integers(1, 4),
    rate=st.sampled_from([0.3, 0.7]),
    weight_drop=st.sampled_from([0.0, 0.5]),
)
def test_gradients(
    generator: np.random.Generator, x: Array, units: int, rate: float, weight_drop: float
) -> None:
    layer = LSTM(x.shape[2], units, weight_drop=weight_drop, state_dropout=rate)
    check_layer(layer, x, state=state_of(generator, x.shape[1], units), train=True)


MUTANTS = {
    "gradient of the dropped state": ("dh *= state_mask", "dh *= 1"),
    "gradient of the weights from the whole state": (
        "            read = self._dropped\n",
        "",
    ),
    "rows of the mask exchanged": ("= state_mask.reshape(", "= state_mask[:, ::-1].reshape("),
    "units of the mask exchanged": ("dh *= state_mask", "dh *= state_mask[..., ::-1]"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_variants_are_rejected(name: str, generator: np.random.Generator) -> None:
    wrong = mutant(LSTM, *MUTANTS[name])
    with pytest.raises(GradientError):
        check_layer(
            wrong(3, 4, state_dropout=0.5), generator.standard_normal((4, 2, 3)), train=True
        )


@pytest.mark.parametrize("tiling", TILINGS)
@pytest.mark.parametrize("tiled", [True, False])
def test_agrees_with_plain_lstms_of_one_sequence_each(
    tiling: str, tiled: bool, generator: np.random.Generator
) -> None:
    rows, units = TILINGS[tiling]
    layer = LSTM(7, units, state_dropout=RATE).initialize(generator, np.float64)
    layer.tiled = tiled
    x, dy = generator.standard_normal((3, rows, 7)), generator.standard_normal((3, rows, units))
    layer.state = state_of(generator, rows, units)
    layer.set_batch_shard(BatchShard(np.random.default_rng(3)))
    expected = lstm_with_state_dropout(layer, x, dy, BatchShard(np.random.default_rng(3)))
    np.testing.assert_allclose(layer.forward(x, train=True), expected.pop("y"), atol=1e-12)
    found = {"x": layer.backward(dy), **layer.gradients, **layer.dstate}
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        np.testing.assert_allclose(found[name], gradient, atol=1e-11, err_msg=name)


def test_it_is_gone_when_not_training(generator: np.random.Generator) -> None:
    dropping, plain = LSTM(3, 4, state_dropout=RATE), LSTM(3, 4)
    dropping.initialize(np.random.default_rng(1))
    plain.initialize(np.random.default_rng(1))
    x = generator.standard_normal((5, 2, 3)).astype(np.float32)
    dropped = dropping.forward(x, train=True).copy()
    np.testing.assert_array_equal(dropping.forward(x), plain.forward(x))
    assert not np.array_equal(dropped, plain.forward(x))
    for layer in (dropping, plain):  # nor does backward know a mask then
        layer.backward(np.ones((5, 2, 4), np.float32))
    np.testing.assert_array_equal(dropping.grad, plain.grad)


def test_each_worker_draws_the_mask_of_its_rows(generator: np.random.Generator) -> None:
    layer = LSTM(3, 4, state_dropout=0.5).initialize(np.random.default_rng(1), np.float64)
    x = generator.standard_normal((5, 4, 3))
    outputs = []
    for start, stop in ((0, 4), (1, 3)):
        layer.set_batch_shard(BatchShard(np.random.default_rng(2), start, stop, 4))
        outputs.append([layer.forward(x[:, start:stop], train=True).copy() for _ in range(2)])
    for whole, part in zip(*outputs, strict=True):
        np.testing.assert_allclose(whole[:, 1:3], part, atol=1e-12)
    assert not np.allclose(outputs[0][0], outputs[0][1])  # each sequence has a new one
