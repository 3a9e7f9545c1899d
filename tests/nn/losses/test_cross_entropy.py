import functools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, sigmoid_binary_cross_entropy, softmax_cross_entropy
from glassnet.nn.gradcheck import GradientError, check_loss
from glassnet.nn.testing import arrays, ids, shapes
from tests.mutate import mutant
from tests.nn.losses.cases import fractions, outputs

logits_and_classes = shapes(3).flatmap(
    lambda shape: st.tuples(arrays(shape, scale=3.0), ids(shape[:-1], shape[-1]))
)


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


# -- label smoothing and a class to ignore ------------------------------------------------------


@given(pair=logits_and_classes, smoothing=st.sampled_from([0.0, 0.1, 0.9]), data=st.data())
def test_smoothed_and_ignored_targets_agree_with_a_loop(
    pair: tuple[Array, Array], smoothing: float, data: st.DataObject
) -> None:
    logits, classes = pair
    ignored = data.draw(st.sampled_from([int(classes.flat[0]), -100, 7]))
    count = np.count_nonzero(classes != ignored)
    loss = functools.partial(softmax_cross_entropy, label_smoothing=smoothing, ignore_index=ignored)
    if not count:
        with pytest.raises(ValueError, match="no rows to average over"):
            loss(logits, classes)
        count = 5
    value, gradient = loss(logits, classes, total=int(count))
    expected, size = 0.0, logits.shape[-1]
    for index in np.ndindex(classes.shape):
        powers = [math.exp(logit) for logit in logits[index]]
        for k, power in enumerate(powers):
            wanted = (1 - smoothing) * (k == classes[index]) + smoothing / size
            p = power / sum(powers)
            slope = 0.0 if classes[index] == ignored else (p - wanted) / count
            assert gradient[index][k] == pytest.approx(slope, abs=1e-12)
            expected -= 0.0 if classes[index] == ignored else wanted * math.log(p) / count
    assert value == pytest.approx(expected, abs=1e-12)


@given(pair=logits_and_classes, smoothing=st.sampled_from([0.0, 0.3]))
def test_smoothed_and_ignored_targets_agree_with_pytorch(
    pair: tuple[Array, Array], smoothing: float
) -> None:
    torch = pytest.importorskip("torch")
    logits, classes = pair
    targets = np.where(np.arange(classes.size).reshape(classes.shape) % 3 == 1, -100, classes)
    t = torch.tensor(logits, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(
        t.reshape(-1, logits.shape[-1]),
        torch.tensor(targets.reshape(-1)),
        ignore_index=-100,
        label_smoothing=smoothing,
    )
    loss.backward()
    value, gradient = softmax_cross_entropy(
        logits, targets, label_smoothing=smoothing, ignore_index=-100
    )
    assert value == pytest.approx(loss.item(), abs=1e-12)
    np.testing.assert_allclose(gradient, t.grad.numpy(), atol=1e-12)


def test_rows_to_ignore_may_hold_any_logits() -> None:
    logits = np.array([[1.0, 2.0], [math.nan, math.inf]])
    value, gradient = softmax_cross_entropy(logits, np.array([0, 9]), ignore_index=9)
    assert value == softmax_cross_entropy(logits[:1], np.array([0]))[0]
    np.testing.assert_array_equal(gradient[1], [0, 0])


def test_a_worker_may_hold_ignored_rows_only() -> None:
    value, gradient = softmax_cross_entropy(
        np.ones((2, 3), np.float32), np.array([5, 5]), total=4, ignore_index=5
    )
    assert value == 0
    assert gradient.dtype == np.float32
    np.testing.assert_array_equal(gradient, np.zeros((2, 3)))


def test_only_the_class_to_ignore_may_be_out_of_range() -> None:
    with pytest.raises(ValueError, match="from 0 to 1, but they range from 0 to 8"):
        softmax_cross_entropy(np.zeros((3, 2)), np.array([9, 8, 0]), ignore_index=9)


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, math.nan])
def test_label_smoothing_out_of_range_is_an_error(smoothing: float) -> None:
    with pytest.raises(ValueError, match=r"^label_smoothing must be at least 0 and below 1, not"):
        softmax_cross_entropy(np.zeros((1, 2)), np.array([0]), label_smoothing=smoothing)


