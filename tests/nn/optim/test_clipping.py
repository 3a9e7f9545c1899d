import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, clip_by_global_norm
from glassnet.nn.testing import arrays


@given(grad=arrays(st.tuples(st.integers(1, 50)), scale=3.0), limit=st.floats(0.1, 10))
def test_clipping_keeps_the_direction_and_limits_the_norm(grad: Array, limit: float) -> None:
    before = grad.copy()
    norm = clip_by_global_norm(grad, limit)
    assert norm == pytest.approx(math.sqrt(sum(before**2)))
    if norm <= limit:
        np.testing.assert_array_equal(grad, before)
    else:
        np.testing.assert_allclose(grad, before * (limit / norm), rtol=1e-12)
        assert np.linalg.norm(grad) == pytest.approx(limit)


def test_slices_clipped_by_the_norm_of_all_equal_the_whole(generator: np.random.Generator) -> None:
    whole = generator.standard_normal(20).astype(np.float32)
    slices = whole.copy()
    norm = clip_by_global_norm(whole, 0.5)
    for part in (slices[:8], slices[8:]):
        assert clip_by_global_norm(part, 0.5, norm) == norm
    np.testing.assert_array_equal(slices, whole)
    assert whole.dtype == np.float32


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_gradient_that_is_not_finite_is_left_alone(bad: float) -> None:
    grad = np.array([bad, 100.0])
    norm = clip_by_global_norm(grad, 1.0)
    assert not math.isfinite(norm)
    np.testing.assert_array_equal(grad, [bad, 100.0])


@pytest.mark.parametrize("limit", [0.0, -1.0, math.nan])
def test_the_limit_must_be_above_zero(limit: float) -> None:
    with pytest.raises(ValueError, match=f"must be above 0, not {limit}"):
        clip_by_global_norm(np.ones(2), limit)
