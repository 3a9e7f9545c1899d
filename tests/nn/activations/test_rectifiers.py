import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, Layer, plain
from glassnet.nn.activations.rectifiers import ELU, LeakyReLU, ReLU
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.testing import arrays, shapes, spaced_arrays
from tests.mutate import mutant
from tests.nn.activations.cases import (
    check_against_pytorch,
    check_huge_inputs,
    check_last_forward_counts,
)

any_shape = st.integers(1, 3).flatmap(shapes)
every_kind = pytest.mark.parametrize("kind", [ReLU, LeakyReLU, ELU])


@given(x=spaced_arrays(any_shape), parameter=st.floats(0, 1))
def test_gradients(x: Array, parameter: float) -> None:
    check_layer(ReLU(), x)
    check_layer(LeakyReLU(parameter), x)
    check_layer(ELU(3 * parameter), x)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (ReLU, "dy * (self._y > 0)", "dy"),
        (ReLU, "(self._y > 0)", "(dy > 0)"),
        (ReLU, "(self._y > 0)", "np.where(self._y > 0, 1, 0.01)"),
        (LeakyReLU, "np.greater(x, 0", "np.less(x, 0"),
        (LeakyReLU, "dx_part *= 1 - self.negative_slope", "pass"),
        (LeakyReLU, "dx_part += self.negative_slope", "pass"),
        (LeakyReLU, "dx_part *= dy_part", "pass"),
        (ELU, "np.clip(y, -np.inf, 0, out=dx_part)", "dx_part[...] = y"),
        (ELU, "dx_part += self.alpha", "dx_part += 1"),
        (ELU, "y > 0, 1 - self.alpha", "y > 0, self.alpha"),
        (ELU, "y > 0, 1 - self.alpha", "y < 0, 1 - self.alpha"),
        (ELU, "dx_part *= dy_part", "pass"),
    ],
)
@given(x=spaced_arrays(shapes(2, smallest=3), gap=0.3))
def test_wrong_gradients_are_rejected(kind: type[Layer], old: str, new: str, x: Array) -> None:
    arguments = () if kind is ReLU else (0.3,)
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(mutant(kind, old, new)(*arguments), x)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (LeakyReLU, "np.maximum", "np.minimum"),
        (ELU, "y *= self.alpha", "pass"),
        (ELU, "np.expm1", "np.exp"),
        (ELU, "y += np.clip(x_part, 0, np.inf)", "pass"),
    ],
)
def test_wrong_outputs_are_noticed(kind: type[Layer], old: str, new: str) -> None:
    x = np.linspace(-3, 3, 8)
    function = plain.leaky_relu if kind is LeakyReLU else plain.elu
    expected, _ = function(x, 0.3)
    np.testing.assert_allclose(kind(0.3).forward(x), expected, atol=1e-15)  # type: ignore[call-arg]
    assert not np.allclose(mutant(kind, old, new)(0.3).forward(x), expected, atol=1e-3)


@given(x=arrays(any_shape, scale=3.0), parameter=st.floats(0, 1))
def test_agrees_with_pytorch(x: Array, parameter: float) -> None:
    check_against_pytorch(ReLU(), lambda torch: torch.relu, x)
    check_against_pytorch(
        LeakyReLU(parameter), lambda torch: torch.nn.LeakyReLU(parameter), x + 1e-9
    )
    check_against_pytorch(ELU(parameter + 0.01), lambda torch: torch.nn.ELU(parameter + 0.01), x)


def test_gradients_at_the_kink_are_those_from_below() -> None:
    slopes = {ReLU(): [0, 0, 1], LeakyReLU(0.2): [0.2, 0.2, 1], ELU(0.3): [0.3, 0.3, 1]}
    for layer, expected in slopes.items():
        layer.forward(np.array([0.0, -0.0, 1e-300]))
        np.testing.assert_array_equal(layer.backward(np.ones(3)), expected)


def test_a_large_input_is_worked_on_in_parts(generator: np.random.Generator) -> None:
    x = generator.standard_normal((3, 30_000))
    for kind in (LeakyReLU, ELU):
        layer, one_row = kind(), kind()
        y, dx = layer.forward(x), layer.backward(x)
        for row in range(3):
            np.testing.assert_array_equal(one_row.forward(x[row]), y[row])
            np.testing.assert_array_equal(one_row.backward(x[row]), dx[row])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_inputs(dtype: type[np.floating]) -> None:
    check_huge_inputs(ReLU(), dtype, [[1e4, 0, 0], [0, 0, 0]], [[1, 0, 0], [0, 0, 0]])
    leaky = [[1e4, -2e3, 0], [-2e3] * 3]
    check_huge_inputs(LeakyReLU(0.2), dtype, leaky, [[1, 0.2, 0.2], [0.2] * 3])
    check_huge_inputs(ELU(0.5), dtype, [[1e4, -0.5, 0], [-0.5] * 3], [[1, 0, 0.5], [0, 0, 0]])


@every_kind
def test_backward_uses_the_last_forward(kind: type[Layer], generator: np.random.Generator) -> None:
    check_last_forward_counts(kind, generator)


@every_kind
def test_whole_numbers_become_floats_and_single_ones_stay_single(kind: type[Layer]) -> None:
    assert kind()(np.array([2, 3])).tolist() == [2.0, 3.0]
    assert kind()(np.array(3.0)).shape == ()


@pytest.mark.parametrize("number", [float, np.float64])
def test_float32_stays_float32(number: Callable[[float], float]) -> None:
    for layer in (LeakyReLU(number(0.1)), ELU(number(0.3))):
        y = layer.forward(np.array([-1.0, 2.0], np.float32))
        assert y.dtype == layer.backward(y).dtype == np.float32


@pytest.mark.parametrize("slope", [-0.1, 1.1, math.nan])
def test_slopes_out_of_range_are_rejected(slope: float) -> None:
    with pytest.raises(ValueError, match=f"negative_slope must be .* at most 1, not {slope}"):
        LeakyReLU(slope)


@pytest.mark.parametrize("alpha", [-0.1, math.inf, math.nan])
def test_bounds_out_of_range_are_rejected(alpha: float) -> None:
    with pytest.raises(ValueError, match=f"alpha must be at least 0 and finite, not {alpha}"):
        ELU(alpha)
