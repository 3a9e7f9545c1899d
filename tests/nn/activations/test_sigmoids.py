import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, Layer
from glassnet.nn.activations.sigmoids import Sigmoid, Tanh, sigmoid
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.testing import arrays, shapes, spaced_arrays
from tests.mutate import mutant
from tests.nn.activations.cases import (
    check_against_pytorch,
    check_huge_inputs,
    check_last_forward_counts,
)

any_shape = st.integers(1, 3).flatmap(shapes)
every_kind = pytest.mark.parametrize("kind", [Sigmoid, Tanh])


@every_kind
@given(x=arrays(any_shape, scale=2.0))
def test_gradients(kind: type[Layer], x: Array) -> None:
    check_layer(kind(), x)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (Sigmoid, "self._y * (1 - self._y)", "self._y"),
        (Sigmoid, "self._y * (1 - self._y)", "(1 - self._y * self._y)"),
        (Tanh, "(1 - self._y * self._y)", "(1 - self._y)"),
        (Tanh, "(1 - self._y * self._y)", "self._y * (1 - self._y)"),
    ],
)
@given(x=spaced_arrays(shapes(2, smallest=3), gap=0.3))
def test_wrong_gradients_are_rejected(kind: type[Layer], old: str, new: str, x: Array) -> None:
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(mutant(kind, old, new)(), x)


@every_kind
@given(x=arrays(any_shape, scale=3.0))
def test_agrees_with_pytorch(kind: type[Layer], x: Array) -> None:
    check_against_pytorch(kind(), lambda torch: getattr(torch, kind.__name__.lower()), x)


@given(x=arrays(shapes(2), scale=3.0))
def test_agrees_with_the_formula_number_by_number(x: Array) -> None:
    plain = np.array([[1 / (1 + math.exp(-value)) for value in row] for row in x])
    np.testing.assert_allclose(sigmoid(x), plain, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_inputs(dtype: type[np.floating]) -> None:
    slopes = [[0, 0, 0.25], [0, 0, 0]]
    check_huge_inputs(Sigmoid(), dtype, [[1, 0, 0.5], [0, 0, 0]], slopes)
    check_huge_inputs(Tanh(), dtype, [[1, -1, 0], [-1, -1, -1]], [[0, 0, 1], [0, 0, 0]])


@every_kind
def test_backward_uses_the_last_forward(kind: type[Layer], generator: np.random.Generator) -> None:
    check_last_forward_counts(kind, generator)
