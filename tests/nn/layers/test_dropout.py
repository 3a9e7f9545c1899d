import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, BatchShard, Sequential
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.layers.dense import Dense
from glassnet.nn.layers.dropout import Dropout
from glassnet.nn.testing import arrays, shapes


def dropout(rate: float, *, seed: int = 0, **options: object) -> Dropout:
    layer = Dropout(rate, **options)  # type: ignore[arg-type]
    layer.set_batch_shard(BatchShard(np.random.default_rng(seed)))
    return layer


@given(x=arrays(shapes(3)), rate=st.floats(0, 0.9), train=st.booleans())
def test_gradients(x: Array, rate: float, train: bool) -> None:
    check_layer(Dropout(rate), x, train=train)
    check_layer(Dropout(rate, batch_axis=1, shared_axes=(0,)), x, train=train)


def test_gradients_inside_a_network(generator: np.random.Generator) -> None:
    net = Sequential(Dense(3, 4), Dropout(0.3), Dense(4, 2), Dropout(0.5))
    check_layer(net, generator.standard_normal((5, 3)), train=True)


class _Unscaled(Dropout):
    def backward(self, dy: Array) -> Array:
        return dy if self._mask is None else dy * (self._mask > 0)


class _ForgottenMask(Dropout):
    def backward(self, dy: Array) -> Array:
        return dy


class _OtherMask(Dropout):
    def backward(self, dy: Array) -> Array:
        assert self._mask is not None
        return dy * np.roll(self._mask, 1, axis=0)


@pytest.mark.parametrize("wrong", [_Unscaled, _ForgottenMask, _OtherMask])
def test_wrong_gradients_are_rejected(wrong: type[Dropout], generator: np.random.Generator) -> None:
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(wrong(0.4), generator.standard_normal((6, 5)), train=True)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_statistics(rate: float) -> None:
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
def test_does_nothing_unless_training(x: Array) -> None:
    layer = dropout(0.5)
    layer.forward(x, train=True)
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(x), x)
    nothing = dropout(0.0)
    np.testing.assert_array_equal(nothing.forward(x, train=True), x)
    np.testing.assert_array_equal(nothing.backward(x), x)


def test_agrees_with_pytorch_given_its_mask() -> None:
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


def test_float32_stays_float32() -> None:
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
    with pytest.raises(RuntimeError, match="call initialize or set_batch_shard"):
        Dropout(0.5).forward(np.ones((2, 2)), train=True)
