import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from glassnet.visualize.neurons.largest import LargestValues
from tests.visualize.neurons.naive import naive_largest


@given(
    st.lists(st.sampled_from([-1.0, -0.5, -0.0, 0.0, 0.5, 0.75, 1.0]), min_size=1, max_size=60),
    st.integers(1, 8),
    st.integers(1, 9),
    st.randoms(use_true_random=False),
)
def test_equal_values_come_in_order_whatever_the_blocks(
    values: list[float], size: int, block: int, random: object
) -> None:
    order = list(range(len(values)))
    random.shuffle(order)
    column = np.array(values, np.float32)
    largest = LargestValues(1, size)
    for start in range(0, len(order), block):
        positions = np.array(order[start : start + block])
        largest.add(positions, column[positions, None])
    positions, found = largest.spaced(size, 1)
    expected = naive_largest(column, size, 1)
    assert positions[0].tolist() == expected + [-1] * (size - len(expected))
    np.testing.assert_array_equal(found[0, : len(expected)], column[expected])
