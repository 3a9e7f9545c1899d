import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from glassnet.nn import Array, huber_loss, mean_absolute_error, mean_squared_error
from glassnet.nn.gradcheck import GradientError, check_loss
from tests.mutate import mutant
from tests.nn.losses.cases import fractions, outputs

Loss = Callable[..., tuple[float, Array]]
Number = Callable[[float], float]


def huber(d: float, delta: float) -> float:
    return d**2 / 2 if abs(d) <= delta else delta * (abs(d) - delta / 2)


CASES: dict[str, tuple[Loss, Number, Number, str, dict[str, float]]] = {
    "mean_squared_error": (mean_squared_error, lambda d: d**2, lambda d: 2 * d, "mse_loss", {}),
    "mean_absolute_error": (
        mean_absolute_error,
        abs,
        lambda d: math.copysign(1, d) if d else 0,
        "l1_loss",
        {},
    ),
    "huber_loss": (
        huber_loss,
        lambda d: huber(d, 1),
        lambda d: max(-1, min(d, 1)),
        "huber_loss",
        {},
    ),
    "huber_loss of 0.3": (
        partial(huber_loss, delta=0.3),
        lambda d: huber(d, 0.3),
        lambda d: max(-0.3, min(d, 0.3)),
        "huber_loss",
        {"delta": 0.3},
    ),
}
"""Of each loss: that of one element, its slope, and PyTorch's name and options."""
each_case: Any = pytest.mark.parametrize("name", CASES)


@each_case
@given(output=outputs)
def test_agrees_with_a_loop(name: str, output: Array) -> None:
    loss, of_element, slope, _, _ = CASES[name]
    targets = fractions(output)
    value, gradient = loss(output, targets)
    expected = 0.0
    for index, y in np.ndenumerate(output):
        difference = float(y) - float(targets[index])
        expected += of_element(difference) / output.size
        assert gradient[index] == pytest.approx(slope(difference) / output.size, abs=1e-12)
    assert value == pytest.approx(expected, abs=1e-12)


@each_case
@given(output=outputs)
def test_gradients(name: str, output: Array) -> None:
    loss = CASES[name][0]
    check_loss(loss, output, fractions(output))
    check_loss(lambda o, t: loss(o, t, total=9), output, fractions(output))


@each_case
@given(output=outputs)
def test_agrees_with_pytorch(name: str, output: Array) -> None:
    torch = pytest.importorskip("torch")
    loss, _, _, theirs, options = CASES[name]
    t = torch.tensor(output, requires_grad=True)
    expected = getattr(torch.nn.functional, theirs)(t, torch.tensor(fractions(output)), **options)
    expected.backward()
    value, gradient = loss(output, fractions(output))
    assert value == pytest.approx(expected.item(), abs=1e-12)
    np.testing.assert_allclose(gradient, t.grad.numpy(), atol=1e-12)


@each_case
def test_an_output_that_is_right_has_no_gradient(name: str) -> None:
    value, gradient = CASES[name][0](np.ones((2, 3)), np.ones((2, 3)))
    assert value == 0
    np.testing.assert_array_equal(gradient, np.zeros((2, 3)))


def test_at_delta_both_forms_of_the_huber_loss_meet() -> None:
    for d, value, slope in [(0.5, 0.125, 0.5), (-0.5, 0.125, -0.5), (2, 0.875, 0.5)]:
        found, gradient = huber_loss(np.array([[float(d)]]), np.zeros((1, 1)), delta=0.5)
        assert (found, gradient.item()) == (value, slope)


@pytest.mark.parametrize("delta", [0.0, -1.0, math.nan, math.inf])
def test_delta_is_a_positive_number(delta: float) -> None:
    with pytest.raises(ValueError, match=f"^delta must be above 0 and finite, not {delta}$"):
        huber_loss(np.zeros((1, 1)), np.zeros((1, 1)), delta=delta)


def test_values_are_summed_in_float64() -> None:
    # In float32, 2²⁴ + 1 = 2²⁴.
    value, _ = mean_squared_error(np.array([[4096], [1]], np.float32), np.zeros((2, 1)))
    assert value == (2**24 + 1) / 2


@each_case
@pytest.mark.parametrize("target", [math.inf, -math.inf, math.nan])
def test_targets_are_numbers(name: str, target: float) -> None:
    loss = CASES[name][0]
    with pytest.raises(ValueError, match=r"^targets must be numbers, but some are NaN or inf"):
        loss(np.zeros((2, 2)), np.array([[0.0, 1.0], [0.5, target]]))
    value, _ = loss(np.array([[math.nan]]), np.array([[1.0]]))
    assert math.isnan(value)  # it is the network that is wrong: training reports it


# -- mutants ------------------------------------------------------------------------------------

MUTANTS: dict[str, tuple[Loss, str, str]] = {
    "without the two": (mean_squared_error, "*= 2 * weight", "*= weight"),
    "summed over the row": (mean_squared_error, "*= 2 * weight", "*= 2 / len(output)"),
    "no sign": (mean_absolute_error, "np.sign(difference)", "np.abs(np.sign(difference))"),
    "not averaged": (mean_absolute_error, "gradient *= weight", "pass"),
    "not clipped below": (huber_loss, "(difference, -delta, delta)", "(difference, None, delta)"),
    "not clipped above": (huber_loss, "(difference, -delta, delta)", "(difference, -delta, None)"),
    "a whole square": (huber_loss, "0.5 * clipped", "0 * clipped"),
    "gradient not clipped": (
        huber_loss,
        "clipped *= weight",
        "clipped = difference * weight",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_losses_are_noticed(name: str, generator: np.random.Generator) -> None:
    right, old, new = MUTANTS[name]
    wrong = mutant(right, old, new)
    output = 2 * generator.standard_normal((4, 3))
    value, _ = right(output, fractions(output))
    if wrong(output, fractions(output))[0] == pytest.approx(value, rel=1e-9):
        with pytest.raises(GradientError, match="output"):
            check_loss(wrong, output, fractions(output))
