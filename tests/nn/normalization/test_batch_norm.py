import copy
import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, BatchShard, Conv2D, Dense, ReLU, Sequential
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.normalization import batch_norm as module
from glassnet.nn.normalization.batch_norm import BatchNorm
from glassnet.nn.testing import arrays, shapes
from tests.mutate import mutant
from tests.nn.contract_suite.workers import together_in_threads
from tests.nn.normalization.cases import check_against_pytorch, ready

AllReduce = Callable[[Array], Array]
any_shape = st.integers(2, 4).flatmap(lambda axes: shapes(axes, smallest=2, largest=4))


def measured(features: int, **options: float) -> BatchNorm:
    """Return a layer with running statistics that are not 0 and 1."""
    layer = BatchNorm(features, **options)
    ready(layer)
    layer.running_mean = np.linspace(-1, 1, features)
    layer.running_var = np.linspace(0.5, 2, features)
    return layer


# -- gradients ----------------------------------------------------------------------------------


@given(x=arrays(any_shape), train=st.booleans())
def test_gradients(x: Array, train: bool) -> None:
    assert check_layer(measured(x.shape[-1], eps=0.1), x, train=train).exact


@pytest.mark.parametrize("train", [False, True])
def test_gradients_inside_a_network(train: bool, generator: np.random.Generator) -> None:
    network = Sequential(Conv2D(2, 3, 3), BatchNorm(3), ReLU(), Conv2D(3, 2, 2), BatchNorm(2))
    check_layer(network, generator.standard_normal((4, 5, 6, 2)), train=train)


def test_gradient_checks_leave_the_statistics_as_they_were(generator: np.random.Generator) -> None:
    layer = measured(3)
    before = {name: value.copy() for name, value in layer.statistics.items()}
    check_layer(layer, generator.standard_normal((5, 3)), train=True)
    for name, value in layer.statistics.items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize(
    ("old", "new", "tensor"),
    [
        ("slope = -scale", "slope = 0 * scale", "input"),
        ("slope = -scale", "slope = scale", "input"),
        ("self._inverse_std**2 * mean_dyx", "self._inverse_std * mean_dyx", "input"),
        ("-scale * mean_dy -", "0 * mean_dy -", "input"),
        ("-scale * mean_dy - slope * self._mean", "-scale * mean_dy", "input"),
        ("self._over_workers(sums) / self._count", "sums / len(drows)", "input"),
        ("np.multiply(drows[part], wide_scale", "np.multiply(drows[part], 1", "input"),
        ("sums[1] * self._inverse_std", "sums[1]", "parameter gamma"),
        ("self.dbeta += sums[0]", "self.dbeta -= sums[0]", "parameter beta"),
        ("sums[1] += self._by_channel(t)", "sums[1] += self._by_channel(drows[part])", "input"),
        ("self.dbeta += sums[0].astype(self.dbeta.dtype)", "self.dbeta = sums[0]", "contract"),
        (
            "reshape(-1, self.features).sum(axis=0)",
            "reshape(self.features, -1).sum(axis=1)",
            "input",
        ),
    ],
)
def test_wrong_gradients_are_rejected(
    old: str, new: str, tensor: str, generator: np.random.Generator
) -> None:
    wrong = ready(mutant(BatchNorm, old, new)(3, eps=0.3))
    with pytest.raises(GradientError, match=f"^{tensor}|^parameter gamma"):
        check_layer(wrong, 1 + generator.standard_normal((5, 4, 3)), train=True)


# -- statistics ---------------------------------------------------------------------------------


