import numpy as np
import pytest
from hypothesis import given

from glassnet import nn
from glassnet.nn.plain import softmax_cross_entropy
from glassnet.nn.testing import arrays, generators, shapes


@given(generator=generators(), logits=arrays(shapes(2), scale=3.0))
def test_equals_the_fast_loss(generator: np.random.Generator, logits: nn.Array) -> None:
    targets = generator.integers(0, logits.shape[1], len(logits))
    loss, gradient = softmax_cross_entropy(logits, targets)
    expected, expected_gradient = nn.softmax_cross_entropy(logits, targets)
    assert loss == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(gradient, expected_gradient, atol=1e-12)


@given(generator=generators(), logits=arrays(shapes(2), scale=3.0))
def test_equals_the_fast_loss_of_smoothed_and_ignored_targets(
    generator: np.random.Generator, logits: nn.Array
) -> None:
    targets = generator.integers(0, logits.shape[1], len(logits))
    targets[1:][generator.random(len(logits) - 1) < 0.5] = -7
    loss, gradient = softmax_cross_entropy(logits, targets, 0.1, -7)
    expected, expected_gradient = nn.softmax_cross_entropy(
        logits, targets, label_smoothing=0.1, ignore_index=-7
    )
    assert loss == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(gradient, expected_gradient, atol=1e-12)


def test_large_logits_do_not_overflow() -> None:
    loss, _ = softmax_cross_entropy(np.array([[1e4, 1e4]]), np.array([0]))
    assert loss == pytest.approx(np.log(2))
    loss, gradient = softmax_cross_entropy(np.array([[1e4, -1e4]]), np.array([1]))
    assert loss == 2e4
    np.testing.assert_array_equal(gradient, [[1, -1]])


def test_rows_of_very_different_logits_do_not_disturb_each_other() -> None:
    loss, gradient = softmax_cross_entropy(np.array([[0.0, 0.0], [1e4, 1e4]]), np.array([0, 1]))
    assert loss == pytest.approx(np.log(2))
    np.testing.assert_allclose(gradient, [[-0.25, 0.25], [0.25, -0.25]])
