import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, Layer, plain
from glassnet.nn.activations.smooth_rectifiers import GELU, SiLU, Softplus
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.testing import arrays, shapes, spaced_arrays
from tests.mutate import mutant
from tests.nn.activations.cases import (
    check_against_pytorch,
    check_huge_inputs,
    check_last_forward_counts,
)

any_shape = st.integers(1, 3).flatmap(shapes)
every_kind = pytest.mark.parametrize("kind", [GELU, SiLU, Softplus])


@given(x=arrays(any_shape, scale=2.0), beta=st.floats(0.1, 3))
def test_gradients(x: Array, beta: float) -> None:
    assert check_layer(GELU(), x).exact
    assert check_layer(GELU("tanh"), x).exact
    assert check_layer(SiLU(), x).exact
    assert check_layer(Softplus(beta), x).exact


@pytest.mark.parametrize(
    ("kind", "arguments", "old", "new"),
    [
        (GELU, (), "out *= -0.5", "out *= -1"),
        (GELU, (), "out *= _DENSITY_AT_0", "out *= 0.5"),
        (GELU, (), "        out *= _DENSITY_AT_0\n        out += cdf\n", ""),
        (GELU, (), "np.multiply(x, x, out=out)", "np.multiply(x, cdf, out=out)"),
        (GELU, ("tanh",), "6 * TANH[1]", "2 * TANH[1]"),
        (GELU, ("tanh",), "2 * TANH[0]", "TANH[0]"),
        (GELU, ("tanh",), "np.subtract(1, cdf", "np.add(1, cdf"),
        (GELU, ("tanh",), "out += cubic\n        out += cdf", "out += cubic"),
        (SiLU, (), "np.subtract(1, s", "np.add(1, s"),
        (SiLU, (), "dx_part += s", "pass"),
        (SiLU, (), "dx_part *= y", "dx_part *= s"),
        (Softplus, (2.0,), "np.negative(dx_part, out=dx_part)", "pass"),
        (Softplus, (2.0,), "np.multiply(y, -self.beta", "np.multiply(y, -1"),
        (Softplus, (2.0,), "np.expm1", "np.exp"),
    ],
)
@given(x=spaced_arrays(shapes(2, smallest=3), gap=0.3))
def test_wrong_gradients_are_rejected(
    kind: type[Layer], arguments: tuple[object, ...], old: str, new: str, x: Array
) -> None:
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(mutant(kind, old, new)(*arguments), x)


@pytest.mark.parametrize(
    ("kind", "arguments", "old", "new"),
    [
        (GELU, (), 'self.approximate == "tanh":\n', 'self.approximate == "none":\n'),
        (Softplus, (2.0,), "y *= 1 / self.beta", "pass"),
        (Softplus, (2.0,), "np.multiply(absolute(x_part), -self.beta", "np.multiply(x_part, -2.0"),
        (Softplus, (2.0,), "np.clip(x_part, 0, np.inf)", "0"),
    ],
)
def test_wrong_outputs_are_noticed(
    kind: type[Layer], arguments: tuple[object, ...], old: str, new: str
) -> None:
    x = np.linspace(-3, 3, 8)
    expected, _ = plain.gelu(x) if kind is GELU else plain.softplus(x, 2.0)
    layer: Layer = kind(*arguments)  # type: ignore[call-arg]
    np.testing.assert_allclose(layer.forward(x), expected, rtol=0, atol=1e-14)
    wrong = mutant(kind, old, new)(*arguments).forward(x)
    assert not np.allclose(wrong, expected, rtol=0, atol=1e-6)


@given(x=arrays(any_shape, scale=3.0), beta=st.floats(0.1, 3))
def test_agrees_with_pytorch(x: Array, beta: float) -> None:
    check_against_pytorch(GELU(), lambda torch: torch.nn.GELU(), x)
    check_against_pytorch(GELU("tanh"), lambda torch: torch.nn.GELU(approximate="tanh"), x)
    check_against_pytorch(SiLU(), lambda torch: torch.nn.SiLU(), x)
    check_against_pytorch(Softplus(beta), lambda torch: torch.nn.Softplus(beta, 1e9), x)


def test_the_tanh_form_is_as_close_as_its_docstring_says() -> None:
    x = np.linspace(-10, 10, 10_001)
    difference = np.abs(GELU("tanh").forward(x) - GELU().forward(x)).max()
    assert 4e-4 < difference < 5e-4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_inputs(dtype: type[np.floating]) -> None:
    y = [[1e4, 0, 0], [0, 0, 0]]
    slopes = [[1, 0, 0.5], [0, 0, 0]]
    for layer in (GELU(), GELU("tanh"), SiLU()):
        check_huge_inputs(layer, dtype, y, slopes)
    check_huge_inputs(Softplus(), dtype, [[1e4, 0, math.log(2)], [0, 0, 0]], slopes)
    for layer in (GELU(), GELU("tanh"), SiLU(), Softplus()):  # where even squares are infinite
        largest = np.array([np.finfo(dtype).max, np.finfo(dtype).min])
        np.testing.assert_array_equal(layer.forward(largest), [largest[0], 0])
        np.testing.assert_array_equal(layer.backward(np.ones(2, dtype)), [1, 0])


def test_softplus_far_below_0_keeps_its_digits() -> None:
    layer = Softplus()
    x = np.array([-40.0, -300.0])
    np.testing.assert_allclose(layer.forward(x), np.exp(x), rtol=1e-14)
    np.testing.assert_allclose(layer.backward(np.ones(2)), np.exp(x), rtol=1e-14)


def test_a_large_input_is_worked_on_in_parts(generator: np.random.Generator) -> None:
    x = generator.standard_normal((3, 30_000))
    for kind in (GELU, lambda: GELU("tanh"), SiLU, Softplus):
        layer, one_row = kind(), kind()
        y, dx = layer.forward(x), layer.backward(x)
        for row in range(3):
            np.testing.assert_allclose(one_row.forward(x[row]), y[row], rtol=0, atol=1e-15)
            np.testing.assert_allclose(one_row.backward(x[row]), dx[row], rtol=0, atol=1e-15)


@every_kind
def test_backward_uses_the_last_forward(kind: type[Layer], generator: np.random.Generator) -> None:
    check_last_forward_counts(kind, generator)


@every_kind
def test_whole_numbers_become_floats_and_single_ones_stay_single(kind: type[Layer]) -> None:
    assert kind()(np.array([2, 3])).tolist() == kind()(np.array([2.0, 3.0])).tolist()
    assert kind()(np.array(3.0)).shape == ()


def test_options_out_of_range_are_rejected() -> None:
    with pytest.raises(ValueError, match="approximate must be 'none' or 'tanh', not 'erf'"):
        GELU("erf")  # type: ignore[arg-type]
    for beta in (0, -1, math.inf, math.nan):
        with pytest.raises(ValueError, match=f"beta must be above 0 and finite, not {beta}"):
            Softplus(beta)


def test_numbers_of_numpy_as_options_keep_float32() -> None:
    layer = Softplus(np.float64(2.0))
    y = layer.forward(np.ones(3, np.float32))
    assert y.dtype == layer.backward(y).dtype == np.float32
