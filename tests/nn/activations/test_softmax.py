import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array
from glassnet.nn.activations.softmax import Softmax, softmax
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.testing import arrays, shapes, spaced_arrays
from tests.mutate import mutant
from tests.nn.activations.cases import (
    check_against_pytorch,
    check_huge_inputs,
    check_last_forward_counts,
)

any_shape = st.integers(1, 3).flatmap(shapes)


@given(x=arrays(any_shape, scale=2.0))
def test_gradients(x: Array) -> None:
    check_layer(Softmax(), x)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(dy - (dy * self._y).sum(axis=-1, keepdims=True))", "dy * (1 - self._y)"),
        ("(dy - (dy", "(0 - (dy"),
        (".sum(axis=-1", ".sum(axis=0"),
    ],
)
@given(x=spaced_arrays(shapes(2, smallest=3), gap=0.3))
def test_wrong_gradients_are_rejected(old: str, new: str, x: Array) -> None:
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(mutant(Softmax, old, new)(), x)


@given(x=arrays(any_shape, scale=3.0))
def test_agrees_with_pytorch(x: Array) -> None:
    check_against_pytorch(Softmax(), lambda torch: lambda t: torch.softmax(t, -1), x)


@given(x=arrays(shapes(2), scale=3.0))
def test_agrees_with_the_formula_number_by_number(x: Array) -> None:
    probabilities = softmax(x)
    for n, row in enumerate(x):
        total = sum(math.exp(value) for value in row)
        for j, value in enumerate(row):
            assert probabilities[n, j] == pytest.approx(math.exp(value) / total, abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_inputs(dtype: type[np.floating]) -> None:
    check_huge_inputs(Softmax(), dtype, [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]], [[0, 0, 0]] * 2)


def test_backward_uses_the_last_forward(generator: np.random.Generator) -> None:
    check_last_forward_counts(Softmax, generator)
