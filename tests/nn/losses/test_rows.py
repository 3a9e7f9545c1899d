from functools import partial

import numpy as np
import pytest

from glassnet.nn import (
    huber_loss,
    mean_squared_error,
    rows_to_average,
    sigmoid_binary_cross_entropy,
    softmax_cross_entropy,
)

TARGETS = np.array([[0, 1, 2], [2, 2, 0]])


@pytest.mark.parametrize(
    "loss",
    [mean_squared_error, sigmoid_binary_cross_entropy, partial(huber_loss, delta=2.0)],
)
def test_most_losses_average_over_the_first_axis(loss: object) -> None:
    assert rows_to_average(loss, TARGETS.astype(float)) == 2  # type: ignore[arg-type]


def test_the_cross_entropy_averages_over_all_ids_that_count() -> None:
    loss = softmax_cross_entropy
    assert rows_to_average(loss, TARGETS) == 6
    assert rows_to_average(partial(loss, label_smoothing=0.1), TARGETS) == 6
    ignoring = partial(loss, ignore_index=2)
    assert rows_to_average(ignoring, TARGETS) == 3
    assert rows_to_average(partial(ignoring, ignore_index=0), TARGETS) == 4  # the later one counts
    assert rows_to_average(partial(ignoring, label_smoothing=0.1), TARGETS) == 3
    assert rows_to_average(partial(loss, ignore_index=2), np.full(3, 2)) == 0


def test_a_batch_may_be_some_rows_of_a_data_set() -> None:
    batch = np.array([1, 1, 0])
    assert rows_to_average(mean_squared_error, TARGETS.astype(float), batch) == 3
    assert rows_to_average(softmax_cross_entropy, TARGETS, batch) == 9
    assert rows_to_average(partial(softmax_cross_entropy, ignore_index=2), TARGETS, batch) == 4


def test_workers_with_this_total_add_up_to_the_mean(generator: np.random.Generator) -> None:
    loss = partial(softmax_cross_entropy, ignore_index=2, label_smoothing=0.1)
    logits = generator.standard_normal((2, 3, 3))
    total = rows_to_average(loss, TARGETS)
    parts = [loss(logits[n : n + 1], TARGETS[n : n + 1], total) for n in range(2)]
    value, gradient = loss(logits, TARGETS)
    assert sum(part[0] for part in parts) == pytest.approx(value, rel=1e-12)
    together = np.concatenate([part[1] for part in parts])
    np.testing.assert_allclose(together, gradient, rtol=1e-12, atol=1e-15)
