"""Dropout of the recurrent weights: one mask for a whole sequence and all its rows."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, BatchShard
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.recurrent.base import RecurrentLayer
from glassnet.nn.testing import arrays, generators, shapes
from tests.nn.contract_suite.tables.recurrent_oracles import recurrent
from tests.nn.recurrent.cases import every_kind, state_of, wrong_variant

Kind = Callable[..., RecurrentLayer]


@every_kind
@given(
    generator=generators(),
    x=arrays(shapes(3, largest=4)),
    units=st.integers(1, 4),
    rate=st.sampled_from([0.3, 0.7]),
)
def test_gradients(
    kind: Kind, generator: np.random.Generator, x: Array, units: int, rate: float
) -> None:
    layer = kind(x.shape[2], units, weight_drop=rate)
    check_layer(layer, x, state=state_of(kind, generator, x.shape[1], units), train=True)


MUTANTS = {
    "hidden gradient through the whole weights": (
        "np.multiply(self.Wh, self._mask, out=self._weights)",
        "self.Wh",
    ),
    "gradient of dropped weights": (
        "self._weights *= self._mask\n        self.dWh",
        "pass\n        self.dWh",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
@every_kind
def test_wrong_variants_are_rejected(kind: Kind, name: str, generator: np.random.Generator) -> None:
    wrong = wrong_variant(kind, *MUTANTS[name])
    x, state = generator.standard_normal((4, 2, 3)), state_of(kind, generator, 2, 4)
    with pytest.raises(GradientError):
        check_layer(wrong(3, 4, weight_drop=0.5), x, state=state, train=True)


@every_kind
def test_it_is_the_plain_layer_with_masked_weights(
    kind: Kind, generator: np.random.Generator
) -> None:
    layer = kind(6, 64, weight_drop=0.25).initialize(np.random.default_rng(7), np.float64)
    x, dy = generator.standard_normal((5, 8, 6)), generator.standard_normal((5, 8, 64))
    layer.set_batch_shard(BatchShard(np.random.default_rng(8)))
    expected = recurrent(layer, x, dy, BatchShard(np.random.default_rng(8)))
    np.testing.assert_allclose(layer.forward(x, train=True), expected["y"], atol=1e-12)
    np.testing.assert_allclose(layer.backward(dy), expected["x"], atol=1e-11)
    np.testing.assert_allclose(layer.dWh, expected["Wh"], atol=1e-11)
    whole = recurrent(layer, x, dy, None)["y"]
    np.testing.assert_allclose(layer.forward(x), whole, atol=1e-12)  # when not training


@every_kind
def test_it_draws_anew_and_alike_on_every_worker(
    kind: Kind, generator: np.random.Generator
) -> None:
    layer = kind(3, 4, weight_drop=0.5).initialize(np.random.default_rng(1), np.float64)
    x = generator.standard_normal((5, 4, 3))
    outputs = []
    for start, stop in ((0, 4), (1, 3)):
        layer.set_batch_shard(BatchShard(np.random.default_rng(2), start, stop, 4))
        outputs.append([layer.forward(x[:, start:stop], train=True).copy() for _ in range(2)])
    np.testing.assert_allclose(outputs[0][0][:, 1:3], outputs[1][0], atol=1e-12)
    np.testing.assert_allclose(outputs[0][1][:, 1:3], outputs[1][1], atol=1e-12)
    assert not np.allclose(outputs[0][0], outputs[0][1])
