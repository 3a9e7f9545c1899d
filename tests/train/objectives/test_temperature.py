"""The best temperature: where the loss of a fine grid is lowest, and that of the true one."""

import numpy as np
import pytest

from glassnet.nn import Array, softmax, softmax_cross_entropy
from glassnet.train.objectives.temperature import best_temperature


def drawn(generator: np.random.Generator, scale: float, rows: int = 4000) -> tuple[Array, Array]:
    """Logits and targets, drawn with the probabilities of the logits divided by `scale`."""
    logits = 3 * generator.standard_normal((rows, 5))
    cumulative = softmax(logits / scale).cumsum(axis=1)
    return logits, (cumulative < generator.random((rows, 1))).sum(axis=1)


@pytest.mark.parametrize("scale", [0.3, 0.9, 1.0, 1.7, 6.0])
def test_it_is_where_the_loss_is_lowest(scale: float, generator: np.random.Generator) -> None:
    logits, targets = drawn(generator, scale)
    found = best_temperature([(logits, targets)])
    assert found == pytest.approx(scale, rel=0.1)  # what it was drawn with, up to chance

    def loss(temperature: float) -> float:
        return softmax_cross_entropy(logits / temperature, targets)[0]

    assert loss(found) < loss(found * 1.001)
    assert loss(found) < loss(found / 1.001)


def test_parts_are_one_whole(generator: np.random.Generator) -> None:
    logits, targets = drawn(generator, 1.2, rows=300)
    parts = [(logits[:7], targets[:7]), (logits[7:], targets[7:])]
    whole = best_temperature([(logits, targets)])
    assert best_temperature(parts) == pytest.approx(whole, rel=1e-9)
    shifted = [(logits + 1000 * generator.random((300, 1)), targets)]  # which changes no softmax
    assert best_temperature(shifted) == pytest.approx(whole, rel=1e-9)


def test_it_has_bounds() -> None:
    logits = np.array([[2.0, 0.0], [3.0, 0.0]])
    assert best_temperature([(logits, np.array([0, 0]))]) == pytest.approx(0.1)  # always right
    assert best_temperature([(logits, np.array([1, 1]))]) == pytest.approx(10)  # always wrong
    assert best_temperature([(0 * logits, np.array([1, 1]))]) == 1.0  # makes no difference


def test_logits_of_float32_are_left_as_they_are(generator: np.random.Generator) -> None:
    logits, targets = drawn(generator, 1.2, rows=300)
    rounded = logits.astype(np.float32)
    kept = rounded.copy()
    found = best_temperature([(rounded, targets)])
    assert found == pytest.approx(best_temperature([(logits, targets)]), rel=1e-6)
    np.testing.assert_array_equal(rounded, kept)
