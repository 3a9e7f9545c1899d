"""Dropout of the hidden state before the recurrent product: one mask a sequence."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, BatchShard
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.recurrent.base import RecurrentLayer
from glassnet.nn.testing import arrays, generators, shapes
from tests.nn.contract_suite.tables.recurrent_oracles import with_state_dropout
from tests.nn.recurrent.cases import TILINGS, every_kind, state_of, wrong_variant

Kind = Callable[..., RecurrentLayer]

RATE = 0.25


@every_kind
@given(
    generator=generators(),
    x=arrays(shapes(3, largest=4)),
    units=st.integers(1, 4),
    rate=st.sampled_from([0.3, 0.7]),
    weight_drop=st.sampled_from([0.0, 0.5]),
)
def test_gradients(
    kind: Kind,
    generator: np.random.Generator,
    x: Array,
    units: int,
    rate: float,
    weight_drop: float,
) -> None:
    layer = kind(x.shape[2], units, weight_drop=weight_drop, state_dropout=rate)
    check_layer(layer, x, state=state_of(kind, generator, x.shape[1], units), train=True)


MUTANTS = {
    "gradient of the dropped state": ("out *= self._tile_order(self._state_mask)", "pass"),
    "gradient of the weights from the whole state": (
        "np.matmul(self._read.reshape(-1, self.units).T, dz, out=self._weights)",
        "np.matmul(self._hidden[:-1].reshape(-1, self.units).T, dz, out=self._weights)",
    ),
    "rows of the mask exchanged": (
        "out *= self._tile_order(self._state_mask)",
        "out *= self._tile_order(self._state_mask[::-1])",
    ),
    "units of the mask exchanged": (
        "out *= self._tile_order(self._state_mask)",
        "out *= self._tile_order(self._state_mask[:, ::-1])",
    ),
}

OF_THE_GRU = {
    "gradient of the weights from the whole state": (
        "read = self._read.reshape(-1, self.units)",
        "read = self._hidden[:-1].reshape(-1, self.units)",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
@every_kind
def test_wrong_variants_are_rejected(kind: Kind, name: str, generator: np.random.Generator) -> None:
    gru = "reset gate" in kind(1, 1).activation_names
    change = OF_THE_GRU.get(name, MUTANTS[name]) if gru else MUTANTS[name]
    wrong = wrong_variant(kind, *change)
    x, state = generator.standard_normal((4, 2, 3)), state_of(kind, generator, 2, 4)
    with pytest.raises(GradientError):
        check_layer(wrong(3, 4, state_dropout=0.5), x, state=state, train=True)


@pytest.mark.parametrize("tiling", ["one tile", "several blocks"])
@every_kind
def test_agrees_with_plain_layers_of_one_sequence_each(
    kind: Kind, tiling: str, generator: np.random.Generator
) -> None:
    rows, units = TILINGS[tiling]
    layer = kind(7, units, state_dropout=RATE).initialize(generator, np.float64)
    layer.tiled = True
    x, dy = generator.standard_normal((2, rows, 7)), generator.standard_normal((2, rows, units))
    layer.state = state_of(kind, generator, rows, units)
    layer.set_batch_shard(BatchShard(np.random.default_rng(3)))
    expected = with_state_dropout(layer, x, dy, BatchShard(np.random.default_rng(3)))
    np.testing.assert_allclose(layer.forward(x, train=True), expected.pop("y"), atol=1e-12)
    found = {"x": layer.backward(dy), **layer.gradients, **layer.dstate}
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        np.testing.assert_allclose(found[name], gradient, atol=1e-11, err_msg=name)


@every_kind
def test_it_is_gone_when_not_training(kind: Kind, generator: np.random.Generator) -> None:
    dropping, plain = kind(3, 4, state_dropout=RATE), kind(3, 4)
    dropping.initialize(np.random.default_rng(1))
    plain.initialize(np.random.default_rng(1))
    x = generator.standard_normal((5, 2, 3)).astype(np.float32)
    dropped = dropping.forward(x, train=True).copy()
    np.testing.assert_array_equal(dropping.forward(x), plain.forward(x))
    assert not np.array_equal(dropped, plain.forward(x))
    for layer in (dropping, plain):  # nor does backward know a mask then
        layer.backward(np.ones((5, 2, 4), np.float32))
    np.testing.assert_array_equal(dropping.grad, plain.grad)


@every_kind
def test_each_worker_draws_the_mask_of_its_rows(kind: Kind, generator: np.random.Generator) -> None:
    layer = kind(3, 4, state_dropout=0.5).initialize(np.random.default_rng(1), np.float64)
    x = generator.standard_normal((5, 4, 3))
    outputs = []
    for start, stop in ((0, 4), (1, 3)):
        layer.set_batch_shard(BatchShard(np.random.default_rng(2), start, stop, 4))
        outputs.append([layer.forward(x[:, start:stop], train=True).copy() for _ in range(2)])
    for whole, part in zip(*outputs, strict=True):
        np.testing.assert_allclose(whole[:, 1:3], part, atol=1e-12)
    assert not np.allclose(outputs[0][0], outputs[0][1])  # each sequence has a new one
