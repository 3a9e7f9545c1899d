"""What all losses share: means over the rows of a batch that several workers hold."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import (
    Array,
    huber_loss,
    mean_absolute_error,
    mean_squared_error,
    sigmoid_binary_cross_entropy,
    softmax_cross_entropy,
)
from glassnet.nn.testing import generators

ElementLoss = Callable[..., tuple[float, Array]]
ELEMENT_LOSSES = [
    sigmoid_binary_cross_entropy,
    mean_squared_error,
    mean_absolute_error,
    huber_loss,
]
element_losses: Any = pytest.mark.parametrize("loss", ELEMENT_LOSSES)


@given(generator=generators(), cut=st.integers(0, 6))
def test_the_parts_of_workers_add_up(generator: np.random.Generator, cut: int) -> None:
    output = generator.standard_normal((6, 3, 4))
    classes, targets = generator.integers(0, 4, (6, 3)), generator.random((6, 3, 4))
    for loss, wanted, rows in (
        (softmax_cross_entropy, classes, 18),
        *((loss, targets, 6) for loss in ELEMENT_LOSSES),
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
        for loss in ELEMENT_LOSSES:
            assert loss(output, wanted)[1].dtype == np.float32


@element_losses
def test_shapes_that_differ_are_errors(loss: ElementLoss) -> None:
    with pytest.raises(ValueError, match=r"output has shape \(3, 2\), but the targets have \(3,\)"):
        loss(np.zeros((3, 2)), np.zeros(3))


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
    for loss in ELEMENT_LOSSES:
        with pytest.raises(ValueError, match=expected):
            loss(np.zeros((2, 2)), np.zeros((2, 2)), total)
    with pytest.raises(ValueError, match=expected):
        softmax_cross_entropy(np.zeros((2, 2)), np.zeros(2, int), total)
    with pytest.raises(ValueError, match=r"^there are no rows to average over$"):
        softmax_cross_entropy(np.zeros((0, 2)), np.zeros(0, int))


def test_a_single_row_in_all() -> None:
    output, targets = np.array([[0.5, 2.0]]), np.array([[1.0, 0.0]])
    for loss in ELEMENT_LOSSES:
        value, gradient = loss(output, targets, total=1)
        assert value == loss(output, targets)[0]
        np.testing.assert_array_equal(gradient, loss(output, targets)[1])
