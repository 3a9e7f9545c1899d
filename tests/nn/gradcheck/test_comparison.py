import re

import numpy as np
import pytest

from glassnet.nn import Array, Dense, ReLU
from glassnet.nn.gradcheck import Agreement, GradientError, check_layer
from glassnet.nn.gradcheck.comparison import compare
from glassnet.nn.gradcheck.derivatives import COMPLEX_STEP, DIFFERENCE, Function
from tests.mutate import mutant
from tests.nn.gradcheck.cases import Absolute, Square


def test_the_message_shows_both_derivatives_and_an_element_that_is_wrong(
    generator: np.random.Generator,
) -> None:
    # More elements than are tried one by one; only the last of them is wrong.
    wrong = mutant(Square, "return dx", "dx[-1, -1] *= 1.5\n        return dx")
    layer = wrong(40).initialize(generator, np.float64)
    with pytest.raises(GradientError) as caught:
        check_layer(layer, generator.standard_normal((30, 40)))
    number = r"(-?[\d.]+(?:e[+-]\d+)?)"
    match = re.search(
        rf"^input: analytic {number} against numeric {number} along a random direction, "
        rf"relative error {number} \(tolerance 1e-12\); at element \[29, 39\]: "
        rf"analytic {number}, numeric {number}$",
        str(caught.value),
    )
    assert match, str(caught.value)
    analytic, numeric, _, analytic_there, numeric_there = map(float, match.groups())
    assert analytic != pytest.approx(numeric, rel=1e-6)
    assert analytic_there == pytest.approx(1.5 * numeric_there, rel=1e-6)


def test_small_tensors_are_tried_element_by_element(x: Array) -> None:
    wrong = mutant(Square, "return dx", "dx[0, 0] += 1e-3\n        return dx")
    with pytest.raises(GradientError, match=r"^input\[0, 0\]: analytic .* numeric .* relative"):
        check_layer(wrong(), x, directions=0)
    with pytest.raises(GradientError, match=r"^input: analytic .* along a random direction"):
        check_layer(wrong(), x, every_coordinate=0)
    # Neither way of looking: the two options do what they say.
    report = check_layer(wrong(), x, directions=0, every_coordinate=x.size - 1)
    assert report.tensors["input"].sensitivity == np.inf


def test_errors_that_cancel_are_found_element_by_element(x: Array) -> None:
    wrong = mutant(Square, "return dx", "dx[0, 0] += 1; dx[0, 1] -= 1\n        return dx")
    with pytest.raises(GradientError, match=r"^input\[0, 0\]: analytic"):
        check_layer(wrong(), x, directions=0)


def test_one_wrong_element_is_named_wherever_it_is(x: Array) -> None:
    for index in np.ndindex(x.shape):
        wrong = mutant(Square, "return dx", f"dx[{index}] += 1e-9\n        return dx")
        with pytest.raises(GradientError, match=rf"^input\[{index[0]}, {index[1]}\]: analytic"):
            check_layer(wrong(), x, directions=0)


def test_the_tolerance_is_relative_and_can_be_set(x: Array) -> None:
    wrong = mutant(Square, "self.dw +=", "self.dw += (1 + 1e-11) *")
    for options in ({"directions": 0}, {"every_coordinate": 0}):  # both ways take the largest
        report = check_layer(wrong(), x, tolerance=1e-10, **options)
        assert report.tensors["parameter w"].error == pytest.approx(1e-11, rel=0.9)
    with pytest.raises(GradientError, match="tolerance 1e-12"):
        check_layer(wrong(), x)