@given(x=arrays(any_shape, scale=3.0), momentum=st.floats(0, 1))
def test_agrees_with_pytorch(x: Array, momentum: float) -> None:
    torch = pytest.importorskip("torch")
    features = x.shape[-1]
    layer = measured(features, momentum=momentum, eps=0.01)
    theirs = torch.nn.BatchNorm1d(features, 0.01, momentum, dtype=torch.float64)
    theirs.running_mean.copy_(torch.tensor(layer.running_mean))
    theirs.running_var.copy_(torch.tensor(layer.running_var))

    class OfRows(torch.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, x: object) -> object:
            return theirs(x.reshape(-1, features)).reshape(x.shape)  # type: ignore[attr-defined]

        def named_parameters(self) -> object:
            return theirs.named_parameters()

    for train in (True, True, False):
        theirs.train(train)
        theirs.zero_grad()
        check_against_pytorch(layer, lambda torch, tx: OfRows(), x, train)
        for name in ("running_mean", "running_var"):
            np.testing.assert_allclose(
                layer.statistics[name], getattr(theirs, name).numpy(), rtol=1e-12, atol=1e-12
            )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(count / (count - 1))", "1"),
        ("self.running_mean += self.momentum", "self.running_mean += 0.5"),
        ("self.momentum * (mean.real - self.running_mean)", "self.momentum * mean.real"),
        ("(unbiased - self.running_var)", "unbiased"),
        ("self._update_running(self._mean, variance, self._count)", "pass"),
    ],
)
def test_wrong_statistics_are_noticed(old: str, new: str, generator: np.random.Generator) -> None:
    x = generator.standard_normal((5, 3))
    layer, wrong = measured(3), mutant(BatchNorm, old, new)(3)
    ready(wrong)
    wrong.statistics.update(layer.statistics)
    for kind in (layer, wrong):
        kind.forward(x, train=True)
        kind.forward(x, train=True)
    expected = np.linspace(-1, 1, 3) * 0.81 + x.mean(axis=0) * 0.19
    np.testing.assert_allclose(layer.running_mean, expected, atol=1e-12)
    expected = np.linspace(0.5, 2, 3) * 0.81 + x.var(axis=0, ddof=1) * 0.19
    np.testing.assert_allclose(layer.running_var, expected, atol=1e-12)
    assert any(
        not np.allclose(layer.statistics[name], wrong.statistics[name]) for name in layer.statistics
    )


def test_only_training_moves_the_statistics(generator: np.random.Generator) -> None:
    layer = measured(3)
    before = layer.running_mean.copy()
    layer.forward(generator.standard_normal((5, 3)))
    np.testing.assert_array_equal(layer.running_mean, before)
    layer.forward(generator.standard_normal((5, 3)), train=True)
    assert not np.array_equal(layer.running_mean, before)
    layer.initialize(generator, np.float64)
    assert layer.running_mean.tolist() == [0, 0, 0]
    assert layer.running_var.tolist() == [1, 1, 1]


def test_large_means_keep_the_variance_of_float32(generator: np.random.Generator) -> None:
    x = (1000 + generator.standard_normal((4000, 2))).astype(np.float32)
    layer = BatchNorm(2, momentum=1.0).initialize(generator)
    layer.forward(x, train=True)
    exact = x.astype(np.float64).var(axis=0, ddof=1)
    np.testing.assert_allclose(layer.running_var, exact, rtol=1e-4)


def test_copies_share_the_statistics_or_have_their_own(generator: np.random.Generator) -> None:
    layer = measured(3)
    twin, own = copy.copy(layer), copy.deepcopy(layer)
    layer.forward(generator.standard_normal((5, 3)), train=True)
    np.testing.assert_array_equal(twin.running_mean, layer.running_mean)
    np.testing.assert_array_equal(own.running_mean, np.linspace(-1, 1, 3))
    own.running_mean[...] = 9
    assert not (layer.running_mean == 9).any()


