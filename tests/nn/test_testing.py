import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array
from glassnet.nn.testing import arrays, generators, ids, shapes, spaced_arrays


@given(
    x=st.floats(0.01, 1).flatmap(
        lambda gap: st.tuples(st.just(gap), spaced_arrays(st.integers(1, 3).flatmap(shapes), gap))
    )
)
def test_spaced_arrays_keep_away_from_zero_and_from_ties(x: tuple[float, Array]) -> None:
    gap, values = x
    assert values.dtype == np.float64
    ordered = np.sort(values, axis=None)
    assert np.all(np.diff(ordered) > 0.999 * gap)
    assert np.abs(values).min() > 0.499 * gap
    # and so from every multiple of the gap
    assert np.abs(values / gap - np.round(values / gap)).min() > 0.499


def test_spaced_arrays_are_shuffled_and_of_both_signs() -> None:
    seen = []

    @given(x=spaced_arrays((4, 5)))
    def collect(x: Array) -> None:
        seen.append(x)

    collect()
    assert any(not np.array_equal(x.reshape(-1), np.sort(x, axis=None)) for x in seen)
    assert all(x.min() == pytest.approx(-0.475) for x in seen)
    assert all(x.max() == pytest.approx(0.475) for x in seen)


@given(data=st.data(), shape=st.integers(0, 4).flatmap(lambda n: shapes(n, 2, 4)))
def test_strategies_keep_to_shapes_and_ranges(data: st.DataObject, shape: tuple[int, ...]) -> None:
    assert all(2 <= length <= 4 for length in shape)
    for strategy in (arrays(shape), spaced_arrays(shape), ids(shape, 3)):
        assert data.draw(strategy).shape == shape
    numbers = data.draw(ids(shape, 3))
    assert numbers.dtype == np.int64
    assert numbers.size == 0 or 0 <= numbers.min() <= numbers.max() < 3


@given(generator=generators(), data=st.data())
def test_arrays_have_the_standard_deviation_asked_for(
    generator: np.random.Generator, data: st.DataObject
) -> None:
    values = data.draw(arrays((50, 50), scale=3.0))
    assert values.dtype == np.float64
    assert values.std() == pytest.approx(3, rel=0.15)
