import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array
from glassnet.nn.optim.moving_average import ExponentialMovingAverage
from glassnet.nn.testing import arrays


@given(thetas=arrays(st.just((30, 4))), decay=st.sampled_from([0.0, 0.5, 0.99]))
def test_it_is_a_mean_with_weights_that_fade(thetas: Array, decay: float) -> None:
    average = ExponentialMovingAverage(decay)
    weights = np.zeros(30)
    for t, theta in enumerate(thetas):
        average.update(theta)
        kept = min(decay, t / (t + 9))
        weights *= kept
        weights[t] = 1 - kept
    assert weights.sum() == pytest.approx(1)
    np.testing.assert_allclose(average.average, weights @ thetas, atol=1e-12)


def test_the_first_average_is_the_weights_and_a_copy_of_them() -> None:
    average, theta = ExponentialMovingAverage(0.999), np.array([1.0, 2.0])
    average.update(theta)
    np.testing.assert_array_equal(average.average, theta)
    theta += 1
    np.testing.assert_array_equal(average.average, [1, 2])


def test_slices_of_workers_make_the_average_of_the_whole(generator: np.random.Generator) -> None:
    whole, parts = (
        ExponentialMovingAverage(0.9),
        [ExponentialMovingAverage(0.9), ExponentialMovingAverage(0.9)],
    )
    for theta in generator.standard_normal((20, 7)).astype(np.float32):
        whole.update(theta)
        parts[0].update(theta[:3])
        parts[1].update(theta[3:])
    joined = np.concatenate([part.average for part in parts])
    np.testing.assert_array_equal(joined, whole.average)
    assert joined.dtype == np.float32


@pytest.mark.parametrize("decay", [-0.1, 1.0])
def test_a_decay_out_of_range_is_refused(decay: float) -> None:
    with pytest.raises(ValueError, match="decay must be at least 0 and below 1"):
        ExponentialMovingAverage(decay)
