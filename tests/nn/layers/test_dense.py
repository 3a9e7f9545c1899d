import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import NO_GRADIENT, Array
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.initializers import constant
from glassnet.nn.layers.dense import Dense
from glassnet.nn.testing import arrays, shapes
from tests.mutate import mutant

inputs_of_any_axes = st.integers(1, 4).flatmap(lambda axes: arrays(shapes(axes, largest=4)))


@given(x=inputs_of_any_axes, outputs=st.integers(1, 5))
def test_gradients(x: Array, outputs: int) -> None:
    check_layer(Dense(x.shape[-1], outputs), x)


WRONG = [
    ("drows @ self.W.T", "drows @ self.W", "^input"),
    ("return (drows @ self.W.T)", "return 1.00001 * (drows @ self.W.T)", "^input"),
    ("self.db += drows.sum(axis=0)", "self.db += drows.mean(axis=0)", "^parameter b"),
    ("self.db += drows.sum(axis=0)", "pass", "^parameter b"),
    ("rows.T @ drows", "rows[-1:].T @ drows[-1:]", "^parameter W"),
]


@pytest.mark.parametrize(("old", "new", "culprit"), WRONG)
def test_wrong_gradients_are_rejected_by_name(
    old: str, new: str, culprit: str, generator: np.random.Generator
) -> None:
    with pytest.raises(GradientError, match=culprit):
        check_layer(mutant(Dense, old, new)(4, 4), generator.standard_normal((3, 4)))


@given(x=arrays(shapes(2)))
def test_agrees_with_a_loop(x: Array) -> None:
    rows, inputs = x.shape
    layer = Dense(inputs, 3).initialize(np.random.default_rng(0), np.float64)
    layer.b[...] = [0.5, -1, 2]
    y = layer.forward(x)
    dy = np.cos(np.arange(rows * 3.0)).reshape(rows, 3)
    dx = layer.backward(dy)
    expected_y, expected_dx = np.zeros((rows, 3)), np.zeros(x.shape)
    expected_dW, expected_db = np.zeros((inputs, 3)), np.zeros(3)
    for n in range(rows):
        for j in range(3):
            expected_y[n, j] = layer.b[j]
            expected_db[j] += dy[n, j]
            for i in range(inputs):
                expected_y[n, j] += x[n, i] * layer.W[i, j]
                expected_dx[n, i] += dy[n, j] * layer.W[i, j]
                expected_dW[i, j] += x[n, i] * dy[n, j]
    np.testing.assert_allclose(y, expected_y, atol=1e-12)
    np.testing.assert_allclose(dx, expected_dx, atol=1e-12)
    np.testing.assert_allclose(layer.dW, expected_dW, atol=1e-12)
    np.testing.assert_allclose(layer.db, expected_db, atol=1e-12)


@given(x=inputs_of_any_axes)
def test_agrees_with_pytorch(x: Array) -> None:
    torch = pytest.importorskip("torch")
    layer = Dense(x.shape[-1], 3).initialize(np.random.default_rng(0), np.float64)
    layer.b[...] = [0.5, -1, 2]
    y = layer.forward(x)
    dx = layer.backward(np.sin(y))
    tx, W, b = (torch.tensor(array, requires_grad=True) for array in (x, layer.W.T, layer.b))
    ty = torch.nn.functional.linear(tx, W, b)
    ty.backward(torch.sin(ty.detach()))
    np.testing.assert_allclose(y, ty.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(dx, tx.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(layer.dW, W.grad.numpy().T, atol=1e-12)
    np.testing.assert_allclose(layer.db, b.grad.numpy(), atol=1e-12)


def test_the_gradient_for_the_input_can_be_left_out(generator: np.random.Generator) -> None:
    x, dy = generator.standard_normal((5, 2)), generator.standard_normal((5, 3))
    layer = Dense(2, 3).initialize(generator, np.float64)
    layer.forward(x)
    layer.backward(dy)
    with_it = layer.grad.copy()
    layer.zero_grad()
    layer.requires_input_gradient = False
    layer.forward(x)
    assert layer.backward(dy) is NO_GRADIENT
    np.testing.assert_array_equal(layer.grad, with_it)
    check_layer(layer, x)


def test_first_values(generator: np.random.Generator) -> None:
    layer = Dense(30, 50).initialize(generator, np.float64)
    assert layer.W.shape == (30, 50)
    assert 0.9 < np.abs(layer.W).max() / np.sqrt(6 / 80) <= 1  # Glorot's limit
    np.testing.assert_array_equal(layer.b, np.zeros(50))
    filled = Dense(2, 2, initializer=constant(0.25)).initialize(generator)
    np.testing.assert_array_equal(filled.W, np.full((2, 2), 0.25))


def test_float32_stays_float32(generator: np.random.Generator) -> None:
    layer = Dense(3, 2).initialize(generator)
    for dtype in (np.float32, np.float64):  # the data type follows the parameters
        y = layer.forward(np.ones((4, 3), dtype))
        assert y.dtype == np.float32
        assert layer.backward(y).dtype == np.float32


@pytest.mark.parametrize("shape", [(2, 4), (3, 1), (4,), ()])
def test_another_last_axis_is_an_error(
    shape: tuple[int, ...], generator: np.random.Generator
) -> None:
    layer = Dense(3, 2).initialize(generator)
    with pytest.raises(ValueError, match=r"expects a last axis of 3, got shape \("):
        layer.forward(np.ones(shape))
