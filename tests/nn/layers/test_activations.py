import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, Layer
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.layers.activations import ReLU, Sigmoid, Softmax, Tanh, sigmoid, softmax
from glassnet.nn.testing import arrays, shapes, spaced_arrays
from tests.mutate import mutant

any_shape = st.integers(1, 3).flatmap(shapes)
every_kind = pytest.mark.parametrize("kind", [ReLU, Sigmoid, Tanh, Softmax])


@given(x=spaced_arrays(any_shape))
def test_relu_gradients(x: Array) -> None:
    check_layer(ReLU(), x)


@pytest.mark.parametrize("kind", [Sigmoid, Tanh, Softmax])
@given(x=arrays(any_shape, scale=2.0))
def test_smooth_gradients(kind: type[Layer], x: Array) -> None:
    check_layer(kind(), x)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (ReLU, "dy * (self._y > 0)", "dy"),
        (ReLU, "(self._y > 0)", "(dy > 0)"),
        (ReLU, "(self._y > 0)", "np.where(self._y > 0, 1, 0.01)"),
        (Sigmoid, "self._y * (1 - self._y)", "self._y"),
        (Sigmoid, "self._y * (1 - self._y)", "(1 - self._y * self._y)"),
        (Tanh, "(1 - self._y * self._y)", "(1 - self._y)"),
        (Tanh, "(1 - self._y * self._y)", "self._y * (1 - self._y)"),
        (Softmax, "(dy - (dy * self._y).sum(axis=-1, keepdims=True))", "dy * (1 - self._y)"),
        (Softmax, "(dy - (dy", "(0 - (dy"),
        (Softmax, ".sum(axis=-1", ".sum(axis=0"),
    ],
)
@given(x=spaced_arrays(shapes(2, smallest=3), gap=0.3))
def test_wrong_gradients_are_rejected(kind: type[Layer], old: str, new: str, x: Array) -> None:
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(mutant(kind, old, new)(), x)


@every_kind
@given(x=arrays(any_shape, scale=3.0))
def test_agrees_with_pytorch(kind: type[Layer], x: Array) -> None:
    torch = pytest.importorskip("torch")
    layer = kind()
    y = layer.forward(x)
    dx = layer.backward(np.cos(x))
    tx = torch.tensor(x, requires_grad=True)
    functions = {
        ReLU: torch.relu,
        Sigmoid: torch.sigmoid,
        Tanh: torch.tanh,
        Softmax: lambda t: torch.softmax(t, -1),
    }
    ty = functions[kind](tx)
    ty.backward(torch.cos(tx.detach()))
    np.testing.assert_allclose(y, ty.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(dx, tx.grad.numpy(), atol=1e-12)


@given(x=arrays(shapes(2), scale=3.0))
def test_agrees_with_the_formulas_number_by_number(x: Array) -> None:
    rows, columns = x.shape
    plain = np.array([[1 / (1 + math.exp(-value)) for value in row] for row in x])
    np.testing.assert_allclose(sigmoid(x), plain, atol=1e-12)
    probabilities = softmax(x)
    for n in range(rows):
        total = sum(math.exp(value) for value in x[n])
        for j in range(columns):
            assert probabilities[n, j] == pytest.approx(math.exp(x[n, j]) / total, abs=1e-12)


def test_relu_takes_the_gradient_at_its_kink_as_zero() -> None:
    layer = ReLU()
    layer.forward(np.array([0.0, -0.0, 1e-300]))
    np.testing.assert_array_equal(layer.backward(np.ones(3)), [0, 0, 1])


@every_kind
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_inputs_neither_overflow_nor_lose_the_data_type(
    kind: type[Layer], dtype: type[np.floating]
) -> None:
    layer = kind()
    y = layer.forward(np.array([[1e4, -1e4, 0], [-1e4, -1e4, -1e4]], dtype))
    dx = layer.backward(np.ones_like(y))
    assert y.dtype == dx.dtype == dtype
    assert np.all(np.isfinite(y))
    assert np.all(np.isfinite(dx))
    expected: dict[type[Layer], list[list[float]]] = {
        ReLU: [[1e4, 0, 0], [0, 0, 0]],
        Sigmoid: [[1, 0, 0.5], [0, 0, 0]],
        Tanh: [[1, -1, 0], [-1, -1, -1]],
        Softmax: [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]],
    }
    np.testing.assert_allclose(y, expected[kind], atol=1e-7)


@every_kind
def test_backward_uses_the_last_forward(kind: type[Layer], generator: np.random.Generator) -> None:
    layer, fresh = kind(), kind()
    x = generator.standard_normal((2, 3))
    layer.forward(generator.standard_normal((4, 5)))
    layer.forward(x)
    fresh.forward(x)
    dy = generator.standard_normal((2, 3))
    np.testing.assert_array_equal(layer.backward(dy), fresh.backward(dy))
