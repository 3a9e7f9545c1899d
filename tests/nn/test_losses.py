import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array
from glassnet.nn.gradcheck import GradientError, check_loss
from glassnet.nn.losses import (
    mean_squared_error,
    sigmoid_binary_cross_entropy,
    softmax_cross_entropy,
)
from glassnet.nn.testing import arrays, generators, ids, shapes
from tests.mutate import mutant

ElementLoss = Callable[..., tuple[float, Array]]
element_losses: Any = pytest.mark.parametrize(
    "loss", [sigmoid_binary_cross_entropy, mean_squared_error]
)
outputs = st.integers(1, 4).flatmap(lambda axes: arrays(shapes(axes, largest=4), scale=2.0))
logits_and_classes = shapes(3).flatmap(
    lambda shape: st.tuples(arrays(shape, scale=3.0), ids(shape[:-1], shape[-1]))
)


def fractions(output: Array) -> Array:
    """Targets in [0, 1] for an output, 0 and 1 among them."""
    return np.clip(np.random.default_rng(7).uniform(-0.5, 1.5, output.shape), 0, 1)


# -- softmax cross-entropy ----------------------------------------------------------------------


@given(pair=logits_and_classes)
def test_softmax_cross_entropy_agrees_with_a_loop(pair: tuple[Array, Array]) -> None:
    logits, classes = pair
    value, gradient = softmax_cross_entropy(logits, classes)
    expected, count = 0.0, classes.size
    for index in np.ndindex(classes.shape):
        powers = [math.exp(logit) for logit in logits[index]]
        expected -= math.log(powers[classes[index]] / sum(powers)) / count
        for k, power in enumerate(powers):
            slope = (power / sum(powers) - (k == classes[index])) / count
            assert gradient[index][k] == pytest.approx(slope, abs=1e-12)
    assert value == pytest.approx(expected, abs=1e-12)


@given(pair=logits_and_classes)
def test_softmax_cross_entropy_gradient(pair: tuple[Array, Array]) -> None:
    check_loss(softmax_cross_entropy, *pair)
    check_loss(lambda logits, classes: softmax_cross_entropy(logits, classes, total=50), *pair)


