import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, BatchShard, Sequential
from glassnet.nn.activations.rectifiers import ReLU
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.layers.dense import Dense
from glassnet.nn.layers.regularization import ActivityRegularization, Dropout
from glassnet.nn.testing import arrays, shapes, spaced_arrays
from tests.mutate import mutant

# -- dropout ------------------------------------------------------------------------------------


def dropout(rate: float, *, seed: int = 0, **options: object) -> Dropout:
    layer = Dropout(rate, **options)  # type: ignore[arg-type]
    layer.set_batch_shard(BatchShard(np.random.default_rng(seed)))
    return layer


@given(x=arrays(shapes(3)), rate=st.floats(0, 0.9), train=st.booleans())
def test_dropout_gradients(x: Array, rate: float, train: bool) -> None:
    check_layer(Dropout(rate), x, train=train)
    check_layer(Dropout(rate, batch_axis=1, shared_axes=(0,)), x, train=train)


def test_dropout_gradients_inside_a_network(generator: np.random.Generator) -> None:
    net = Sequential(Dense(3, 4), Dropout(0.3), Dense(4, 2), Dropout(0.5))
    check_layer(net, generator.standard_normal((5, 3)), train=True)


@pytest.mark.parametrize(
    "new", ["dy * (self._mask > 0)", "dy", "dy * np.roll(self._mask, 1, axis=0)"]
)
def test_wrong_dropout_is_rejected(new: str, generator: np.random.Generator) -> None:
    wrong = mutant(Dropout, "dy * self._mask", new)(0.4)
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(wrong, generator.standard_normal((6, 5)), train=True)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_dropout_statistics(rate: float) -> None:
    x = np.full((200, 500), 3.0)
    y = dropout(rate).forward(x, train=True)
    dropped = y == 0
    np.testing.assert_allclose(y[~dropped], 3 / (1 - rate), rtol=1e-6)
    deviation = math.sqrt(rate * (1 - rate) / x.size)
    assert abs(dropped.mean() - rate) < 5 * deviation
    assert abs(y.mean() - 3) < 5 * 3 / (1 - rate) * deviation  # the expected value stays
    # No element goes with its neighbours, in either direction.
    for axis in (0, 1):
        both = (dropped & np.roll(dropped, 1, axis)).mean()
        assert abs(both - rate * rate) < 5 * math.sqrt(rate * rate / x.size)


def test_every_forward_draws_another_mask() -> None:
    layer, x = dropout(0.5), np.ones((10, 10))
    first = layer.forward(x, train=True).copy()
    assert not np.array_equal(layer.forward(x, train=True), first)
    np.testing.assert_array_equal(dropout(0.5).forward(x, train=True), first)
    assert not np.array_equal(dropout(0.5, seed=1).forward(x, train=True), first)


@given(x=arrays(shapes(2)))
def test_dropout_does_nothing_unless_training(x: Array) -> None:
    layer = dropout(0.5)
    layer.forward(x, train=True)
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(x), x)
    nothing = dropout(0.0)
    np.testing.assert_array_equal(nothing.forward(x, train=True), x)
    np.testing.assert_array_equal(nothing.backward(x), x)


def test_dropout_agrees_with_pytorch_given_its_mask() -> None:
    torch = pytest.importorskip("torch")
    x = torch.ones(50, 40, dtype=torch.float64, requires_grad=True)
    y = torch.nn.functional.dropout(x, 0.3)
    y.backward(torch.full_like(y, 2.0))
    layer = dropout(0.3)
    ours = layer.forward(np.ones((50, 40)), train=True)
    dx = layer.backward(np.full((50, 40), 2.0))
    np.testing.assert_allclose(np.unique(ours), np.unique(y.detach().numpy()), rtol=1e-6)
    np.testing.assert_allclose(np.unique(dx), np.unique(x.grad.numpy()), rtol=1e-6)
    np.testing.assert_array_equal(ours > 0, dx > 0)


@pytest.mark.parametrize("shared_axes", [(0,), (2,), (0, 2)])
def test_shared_axes_use_one_mask(shared_axes: tuple[int, ...]) -> None:
    layer = dropout(0.5, batch_axis=1, shared_axes=shared_axes)
    y = layer.forward(np.ones((4, 30, 5)), train=True)
    for axis in range(3):
        same = bool(np.all(y == y.take([0], axis)))
        assert same == (axis in shared_axes)


@pytest.mark.parametrize(("batch_axis", "shared_axes"), [(0, ()), (0, (1,)), (1, ()), (1, (0,))])
@given(cut=st.integers(0, 6), rate=st.floats(0.1, 0.9))
def test_shares_of_workers_together_equal_the_whole_batch(
    batch_axis: int, shared_axes: tuple[int, ...], cut: int, rate: float
) -> None:
    x = np.arange(1.0, 6 * 6 * 2 + 1).reshape(6, 6, 2)
    alone = dropout(rate, batch_axis=batch_axis, shared_axes=shared_axes)
    whole = [alone.forward(x, train=True).copy() for _ in range(2)]
    parts = []
    for start, stop in ((0, cut), (cut, 6)):
        worker = Dropout(rate, batch_axis, shared_axes)
        worker.set_batch_shard(BatchShard(np.random.default_rng(0), start, stop, 6))
        own = x.take(range(start, stop), batch_axis)
        parts.append([worker.forward(own, train=True).copy() for _ in range(2)])
    for step in range(2):
        together = np.concatenate([part[step] for part in parts], batch_axis)
        np.testing.assert_array_equal(together, whole[step])