def test_the_options_are_given_by_keyword() -> None:
    with pytest.raises(TypeError, match="positional"):
        softmax_cross_entropy(np.zeros((1, 2)), np.array([0]), None, 0.1)  # type: ignore[misc]


# -- binary cross-entropy -----------------------------------------------------------------------


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
def test_binary_cross_entropy_gradient(output: Array) -> None:
    check_loss(sigmoid_binary_cross_entropy, output, fractions(output))
    check_loss(lambda o, t: sigmoid_binary_cross_entropy(o, t, total=9), output, fractions(output))


@given(output=outputs)
def test_binary_cross_entropy_agrees_with_pytorch(output: Array) -> None:
    torch = pytest.importorskip("torch")
    t = torch.tensor(output, requires_grad=True)
    theirs = torch.nn.functional.binary_cross_entropy_with_logits
    expected = theirs(t, torch.tensor(fractions(output)))
    expected.backward()
    value, gradient = sigmoid_binary_cross_entropy(output, fractions(output))
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


# -- mutants ------------------------------------------------------------------------------------

SOFTMAX_MUTANTS = {
    "target forgotten": ("probabilities[correct] -= (1 - label_smoothing) / total", "pass"),
    "not averaged": ("value, probabilities.reshape", "value, total * probabilities.reshape"),
    "next class": ("probabilities[correct] -=", "probabilities[correct[0], correct[1] - 1] -="),
}
SMOOTH_MUTANTS = {
    "target in full": ("-= (1 - label_smoothing) / total", "-= 1 / total"),
    "smoothed over the others": ("/ (classes * total)", "/ ((classes - 1) * total)"),
    "smoothing forgotten": ("probabilities -= label_smoothing", "probabilities -= 0 * total"),
    "value in full": ("expected *= 1 - label_smoothing", "pass"),
    "summed over the classes": ("shifted.mean(axis=1)", "shifted.sum(axis=1)"),
    "all rows counted": ("ids != ignore_index", "ids >= 0"),
    "gradient to another row": ("gradient[counted] =", "gradient[counted[::-1]] ="),
    "ignored rows in the mean": ("require_rows(len(rows), total)", "targets.size"),
}


@pytest.mark.parametrize("name", SOFTMAX_MUTANTS)
def test_wrong_softmax_cross_entropy_is_rejected(name: str, generator: np.random.Generator) -> None:
    wrong = mutant(softmax_cross_entropy, *SOFTMAX_MUTANTS[name])
    with pytest.raises(GradientError, match="output"):
        check_loss(wrong, generator.standard_normal((4, 3)), np.array([0, 2, 1, 1]))


@pytest.mark.parametrize("name", SMOOTH_MUTANTS)
def test_wrong_smoothing_or_counting_is_noticed(name: str, generator: np.random.Generator) -> None:
    wrong = mutant(softmax_cross_entropy, *SMOOTH_MUTANTS[name])
    logits, targets = generator.standard_normal((4, 3)), np.array([0, 2, 1, 0])
    options: dict[str, Any] = {"label_smoothing": 0.2, "ignore_index": 2}
    value, gradient = softmax_cross_entropy(logits, targets, **options)
    other, other_gradient = wrong(logits, targets, **options)
    assert other != pytest.approx(value, rel=1e-6) or np.abs(other_gradient - gradient).max() > 1e-6


BINARY_MUTANTS = {
    "sigmoid differentiated twice": (
        "gradient *= weight",
        "gradient *= weight * sigmoid(logits) * (1 - sigmoid(logits))",
    ),
    "ones only": ("gradient -= targets", "gradient = (gradient - 1) * targets"),
}


@pytest.mark.parametrize("name", BINARY_MUTANTS)
def test_wrong_binary_cross_entropy_is_rejected(name: str, generator: np.random.Generator) -> None:
    wrong = mutant(sigmoid_binary_cross_entropy, *BINARY_MUTANTS[name])
    output = generator.standard_normal((4, 3))
    with pytest.raises(GradientError, match="output"):
        check_loss(wrong, output, fractions(output))