# -- parts and workers --------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(40, 3), (41, 3), (5, 3, 1), (4, 5, 6, 2)])
def test_parts_equal_the_whole(
    shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch, generator: np.random.Generator
) -> None:
    x = 5 + generator.standard_normal(shape)
    results = []
    for size in (131072, 7):
        monkeypatch.setattr(module, "_PART", size)
        layer = measured(shape[-1])
        y = np.array(layer.forward(x, train=True))
        dx = np.array(layer.backward(np.cos(x)))
        results.append([y, dx, layer.grad, *layer.statistics.values()])
    for whole, parts in zip(*results, strict=True):
        np.testing.assert_allclose(parts, whole, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("cuts", [(0, 3, 6), (0, 1, 6), (0, 0, 6), (0, 2, 2, 6)])
def test_workers_have_the_statistics_of_the_whole_batch(
    cuts: tuple[int, ...], generator: np.random.Generator
) -> None:
    x, dy = generator.standard_normal((2, 6, 4, 3))
    whole = measured(3)
    y, dx = whole.forward(x, train=True), whole.backward(dy)

    def work(start: int, stop: int, all_reduce: AllReduce) -> tuple[Array, Array, BatchNorm]:
        layer = measured(3)
        layer.set_batch_shard(BatchShard(np.random.default_rng(), start, stop, 6, all_reduce))
        y = np.array(layer.forward(x[start:stop], train=True))
        return y, np.array(layer.backward(dy[start:stop])), layer

    found = together_in_threads(*(partial(work, start, stop) for start, stop in pairwise(cuts)))
    np.testing.assert_allclose(np.concatenate([part[0] for part in found]), y, atol=1e-12)
    np.testing.assert_allclose(np.concatenate([part[1] for part in found]), dx, atol=1e-12)
    np.testing.assert_allclose(sum(layer.grad for _, _, layer in found), whole.grad, atol=1e-12)
    for _, _, layer in found:
        for name, value in layer.statistics.items():
            np.testing.assert_allclose(value, whole.statistics[name], rtol=1e-12)
            np.testing.assert_array_equal(value, found[0][2].statistics[name])


def test_workers_that_can_not_sum_say_so() -> None:
    layer = measured(3)
    layer.set_batch_shard(BatchShard(np.random.default_rng(), 0, 2, 6))
    layer.forward(np.zeros((2, 3)))  # not in training
    with pytest.raises(RuntimeError, match=r"rows 0 to 2 of 6: give BatchShard the .* all_reduce"):
        layer.forward(np.zeros((2, 3)), train=True)


# -- small batches and wrong options ------------------------------------------------------------


def test_one_row_can_be_used_but_not_trained_on(generator: np.random.Generator) -> None:
    layer = measured(3)
    before = layer.running_mean.copy()
    layer.forward(np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"at least 2 numbers .* no single row over"):
        layer.forward(np.ones((1, 3)), train=True)
    np.testing.assert_array_equal(layer.running_mean, before)
    image = generator.standard_normal((1, 2, 2, 3))
    check_layer(layer, image, train=True)  # of an image, each pixel counts


def test_one_row_in_all_workers_is_one_row() -> None:
    def work(rows: int, all_reduce: AllReduce) -> None:
        layer = measured(3)
        layer.set_batch_shard(BatchShard(np.random.default_rng(), 0, rows, 1, all_reduce))
        with pytest.raises(ValueError, match="the batch has 1"):
            layer.forward(np.ones((rows, 3)), train=True)

    together_in_threads(partial(work, 1), partial(work, 0))


def test_no_rows_leave_the_statistics(generator: np.random.Generator) -> None:
    layer = measured(3)
    assert layer.forward(np.zeros((0, 4, 3)), train=True).shape == (0, 4, 3)
    assert layer.backward(np.zeros((0, 4, 3))).shape == (0, 4, 3)
    np.testing.assert_array_equal(layer.running_mean, np.linspace(-1, 1, 3))


@pytest.mark.parametrize("momentum", [-0.1, 1.1, math.nan])
def test_options_out_of_range_are_rejected(momentum: float) -> None:
    with pytest.raises(ValueError, match=f"momentum must be .* at most 1, not {momentum}"):
        BatchNorm(3, momentum)
    with pytest.raises(ValueError, match="BatchNorm: eps must be above 0"):
        BatchNorm(3, eps=0)
    with pytest.raises(
        ValueError, match=r"BatchNorm expects rows and a last axis of 3, got .*\(3,\)"
    ):
        measured(3).forward(np.zeros(3))


def test_a_network_that_it_trains(generator: np.random.Generator) -> None:
    """Inputs of very different sizes are learned from as fast as those of one size."""
    x = generator.standard_normal((200, 4)) * [1e-3, 1.0, 30.0, 1e3] + [0, 5, -90, 2e3]
    target = np.sign(x - x.mean(axis=0)).sum(axis=1, keepdims=True)
    network = Sequential(BatchNorm(4), Dense(4, 16), ReLU(), Dense(16, 1))
    network.initialize(generator, np.float64)
    losses = []
    for _ in range(300):
        network.zero_grad()
        error = network.forward(x, train=True) - target
        network.backward(2 * error / len(x))
        network.theta -= 0.05 * network.grad
        losses.append(float(np.mean(error**2)))
    assert losses[-1] < losses[0] / 5
    assert np.mean((network(x) - target) ** 2) < losses[0] / 5  # with the running statistics


def test_what_it_starts_with() -> None:
    layer = BatchNorm(2).initialize(np.random.default_rng(0))
    assert (layer.momentum, layer.eps, *layer.gamma, *layer.beta) == (0.1, 1e-5, 1, 1, 0, 0)
