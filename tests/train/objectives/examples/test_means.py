import numpy as np
import pytest

from glassnet.nn import ActivityRegularization, BatchShard, Dense, Sequential, mean_squared_error
from glassnet.train.objectives.examples.means import accuracy, add_gradients, mean_measures, rows_of


def test_accuracy_counts_rows_that_are_right() -> None:
    logits = np.array([[0.0, 2.0, 1.0], [3.0, 2.0, 1.0], [0.0, 0.0, 1.0]])
    assert accuracy(logits, np.array([1, 2, 2])) == (2.0, 3)
    assert accuracy(logits[:, None], np.array([[1], [2], [2]])) == (2.0, 3)
    for wrong in (np.array([1.0, 2.0, 2.0]), np.array([1, 2])):
        with pytest.raises(ValueError, match=r"^accuracy needs integer class ids of shape \(3,\)"):
            accuracy(logits, wrong)


def test_rows() -> None:
    x = np.arange(24).reshape(2, 3, 4)
    np.testing.assert_array_equal(rows_of(x, slice(1), 0), x[:1])
    np.testing.assert_array_equal(rows_of(x, slice(1, 3), 1), x[:, 1:3])
    np.testing.assert_array_equal(rows_of(x, np.array([3, 0]), 2), x[:, :, [3, 0]])


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_a_share_scales_value_and_gradient_but_not_what_layers_add(share: float) -> None:
    network = Sequential(Dense(2, 1), ActivityRegularization(0.5))
    network.initialize(np.random.default_rng(1), np.float64)
    x, targets = np.array([[1.0, 2.0]]), np.array([[9.0]])
    shard = BatchShard(np.random.default_rng(1))
    whole = Sequential(Dense(2, 1)).initialize(np.random.default_rng(1), np.float64)
    value = add_gradients(whole, mean_squared_error, x, targets, shard, 1.0)
    found = add_gradients(network, mean_squared_error, x, targets, shard, share)
    penalty = 0.5 * abs(network(x)).item()
    assert found == pytest.approx(share * value + penalty)
    sign = np.sign(network(x)).item()
    expected = share * whole.grad + 0.5 * sign * np.array([1.0, 2.0, 1.0])
    np.testing.assert_allclose(network.grad, expected)


def test_no_batches_give_no_means() -> None:
    assert mean_measures(Dense(1, 1), mean_squared_error, [], {}) == {}