@given(pair=logits_and_classes)
def test_softmax_cross_entropy_agrees_with_pytorch(pair: tuple[Array, Array]) -> None:
    torch = pytest.importorskip("torch")
    logits, classes = pair
    t = torch.tensor(logits, requires_grad=True)
    rows = t.reshape(-1, logits.shape[-1])
    loss = torch.nn.functional.cross_entropy(rows, torch.tensor(classes.reshape(-1)))
    loss.backward()
    value, gradient = softmax_cross_entropy(logits, classes)
    assert value == pytest.approx(loss.item(), abs=1e-12)
    np.testing.assert_allclose(gradient, t.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_cross_entropy_of_extreme_logits(dtype: Any) -> None:
    logits = np.array([[1e4, -1e4, 0], [1e4, -1e4, 0], [1e4, 1e4, 1e4]], dtype)
    value, gradient = softmax_cross_entropy(logits, np.array([0, 1, 2]))
    assert value == pytest.approx((0 + 2e4 + math.log(3)) / 3)
    expected = np.array([[0, 0, 0], [1, -1, 0], [1 / 3, 1 / 3, -2 / 3]])
    np.testing.assert_allclose(3 * gradient, expected, atol=1e-6)


# -- means over elements ------------------------------------------------------------------------


@given(output=outputs)
def test_binary_cross_entropy_agrees_with_a_loop(output: Array) -> None:
    targets = fractions(output)
    value, gradient = sigmoid_binary_cross_entropy(output, targets)
    expected = 0.0
    for index, z in np.ndenumerate(output):
        p, t = 1 / (1 + math.exp(-z)), float(targets[index])
        expected -= (t * math.log(p) + (1 - t) * math.log(1 - p)) / output.size
        assert gradient[index] == pytest.approx((p - t) / output.size, abs=1e-12)
    assert value == pytest.approx(expected, rel=1e-9)


@given(output=outputs)
def test_mean_squared_error_agrees_with_a_loop(output: Array) -> None:
    targets = fractions(output)
    value, gradient = mean_squared_error(output, targets)
    expected = 0.0
    for index, y in np.ndenumerate(output):
        expected += (float(y) - float(targets[index])) ** 2 / output.size
        assert gradient[index] == pytest.approx(2 * (y - targets[index]) / output.size, abs=1e-12)
    assert value == pytest.approx(expected, abs=1e-12)


@element_losses
@given(output=outputs)
def test_element_loss_gradients(loss: ElementLoss, output: Array) -> None:
    check_loss(loss, output, fractions(output))
    check_loss(lambda o, t: loss(o, t, total=9), output, fractions(output))


@element_losses
@given(output=outputs)
def test_element_losses_agree_with_pytorch(loss: ElementLoss, output: Array) -> None:
    torch = pytest.importorskip("torch")
    theirs = {
        sigmoid_binary_cross_entropy: torch.nn.functional.binary_cross_entropy_with_logits,
        mean_squared_error: torch.nn.functional.mse_loss,
    }[loss]
    t = torch.tensor(output, requires_grad=True)
    expected = theirs(t, torch.tensor(fractions(output)))
    expected.backward()
    value, gradient = loss(output, fractions(output))
    assert value == pytest.approx(expected.item(), abs=1e-12)
    np.testing.assert_allclose(gradient, t.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_binary_cross_entropy_of_extreme_logits(dtype: Any) -> None:
    logits = np.array([1e4, -1e4, 1e4, -1e4, 0, 1e4, -30], dtype)
    targets = np.array([1, 0, 0, 1, 0.5, 0.25, 0], dtype)
    values = [
        sigmoid_binary_cross_entropy(z[np.newaxis], t[np.newaxis])[0]
        for z, t in zip(logits, targets, strict=True)
    ]
    expected = [0, 0, 1e4, 1e4, math.log(2), 7500, math.exp(-30)]
    np.testing.assert_allclose(values, expected, rtol=1e-6)
    _, gradient = sigmoid_binary_cross_entropy(logits, targets)
    np.testing.assert_allclose(7 * gradient, [0, 0, 1, -1, 0, 0.75, 0], atol=1e-6)


# -- what all losses share ----------------------------------------------------------------------


@given(generator=generators(), cut=st.integers(0, 6))
def test_the_parts_of_workers_add_up(generator: np.random.Generator, cut: int) -> None:
    output = generator.standard_normal((6, 3, 4))
    classes, targets = generator.integers(0, 4, (6, 3)), generator.random((6, 3, 4))
    for loss, wanted, rows in (
        (softmax_cross_entropy, classes, 18),
        (sigmoid_binary_cross_entropy, targets, 6),
        (mean_squared_error, targets, 6),
    ):
        value, gradient = loss(output, wanted)
        parts = [loss(output[part], wanted[part], rows) for part in (np.s_[:cut], np.s_[cut:])]
        assert sum(part[0] for part in parts) == pytest.approx(value, abs=1e-12)
        together = np.concatenate([part[1] for part in parts])
        np.testing.assert_allclose(together, gradient, atol=1e-12)


def test_gradients_of_float32_are_float32(generator: np.random.Generator) -> None:
    output = generator.standard_normal((5, 4), dtype=np.float32)
    targets = generator.random((5, 4), dtype=np.float32)
    assert softmax_cross_entropy(output, np.zeros(5, int))[1].dtype == np.float32
    for wanted in (targets, targets.astype(np.float64), targets > 0.5):
        assert sigmoid_binary_cross_entropy(output, wanted)[1].dtype == np.float32
        assert mean_squared_error(output, wanted)[1].dtype == np.float32


def test_values_are_summed_in_float64() -> None:
    # In float32, 2²⁴ + 1 = 2²⁴.
    value, _ = mean_squared_error(np.array([[4096], [1]], np.float32), np.zeros((2, 1)))
    assert value == (2**24 + 1) / 2


@element_losses
def test_shapes_that_differ_are_errors(loss: ElementLoss) -> None:
    with pytest.raises(ValueError, match=r"output has shape \(3, 2\), but the targets have \(3,\)"):
        loss(np.zeros((3, 2)), np.zeros(3))


def test_targets_that_are_no_classes_are_errors() -> None:
    logits = np.zeros((4, 2, 5))
    for shape in ((2, 4), (8,), (1, 1), (4, 2, 5)):
        with pytest.raises(ValueError, match=r"need targets of shape \(4, 2\), not \("):
            softmax_cross_entropy(logits, np.zeros(shape, int))
    for wrong in (-1, 5):
        with pytest.raises(ValueError, match="class ids from 0 to 4"):
            softmax_cross_entropy(logits, np.full((4, 2), wrong))
    for kind in (bool, float):  # booleans would pick rows, as a mask
        with pytest.raises(ValueError, match=f"must be integer class ids, not {kind.__name__}"):
            softmax_cross_entropy(logits, np.zeros((4, 2), kind))


# -- mutants ------------------------------------------------------------------------------------

SOFTMAX_MUTANTS = {
    "target forgotten": ("probabilities[correct] -= 1 / total", "pass"),
    "not averaged": ("probabilities.reshape", "total * probabilities.reshape"),
    "next class": ("probabilities[correct] -=", "probabilities[correct[0], correct[1] - 1] -="),
}


@pytest.mark.parametrize("name", SOFTMAX_MUTANTS)
def test_wrong_softmax_cross_entropy_is_rejected(name: str, generator: np.random.Generator) -> None:
    wrong = mutant(softmax_cross_entropy, *SOFTMAX_MUTANTS[name])
    with pytest.raises(GradientError, match="output"):
        check_loss(wrong, generator.standard_normal((4, 3)), np.array([0, 2, 1, 1]))


ELEMENT_MUTANTS = {
    "sigmoid differentiated twice": (
        sigmoid_binary_cross_entropy,
        "gradient *= weight",
        "gradient *= weight * sigmoid(logits) * (1 - sigmoid(logits))",
    ),
    "ones only": (
        sigmoid_binary_cross_entropy,
        "gradient -= targets",
        "gradient = (gradient - 1) * targets",
    ),
    "without the two": (mean_squared_error, "*= 2 * weight", "*= weight"),
    "summed over the row": (mean_squared_error, "*= 2 * weight", "*= 2 / len(output)"),
}


@pytest.mark.parametrize("name", ELEMENT_MUTANTS)
def test_wrong_element_losses_are_rejected(name: str, generator: np.random.Generator) -> None:
    wrong = mutant(*ELEMENT_MUTANTS[name])
    output = generator.standard_normal((4, 3))
    with pytest.raises(GradientError, match="output"):
        check_loss(wrong, output, fractions(output))


# -- targets that make no sense -------------------------------------------------------------------


@pytest.mark.parametrize("target", [-1e-3, 1.001, 5.0, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_binary_targets_are_probabilities(target: float, dtype: type) -> None:
    targets = np.array([[0.0, 1.0], [0.5, target]], dtype)
    with pytest.raises(ValueError, match=r"^targets must be from 0 to 1, but they range from "):
        sigmoid_binary_cross_entropy(np.zeros((2, 2), dtype), targets)


def test_binary_targets_may_be_truths() -> None:
    value, _ = sigmoid_binary_cross_entropy(np.zeros((1, 2)), np.array([[True, False]]))
    assert value == pytest.approx(math.log(2))
    labels = np.array([[0, 1]], np.uint8)
    assert sigmoid_binary_cross_entropy(np.zeros((1, 2)), labels)[0] == pytest.approx(math.log(2))


@pytest.mark.parametrize("target", [math.inf, -math.inf, math.nan])
def test_the_targets_of_the_squared_error_are_numbers(target: float) -> None:
    with pytest.raises(ValueError, match=r"^targets must be numbers, but some are NaN or inf"):
        mean_squared_error(np.zeros((2, 2)), np.array([[0.0, 1.0], [0.5, target]]))
    value, _ = mean_squared_error(np.array([[math.nan]]), np.array([[1.0]]))
    assert math.isnan(value)  # it is the network that is wrong: training reports it


@element_losses
def test_targets_are_not_broadcast(loss: ElementLoss) -> None:
    for shape in ((4, 1), (3,), (1, 3), (4, 3, 1), ()):
        with pytest.raises(ValueError, match=r"^the output has shape \(4, 3\), but the targets "):
            loss(np.zeros((4, 3)), np.zeros(shape))
    with pytest.raises(ValueError, match=r"^the output must have rows, but it is a single"):
        loss(np.zeros(()), np.zeros(()))


@element_losses
def test_a_mean_of_nothing_is_refused(loss: ElementLoss) -> None:
    with pytest.raises(ValueError, match=r"^there are no rows to average over$"):
        loss(np.zeros((0, 3)), np.zeros((0, 3)))
    with pytest.raises(ValueError, match=r"^there is nothing to average in an out.*\(2, 0\)$"):
        loss(np.zeros((2, 0)), np.zeros((2, 0)))
    value, gradient = loss(np.zeros((0, 3)), np.zeros((0, 3)), total=4)  # a worker without rows
    assert value == 0
    assert gradient.shape == (0, 3)


@pytest.mark.parametrize("total", [0, -1])
def test_total_is_positive(total: int) -> None:
    expected = f"^total, the rows to average over, must be positive, not {total}$"
    for loss in (sigmoid_binary_cross_entropy, mean_squared_error):
        with pytest.raises(ValueError, match=expected):
            loss(np.zeros((2, 2)), np.zeros((2, 2)), total)
    with pytest.raises(ValueError, match=expected):
        softmax_cross_entropy(np.zeros((2, 2)), np.zeros(2, int), total)
    with pytest.raises(ValueError, match=r"^there are no rows to average over$"):
        softmax_cross_entropy(np.zeros((0, 2)), np.zeros(0, int))


def test_a_single_row_in_all() -> None:
    output, targets = np.array([[0.5, 2.0]]), np.array([[1.0, 0.0]])
    for loss in (mean_squared_error, sigmoid_binary_cross_entropy):
        value, gradient = loss(output, targets, total=1)
        assert value == loss(output, targets)[0]
        np.testing.assert_array_equal(gradient, loss(output, targets)[1])
