import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, AveragePool2D, MaxPool2D
from glassnet.nn.arithmetic.sliding import Padding
from glassnet.nn.plain import (
    average_pooling_backward,
    average_pooling_forward,
    max_pooling_backward,
    max_pooling_forward,
)
from glassnet.nn.testing import spaced_arrays

lengths = st.tuples(st.integers(1, 3), st.integers(1, 3))
paddings: st.SearchStrategy[Padding] = st.sampled_from(["valid", "same"])


@given(
    x=spaced_arrays(st.tuples(st.just(2), st.integers(3, 6), st.integers(3, 6), st.just(2))),
    pool_size=lengths,
    stride=st.none() | lengths,
    padding=paddings,
)
def test_equals_the_fast_max_pooling(
    x: Array, pool_size: tuple[int, int], stride: tuple[int, int] | None, padding: Padding
) -> None:
    layer = MaxPool2D(pool_size, stride, padding)
    for values in (x, np.sign(x), np.zeros_like(x)):  # the last two are full of ties
        y, winners = max_pooling_forward(values, pool_size, stride, padding)
        np.testing.assert_array_equal(layer.forward(values), y)
        dy = np.arange(1.0, y.size + 1).reshape(y.shape)
        found = max_pooling_backward(dy, values, winners)
        np.testing.assert_array_equal(layer.backward(dy), found)


@given(
    x=spaced_arrays(st.tuples(st.just(2), st.integers(3, 6), st.integers(3, 6), st.just(2))),
    pool_size=lengths,
    stride=st.none() | lengths,
    padding=paddings,
)
def test_equals_the_fast_average_pooling(
    x: Array, pool_size: tuple[int, int], stride: tuple[int, int] | None, padding: Padding
) -> None:
    layer = AveragePool2D(pool_size, stride, padding)
    y = average_pooling_forward(x, pool_size, stride, padding)
    np.testing.assert_allclose(layer.forward(x), y, rtol=1e-12, atol=1e-13)
    dy = np.arange(1.0, y.size + 1).reshape(y.shape)
    found = average_pooling_backward(dy, x, pool_size, stride, padding)
    np.testing.assert_allclose(layer.backward(dy), found, rtol=1e-12, atol=1e-13)


def test_a_pool_size_has_two_numbers() -> None:
    with pytest.raises(ValueError, match="longer"):
        max_pooling_forward(np.ones((1, 2, 2, 1)), (1, 1, 1), (1, 1))  # type: ignore[arg-type]


def test_the_largest_of_windows_of_negative_infinity() -> None:
    y, winners = max_pooling_forward(np.full((1, 2, 4, 1), -np.inf))
    np.testing.assert_array_equal(y.ravel(), [-np.inf, -np.inf])
    np.testing.assert_array_equal(winners.reshape(2, 2), [[0, 0], [0, 2]])
