import numpy as np

from glassnet.nn.arithmetic.complex_step import absolute, scalar_sum


def test_the_absolute_value_keeps_the_imaginary_part() -> None:
    x = np.array([2.0, -3.0, 0.0])
    np.testing.assert_array_equal(absolute(x), np.abs(x))
    moved = absolute(x + 1j * np.array([5.0, 7.0, 0.0]))
    np.testing.assert_array_equal(moved, [2 + 5j, 3 - 7j, 0])
    assert absolute(np.array(0.5j)) == 0.5j  # at the kink itself the slope is that of the right
    assert absolute(np.ones(2, np.float32)).dtype == np.float32


def test_the_sum_is_added_in_double_precision() -> None:
    many = np.full(10**6, 0.1, np.float32)
    assert scalar_sum(many) == np.sum(many.astype(np.float64))
    assert type(scalar_sum(many)) is float


def test_the_sum_of_complex_numbers_is_complex() -> None:
    numbers = np.array([[1 + 1e-30j, 2 + 3e-30j]])
    assert scalar_sum(numbers) == 3 + 4e-30j
