import numpy as np
import pytest
from hypothesis import given

from glassnet.nn import Array
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.normalization.rms_norm import RMSNorm
from glassnet.nn.testing import arrays, shapes
from tests.mutate import mutant
from tests.nn.normalization.cases import check_against_pytorch, ready


@given(x=arrays(shapes(3, smallest=2)))
def test_gradients(x: Array) -> None:
    assert check_layer(ready(RMSNorm(x.shape[-1], 0.1)), x).exact


@pytest.mark.parametrize(
    ("old", "new", "tensor"),
    [
        ("out -= product", "pass", "input"),
        ("out -= product", "out += product", "input"),
        ("out *= self._inverse_rms[part]", "pass", "input"),
        ("np.multiply(d, self.gamma", "np.multiply(d, 1", "input"),
        ("self.gamma / self.features", "self.gamma / len(d)", "input"),
        ("product = d * n", "product = d * 1", "input"),
        ("column_sums(product)", "d.sum(axis=0)", "parameter gamma"),
        ("self.dgamma += column", "self.dgamma[...] = column", "contract"),
        ("inverse_rms += self.eps", "pass", "none"),
    ],
)
def test_wrong_gradients_are_rejected(
    old: str, new: str, tensor: str, generator: np.random.Generator
) -> None:
    x = generator.standard_normal((5, 4))
    wrong = ready(mutant(RMSNorm, old, new)(4, 0.3))
    if tensor == "none":  # a layer of its own, with right gradients
        assert not np.allclose(wrong.forward(x), ready(RMSNorm(4, 0.3)).forward(x))
        return
    with pytest.raises(GradientError, match=f"^{tensor}"):
        check_layer(wrong, x)


@given(x=arrays(shapes(3, smallest=2), scale=3.0))
def test_agrees_with_pytorch(x: Array) -> None:
    features = x.shape[-1]
    check_against_pytorch(
        ready(RMSNorm(features, 0.01)),
        lambda torch, tx: torch.nn.RMSNorm(features, 0.01, dtype=tx.dtype),
        x,
    )


def test_a_large_input_is_worked_on_in_parts(generator: np.random.Generator) -> None:
    x = generator.standard_normal((300, 200))
    layer, dy = ready(RMSNorm(200)), np.cos(x)
    y, dx = layer.forward(x), layer.backward(dy)
    alone = ready(RMSNorm(200))
    for row in range(300):
        np.testing.assert_allclose(alone.forward(x[row]), y[row], atol=1e-12)
        np.testing.assert_allclose(alone.backward(dy[row]), dx[row], atol=1e-12)
    np.testing.assert_allclose(alone.grad, layer.grad, atol=1e-12)


def test_the_mean_is_not_subtracted(generator: np.random.Generator) -> None:
    layer = RMSNorm(4).initialize(generator, np.float64)
    np.testing.assert_allclose(layer.forward(np.full((1, 4), -7.0)), -1, atol=1e-6)
    np.testing.assert_array_equal(layer.forward(np.zeros((1, 4))), 0)


def test_eps_out_of_range_is_rejected() -> None:
    with pytest.raises(ValueError, match="RMSNorm: eps must be above 0 and finite, not 0"):
        RMSNorm(3, 0)


def test_what_it_starts_with() -> None:
    layer = RMSNorm(2).initialize(np.random.default_rng(0))
    assert (layer.eps, *layer.gamma) == (1e-5, 1, 1)


def test_a_row_of_one_number() -> None:
    layer = RMSNorm(1, eps=7.0).initialize(np.random.default_rng(0), np.float64)
    np.testing.assert_array_equal(layer.forward(np.array([[3.0]])), [[3 / 4]])  # √(9 + 7)
