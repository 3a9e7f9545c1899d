import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import NO_GRADIENT, Array
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.initializers import constant
from glassnet.nn.layers.dense import Dense
from glassnet.nn.layers.embedding import Embedding
from glassnet.nn.testing import ids, shapes
from tests.mutate import mutant

CLASSES = 7
ids_of_any_axes = st.integers(1, 3).flatmap(lambda axes: ids(shapes(axes, largest=6), CLASSES))


def embedding(outputs: int = 3) -> Embedding:
    layer = Embedding(CLASSES, outputs).initialize(np.random.default_rng(0), np.float64)
    layer.b[...] = np.arange(outputs) - 1.5
    return layer


@given(x=ids_of_any_axes, outputs=st.integers(1, 5))
def test_gradients(x: Array, outputs: int) -> None:
    check_layer(Embedding(CLASSES, outputs), x)


@pytest.mark.parametrize(
    ("old", "new", "culprit"),
    [
        ("drows[order]", "drows", "^parameter W"),  # gradients of other places
        ("self.dW[present] +=", "self.dW[present] -=", "^parameter W"),
        ("self.dW[present] += np.add.reduceat(drows[order], starts, axis=0)",
         "self.dW[present] += drows[order][starts]", "^parameter W"),  # only the first of each id
        ("self.db += drows.sum(axis=0)", "self.db += drows.mean(axis=0)", "^parameter b"),
        ("self.db += drows.sum(axis=0)", "pass", "^parameter b"),
    ],
)  # fmt: skip
def test_wrong_gradients_are_rejected_by_name(
    old: str, new: str, culprit: str, generator: np.random.Generator
) -> None:
    x = generator.integers(0, CLASSES, (5, 4))
    with pytest.raises(GradientError, match=culprit):
        check_layer(mutant(Embedding, old, new)(CLASSES, 3), x)


@given(x=ids_of_any_axes)
def test_equals_a_dense_layer_on_one_hot_rows(x: Array) -> None:
    layer, dense = embedding(), Dense(CLASSES, 3)
    dense.bind(layer.theta.copy(), np.zeros_like(layer.grad))
    y = layer.forward(x)
    np.testing.assert_allclose(y, dense.forward(np.eye(CLASSES)[x]), atol=1e-15)
    dy = np.cos(np.arange(y.size)).reshape(y.shape)
    assert layer.backward(dy) is NO_GRADIENT
    dense.backward(dy)
    np.testing.assert_allclose(layer.grad, dense.grad, atol=1e-13)


@given(x=ids_of_any_axes)
def test_agrees_with_a_loop(x: Array) -> None:
    layer = embedding()
    y = layer.forward(x)
    dy = np.sin(np.arange(y.size)).reshape(y.shape)
    layer.backward(dy)
    dW, db = np.zeros((CLASSES, 3)), np.zeros(3)
    for place in np.ndindex(x.shape):
        np.testing.assert_array_equal(y[place], layer.W[x[place]] + layer.b)
        dW[x[place]] += dy[place]
        db += dy[place]
    np.testing.assert_allclose(layer.dW, dW, atol=1e-13)
    np.testing.assert_allclose(layer.db, db, atol=1e-13)


@given(x=ids_of_any_axes)
def test_agrees_with_pytorch(x: Array) -> None:
    torch = pytest.importorskip("torch")
    layer = embedding()
    y = layer.forward(x)
    layer.backward(np.sin(y))
    W, b = (torch.tensor(array, requires_grad=True) for array in (layer.W, layer.b))
    ty = torch.nn.functional.embedding(torch.tensor(x), W) + b
    ty.backward(torch.sin(ty.detach()))
    np.testing.assert_array_equal(y, ty.detach().numpy())
    np.testing.assert_allclose(layer.dW, W.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(layer.db, b.grad.numpy(), atol=1e-12)


def test_first_values(generator: np.random.Generator) -> None:
    layer = Embedding(30, 50).initialize(generator, np.float64)
    assert 0.9 < np.abs(layer.W).max() / np.sqrt(6 / 80) <= 1  # Glorot's limit
    np.testing.assert_array_equal(layer.b, np.zeros(50))
    filled = Embedding(2, 2, initializer=constant(0.25)).initialize(generator)
    np.testing.assert_array_equal(filled.W, np.full((2, 2), 0.25))


def test_more_ids_than_a_byte_holds(generator: np.random.Generator) -> None:
    layer = Embedding(300, 1).initialize(generator, np.float64)
    layer.forward(np.array([299, 43, 299]))  # 299 - 256 = 43
    layer.backward(np.ones((3, 1)))
    assert (layer.dW[299, 0], layer.dW[43, 0], layer.dW.sum()) == (2, 1, 3)


def test_no_ids_at_all(generator: np.random.Generator) -> None:
    layer = Embedding(4, 2).initialize(generator)
    y = layer.forward(np.zeros((0, 5), int))
    assert y.shape == (0, 5, 2)
    layer.backward(y)
    assert not layer.grad.any()


def test_float32_stays_float32(generator: np.random.Generator) -> None:
    layer = Embedding(4, 2).initialize(generator)
    assert layer.forward(np.array([[0, 3]])).dtype == np.float32


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([0, 4], "ids from 0 to 3"),
        ([-1, 0], "ids from 0 to 3"),
        ([0.0, 1.0], "expects integer ids, got float64"),
    ],
)
def test_wrong_ids_are_an_error(
    x: list[float], message: str, generator: np.random.Generator
) -> None:
    layer = Embedding(4, 2).initialize(generator)
    with pytest.raises(ValueError, match=message):
        layer.forward(np.array(x))