def compared(gradient: float, function: Function, **options: float) -> Agreement:
    """The comparison of one number's gradient, by element alone unless the options say else."""
    options = {"tolerance": 1.0, "directions": 0, "every_coordinate": 1} | options
    generator = np.random.default_rng(0)
    return compare("v", np.ones(1), np.array([gradient]), function, generator, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("way", ["directions", "every_coordinate"])
def test_an_error_of_exactly_the_tolerance_is_allowed(way: str) -> None:
    function = Function(lambda v: 0.5 * v, np.ones(1))  # half of what the gradient says
    ways = {"directions": 0, "every_coordinate": 0, way: 1}
    assert compared(1.0, function, tolerance=0.5, **ways).error == 0.5
    with pytest.raises(GradientError, match=r"relative error 0\.5 "):
        compared(1.0, function, tolerance=0.499, **ways)


def test_errors_of_small_derivatives_are_relative_to_a_floor() -> None:
    exact = compared(0.0, Function(lambda v: 1e-3 * v, np.ones(1)))
    assert (exact.method, exact.error) == (COMPLEX_STEP, pytest.approx(1e-3 / 1e-2))
    rough = compared(0.0, Function(lambda v: 1e-5 * np.abs(v), np.ones(1)))
    assert (rough.method, rough.error) == (DIFFERENCE, pytest.approx(1e-5 / 1e-4))


def test_nothing_differs_in_an_empty_tensor() -> None:
    found = check_layer(Dense(3, 2), np.zeros((0, 3))).tensors["input"]
    assert (found.error, found.method) == (0.0, "nothing to compare")


def test_a_gradient_with_some_zeros_is_not_called_zero_everywhere() -> None:
    wrong = mutant(Square, "return dx", "dx[0, 0] = 0\n        return dx")
    with pytest.raises(GradientError, match=r"^input\[0, 0\]: analytic 0 ") as caught:
        check_layer(wrong(), np.ones((2, 3)), directions=0)
    assert "zero everywhere" not in str(caught.value)


@pytest.mark.parametrize("bad", ["np.nan", "np.inf"])
def test_gradients_that_are_not_finite_are_named(bad: str, x: Array) -> None:
    of_input = mutant(Square, "return dx", f"return dx + {bad}")
    with pytest.raises(GradientError, match=r"^input: the analytic gradient is not finite"):
        check_layer(of_input(), x)
    of_weight = mutant(Square, "self.dw +=", f"self.dw += {bad} +")
    with pytest.raises(GradientError, match=r"^parameter w: the analytic gradient is not finite"):
        check_layer(of_weight(), x)


@pytest.mark.parametrize("bad", ["np.nan", "np.inf"])
def test_outputs_that_are_not_finite_are_rejected(bad: str, x: Array) -> None:
    wrong = mutant(Square, "return y", f"y[0, 0] = {bad}\n        return y")
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(GradientError, match=r"^input: .* numeric nan"),
    ):
        check_layer(wrong(), x)


def test_an_input_that_is_not_finite_is_rejected(x: Array) -> None:
    x[0, 0] = np.nan
    with pytest.raises(GradientError, match=r"^input: "):
        check_layer(Square(), x)


# -- kinks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("distance", [1.5e-4, 1e-5, -1e-5, 1e-9, -1e-15, 1e-300])
def test_a_kink_nearby_is_no_error(distance: float) -> None:
    assert check_layer(ReLU(), np.array([[distance, 1.0, -1.0]])).exact


@pytest.mark.parametrize("distance", [1.5e-4, 1e-5, 4e-6, -1e-5])
def test_differences_try_again_with_a_smaller_step_near_a_kink(distance: float) -> None:
    assert not check_layer(Absolute(), np.array([[distance, 1.0, -1.0]])).exact


def test_a_difference_that_agrees_is_the_last() -> None:
    # With the shorter step rounding would leave more than the tolerance of 1e-6.
    found = compared(1.0, Function(lambda v: np.abs(v + 3e4), np.ones(1)), tolerance=1e-6)
    assert found.method == DIFFERENCE
    assert found.error < 1e-7


def test_a_kink_nearby_hides_no_error() -> None:
    wrong = mutant(Absolute, "return dx", "return 1.001 * dx")
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(wrong(), np.array([[1e-5, 1.0, -1.0]]))


def test_a_kink_right_there_is_an_error_that_is_named() -> None:
    kink = "there is a kink right here: the derivative is .* on one side and .* on the other"
    with pytest.raises(GradientError, match=rf"^input.*numeric.*{kink}"):
        check_layer(ReLU(), np.array([[0.0, 1.0]]))
    with pytest.raises(GradientError, match=rf"^input\[0, 0\].*numeric.*{kink}"):
        check_layer(ReLU(), np.array([[0.0, 1.0]]), directions=0)
    wrong = mutant(Square, "return dx", "dx[0, 0] += 1\n        return dx")
    with pytest.raises(GradientError) as caught:
        check_layer(wrong(), np.ones((2, 3)))
    assert "kink" not in str(caught.value)


def test_a_kink_is_named_from_the_tolerance_on() -> None:
    # At 1 the slope changes from 0.5 to 1: relative to the gradient of 4 by an eighth.
    function = Function(lambda v: np.maximum(v - 1, 0.5 * (v - 1)), np.ones(1))
    for tolerance, named in ((0.125, False), (0.124, True)):
        with pytest.raises(GradientError) as caught:
            compared(4.0, function, tolerance=tolerance)
        assert ("there is a kink right here" in str(caught.value)) == named
