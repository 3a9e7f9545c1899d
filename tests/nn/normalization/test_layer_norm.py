import math

import numpy as np
import pytest
from hypothesis import given

from glassnet.nn import Array, Dense, Sequential
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.normalization.layer_norm import LayerNorm
from glassnet.nn.testing import arrays, shapes
from tests.mutate import mutant
from tests.nn.normalization.cases import check_against_pytorch, ready


@given(x=arrays(shapes(3, smallest=2)))
def test_gradients(x: Array) -> None:
    assert check_layer(ready(LayerNorm(x.shape[-1], 0.1)), x).exact


def test_gradients_inside_a_network(generator: np.random.Generator) -> None:
    network = Sequential(Dense(3, 6), LayerNorm(6), Dense(6, 2), LayerNorm(2, eps=0.1))
    check_layer(network, generator.standard_normal((5, 3)))


@pytest.mark.parametrize(
    ("old", "new", "tensor"),
    [
        ("out -= (d @ to_mean)[:, None]", "pass", "input"),
        ("out -= product", "pass", "input"),
        ("out -= product", "out += product", "input"),
        ("out *= self._inverse_std[part]", "pass", "input"),
        ("np.multiply(d, self.gamma", "np.multiply(d, 1", "input"),
        ("self.gamma / self.features", "self.gamma / len(d)", "input"),
        ("self.gamma / self.features", "1 / self.features + 0 * self.gamma", "input"),
        ("product = d * n", "product = d * 1", "input"),
        ("column_sums(product)", "d.sum(axis=0)", "parameter gamma"),
        ("self.dbeta += column", "self.dbeta -= column", "parameter beta"),
        ("self.dbeta += column", "self.dbeta[...] = column", "contract"),
        ("self.dgamma += column", "self.dgamma[...] = column", "contract"),
        ("inverse_std += self.eps", "pass", "none"),
    ],
)
def test_wrong_gradients_are_rejected(
    old: str, new: str, tensor: str, generator: np.random.Generator
) -> None:
    x = generator.standard_normal((5, 4))
    wrong = ready(mutant(LayerNorm, old, new)(4, 0.3))
    if tensor == "none":  # a layer of its own, with right gradients
        assert not np.allclose(wrong.forward(x), ready(LayerNorm(4, 0.3)).forward(x))
        return
    with pytest.raises(GradientError, match=f"^{tensor}"):
        check_layer(wrong, x)


@given(x=arrays(shapes(3, smallest=2), scale=3.0))
def test_agrees_with_pytorch(x: Array) -> None:
    features = x.shape[-1]
    check_against_pytorch(
        ready(LayerNorm(features, 0.01)),
        lambda torch, tx: torch.nn.LayerNorm(features, 0.01, dtype=tx.dtype),
        x,
    )


def test_a_large_input_is_worked_on_in_parts(generator: np.random.Generator) -> None:
    x = generator.standard_normal((300, 200))
    layer, dy = ready(LayerNorm(200)), np.cos(x)
    y, dx = layer.forward(x), layer.backward(dy)
    gradients = layer.grad.copy()
    layer.zero_grad()
    alone = ready(LayerNorm(200))
    for row in range(300):
        np.testing.assert_allclose(alone.forward(x[row]), y[row], atol=1e-12)
        np.testing.assert_allclose(alone.backward(dy[row]), dx[row], atol=1e-12)
    np.testing.assert_allclose(alone.grad, gradients, atol=1e-12)


def test_equal_numbers_become_the_shift_and_nothing_is_not_a_number() -> None:
    layer = ready(LayerNorm(3))
    y = layer.forward(np.full((2, 3), 7.0))
    np.testing.assert_allclose(y, np.broadcast_to(layer.parameters["beta"], (2, 3)), atol=1e-12)
    assert np.isfinite(layer.backward(np.ones((2, 3)))).all()


def test_rows_far_from_zero_keep_their_variance_in_float32(generator: np.random.Generator) -> None:
    x = (1000 + generator.standard_normal((4, 256))).astype(np.float32)
    layer = LayerNorm(256).initialize(generator)
    exact = LayerNorm(256).initialize(generator, np.float64).forward(x.astype(np.float64))
    np.testing.assert_allclose(layer.forward(x), exact, atol=2e-3)


@pytest.mark.parametrize("eps", [0, -1, math.inf, math.nan])
def test_eps_out_of_range_is_rejected(eps: float) -> None:
    with pytest.raises(ValueError, match=f"LayerNorm: eps must be above 0 and finite, not {eps}"):
        LayerNorm(3, eps)


def test_numbers_of_numpy_as_options_keep_float32(generator: np.random.Generator) -> None:
    layer = LayerNorm(3, np.float64(1e-5)).initialize(generator)
    y = layer.forward(np.ones((2, 3), np.float32))
    assert y.dtype == layer.backward(y).dtype == np.float32


def test_what_it_starts_with() -> None:
    layer = LayerNorm(2).initialize(np.random.default_rng(0))
    assert (layer.eps, *layer.gamma, *layer.beta) == (1e-5, 1, 1, 0, 0)


def test_a_row_of_one_number_is_its_own_mean() -> None:
    layer = LayerNorm(1).initialize(np.random.default_rng(0), np.float64)
    layer.beta[...] = 5
    np.testing.assert_array_equal(layer.forward(np.array([[3.0], [-7.0]])), [[5], [5]])