def test_dropout_of_float32_stays_float32() -> None:
    layer = dropout(0.5)
    y = layer.forward(np.ones((4, 4), np.float32), train=True)
    assert y.dtype == layer.backward(y).dtype == np.float32


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, math.nan])
def test_rates_out_of_range_are_rejected(rate: float) -> None:
    with pytest.raises(ValueError, match=f"at least 0 and below 1, not {rate}"):
        Dropout(rate)


@pytest.mark.parametrize(
    ("batch_axis", "shared_axes"), [(0, (0,)), (1, (0, 1)), (1, (-1,)), (-1, ())]
)
def test_axes_that_cannot_work_are_rejected(batch_axis: int, shared_axes: tuple[int, ...]) -> None:
    # One mask for all rows would differ from worker to worker; a negative axis would be ignored.
    with pytest.raises(ValueError, match="axes"):
        Dropout(0.5, batch_axis, shared_axes)


def test_training_without_randomness_says_what_to_call() -> None:
    with pytest.raises(RuntimeError, match=r"call initialize, or, .* network\.set_generator\("):
        Dropout(0.5).forward(np.ones((2, 2)), train=True)


# -- the activity penalty ------------------------------------------------------------------------

inputs = st.integers(1, 4).flatmap(lambda axes: spaced_arrays(shapes(axes, largest=4)))


@given(x=inputs, l1=st.floats(0, 10))
def test_penalty_gradients(x: Array, l1: float) -> None:
    check_layer(ActivityRegularization(l1), x)
    check_layer(ActivityRegularization(l1), x, train=True)


def test_penalty_gradients_inside_a_network(generator: np.random.Generator) -> None:
    net = Sequential(Dense(4, 6), ReLU(), ActivityRegularization(0.3), Dense(6, 2))
    check_layer(net, generator.standard_normal((5, 4)))


@given(x=inputs, l1=st.floats(0, 10))
def test_penalty_agrees_with_a_loop(x: Array, l1: float) -> None:
    layer = ActivityRegularization(l1)
    y = layer.forward(x)
    np.testing.assert_array_equal(y, x)
    expected = sum(l1 * abs(value) for row in x for value in np.ravel(row))
    assert layer.auxiliary_loss == pytest.approx(expected)
    assert layer.total_auxiliary_loss() == layer.auxiliary_loss
    dx = layer.backward(np.ones_like(x))
    np.testing.assert_allclose(dx, 1 + l1 * np.where(x > 0, 1, -1), atol=1e-12)


@given(x=inputs)
def test_penalty_agrees_with_pytorch(x: Array) -> None:
    torch = pytest.importorskip("torch")
    layer = ActivityRegularization(0.7)
    y = layer.forward(x)
    t = torch.tensor(x, requires_grad=True)
    loss = torch.sin(t).sum() + 0.7 * t.abs().sum()
    loss.backward()
    assert np.sum(np.sin(y)) + layer.auxiliary_loss == pytest.approx(loss.item(), abs=1e-9)
    np.testing.assert_allclose(layer.backward(np.cos(y)), t.grad.numpy(), atol=1e-12)


def test_the_penaltys_gradient_at_zero_is_zero() -> None:
    layer = ActivityRegularization(5.0)
    layer.forward(np.zeros((2, 3)))
    np.testing.assert_array_equal(layer.backward(np.ones((2, 3))), np.ones((2, 3)))


@given(cut=st.integers(0, 5))
def test_the_penalties_of_workers_add_up(cut: int) -> None:
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


@pytest.mark.parametrize(
    "new",
    [
        "dy",
        "dy + self.l1 * np.sign(self._x) / len(dy)",
        "dy + self.l1 * self._x",
        "self.l1 * np.sign(self._x)",
    ],
)
def test_wrong_penalties_are_rejected(new: str, generator: np.random.Generator) -> None:
    wrong = mutant(ActivityRegularization, "dy + self.l1 * np.sign(self._x)", new)(0.5)
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(wrong, generator.standard_normal((4, 3)))


@pytest.mark.parametrize("kind", [float, np.float64])
def test_penalty_of_float32_stays_float32(kind: Callable[[float], float]) -> None:
    layer = ActivityRegularization(kind(1e-7))
    y = layer.forward(np.ones((4, 3), np.float32))
    assert y.dtype == layer.backward(y).dtype == np.float32
    assert isinstance(layer.auxiliary_loss, float)


@pytest.mark.parametrize("l1", [-1e-9, math.nan])
def test_weights_out_of_range_are_rejected(l1: float) -> None:
    with pytest.raises(ValueError, match=f"must be at least 0, not {l1}"):
        ActivityRegularization(l1)
