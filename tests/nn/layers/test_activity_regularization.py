import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, BatchShard, Sequential
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.layers.activations import ReLU
from glassnet.nn.layers.activity_regularization import ActivityRegularization
from glassnet.nn.layers.dense import Dense
from glassnet.nn.testing import shapes, spaced_arrays

inputs = st.integers(1, 4).flatmap(lambda axes: spaced_arrays(shapes(axes, largest=4)))


@given(x=inputs, l1=st.floats(0, 10))
def test_gradients(x: Array, l1: float) -> None:
    check_layer(ActivityRegularization(l1), x)
    check_layer(ActivityRegularization(l1), x, train=True)


def test_gradients_inside_a_network(generator: np.random.Generator) -> None:
    net = Sequential(Dense(4, 6), ReLU(), ActivityRegularization(0.3), Dense(6, 2))
    check_layer(net, generator.standard_normal((5, 4)))


@given(x=inputs, l1=st.floats(0, 10))
def test_agrees_with_a_loop(x: Array, l1: float) -> None:
    layer = ActivityRegularization(l1)
    y = layer.forward(x)
    np.testing.assert_array_equal(y, x)
    expected = sum(l1 * abs(value) for row in x for value in np.ravel(row))
    assert layer.auxiliary_loss == pytest.approx(expected)
    assert layer.total_auxiliary_loss() == layer.auxiliary_loss
    dx = layer.backward(np.ones_like(x))
    np.testing.assert_allclose(dx, 1 + l1 * np.where(x > 0, 1, -1), atol=1e-12)


@given(x=inputs)
def test_agrees_with_pytorch(x: Array) -> None:
    torch = pytest.importorskip("torch")
    layer = ActivityRegularization(0.7)
    y = layer.forward(x)
    t = torch.tensor(x, requires_grad=True)
    loss = torch.sin(t).sum() + 0.7 * t.abs().sum()
    loss.backward()
    assert np.sum(np.sin(y)) + layer.auxiliary_loss == pytest.approx(loss.item(), abs=1e-9)
    np.testing.assert_allclose(layer.backward(np.cos(y)), t.grad.numpy(), atol=1e-12)


def test_the_gradient_at_zero_is_zero() -> None:
    layer = ActivityRegularization(5.0)
    layer.forward(np.zeros((2, 3)))
    np.testing.assert_array_equal(layer.backward(np.ones((2, 3))), np.ones((2, 3)))


@given(cut=st.integers(0, 5))
def test_the_parts_of_workers_add_up(cut: int) -> None:
    generator = np.random.default_rng(2)
    x, dy = generator.standard_normal((2, 5, 3))
    alone = ActivityRegularization(0.5)
    alone.forward(x)
    loss, parts = 0.0, []
    for start, stop in ((0, cut), (cut, 5)):
        worker = ActivityRegularization(0.5)
        worker.set_batch_shard(BatchShard(generator, start, stop, 5))
        worker.forward(x[start:stop])
        loss += worker.auxiliary_loss
        parts.append(worker.backward(dy[start:stop]))
    assert loss == pytest.approx(alone.auxiliary_loss)
    np.testing.assert_allclose(np.concatenate(parts), alone.backward(dy), atol=1e-12)


class _PenaltyForgotten(ActivityRegularization):
    def backward(self, dy: Array) -> Array:
        return dy


class _DividedByRows(ActivityRegularization):
    def backward(self, dy: Array) -> Array:
        return dy + self.l1 * np.sign(self._x) / len(dy)


class _Squared(ActivityRegularization):
    def backward(self, dy: Array) -> Array:
        return dy + self.l1 * self._x


class _OutputForgotten(ActivityRegularization):
    def backward(self, dy: Array) -> Array:
        return self.l1 * np.sign(self._x)


@pytest.mark.parametrize("wrong", [_PenaltyForgotten, _DividedByRows, _Squared, _OutputForgotten])
def test_wrong_gradients_are_rejected(
    wrong: type[ActivityRegularization], generator: np.random.Generator
) -> None:
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(wrong(0.5), generator.standard_normal((4, 3)))


@pytest.mark.parametrize("kind", [float, np.float64])
def test_float32_stays_float32(kind: Callable[[float], float]) -> None:
    layer = ActivityRegularization(kind(1e-7))
    y = layer.forward(np.ones((4, 3), np.float32))
    assert y.dtype == layer.backward(y).dtype == np.float32
    assert isinstance(layer.auxiliary_loss, float)


@pytest.mark.parametrize("l1", [-1e-9, math.nan])
def test_weights_out_of_range_are_rejected(l1: float) -> None:
    with pytest.raises(ValueError, match=f"must be at least 0, not {l1}"):
        ActivityRegularization(l1)
