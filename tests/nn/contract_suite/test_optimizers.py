"""Every optimizer and average: steps, weight decay, learning rates, state, data types, slices."""

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from glassnet.nn import Array, Dense, ExponentialMovingAverage, Optimizer, Sequential
from tests.nn.contract_suite.tables.optimizers import (
    AVERAGES,
    OPTIMIZER_LINES,
    PENALTIES,
    OptimizerLine,
)

every_optimizer = pytest.mark.parametrize(
    "line", OPTIMIZER_LINES.values(), ids=list(OPTIMIZER_LINES)
)
RATE, SIZE = 0.03, 20


def weights(size: int = SIZE, dtype: np.typing.DTypeLike = np.float64) -> Array:
    return np.linspace(-1, 1, size).astype(dtype)


def gradient(step: int, size: int = SIZE, dtype: np.typing.DTypeLike = np.float64) -> Array:
    """Gradients from 1e-6 to 10 that change their signs; every seventh is zero."""
    index = np.arange(size)
    scale = np.logspace(-6, 1, size) * (index % 7 > 0)
    return (scale * np.sin(1 + step + index)).astype(dtype)


def run(optimizer: Optimizer, theta: Array, steps: range) -> Array:
    for step in steps:
        optimizer.step(theta, gradient(step, theta.size, theta.dtype))
    return theta


@every_optimizer
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_steps_equal_the_plain_formula(line: OptimizerLine, decay: float) -> None:
    optimizer, theta, expected = line.build(weight_decay=decay), weights(), weights()
    state = {name: np.zeros(SIZE) for name in line.state}
    for step in range(6):
        rate = optimizer.learning_rate = RATE / (step + 1)  # a new one before each step
        g = gradient(step)
        optimizer.step(theta, g)
        expected = line.formula(expected * (1 - rate * decay), g, state, step + 1, rate)
        np.testing.assert_allclose(theta, expected, rtol=1e-12, atol=1e-14)
        assert optimizer.steps == step + 1
        assert tuple(optimizer.state) == line.state
        for name, value in optimizer.state.items():
            np.testing.assert_allclose(value, state[name], rtol=1e-12, atol=1e-14)


@pytest.fixture(name="torch_of_float64")
def _torch_of_float64() -> Iterator[None]:
    """Let PyTorch hold all numbers in float64, NAdam's product of momenta too."""
    torch = pytest.importorskip("torch")
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@every_optimizer
@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.usefixtures("torch_of_float64")
def test_steps_equal_pytorch(line: OptimizerLine, decay: float) -> None:
    if line.torch is None:
        return
    torch = pytest.importorskip("torch")
    optimizer, theta = line.build(weight_decay=decay), weights()
    theirs = torch.tensor(weights(), requires_grad=True)
    their_optimizer = getattr(torch.optim, line.torch)([theirs], lr=RATE, **line.torch_options)
    for step in range(50):
        rate = RATE if step < 30 else 0.3 * RATE
        optimizer.learning_rate = their_optimizer.param_groups[0]["lr"] = rate
        optimizer.step(theta, gradient(step))
        with torch.no_grad():
            theirs *= 1 - rate * decay  # separate from the gradient
        theirs.grad = torch.tensor(gradient(step))
        their_optimizer.step()
    np.testing.assert_allclose(theta, theirs.detach().numpy(), rtol=1e-12, atol=1e-13)


@every_optimizer
def test_a_learning_rate_of_zero_changes_nothing(line: OptimizerLine) -> None:
    optimizer = line.build(learning_rate=0.0, weight_decay=0.5)
    np.testing.assert_array_equal(run(optimizer, weights(), range(3)), weights())


@every_optimizer
def test_the_state_survives_a_round_trip(line: OptimizerLine) -> None:
    first, theta = line.build(weight_decay=0.1), weights()
    run(first, theta, range(5))
    second, resumed = line.build(weight_decay=0.1), theta.copy()
    saved = {name: value.copy() for name, value in first.state.items()}
    second.state, second.steps = saved, first.steps
    run(first, theta, range(5, 10))
    run(second, resumed, range(5, 10))
    np.testing.assert_array_equal(resumed, theta)
    for name, value in first.state.items():
        np.testing.assert_array_equal(second.state[name], value)
        assert second.state[name] is not saved[name]  # setting copies


@every_optimizer
@pytest.mark.parametrize("wrong", [["other"], ["mean", "velocity"]])
def test_a_state_of_other_names_is_refused(line: OptimizerLine, wrong: list[str]) -> None:
    optimizer = line.build()
    with pytest.raises(ValueError, match=f"^{type(optimizer).__name__} keeps") as error:
        optimizer.state = {name: weights() for name in wrong}
    assert "\n" not in str(error.value)


@every_optimizer
@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_data_type_stays(line: OptimizerLine, decay: float, dtype: np.typing.DTypeLike) -> None:
    optimizer, theta = line.build(weight_decay=decay), weights(dtype=dtype)
    optimizer.learning_rate = np.float64(RATE)  # a NumPy scalar makes no float64 of float32
    run(optimizer, theta, range(10))
    assert theta.dtype == dtype
    assert {value.dtype for value in optimizer.state.values()} <= {np.dtype(dtype)}
    exact = run(line.build(weight_decay=decay, learning_rate=RATE), weights(), range(10))
    np.testing.assert_allclose(theta, exact, rtol=2e-4, atol=2e-4)


@every_optimizer
@pytest.mark.parametrize("size", [SIZE, 2 * 32768 + 5])
def test_slices_equal_the_whole(line: OptimizerLine, size: int) -> None:
    whole = run(line.build(weight_decay=0.1), weights(size), range(3))
    theta = weights(size)
    cuts = [0, 0, size // 3, size // 2 + 1, size]  # the first worker holds nothing
    for start, stop in itertools.pairwise(cuts):
        optimizer, part = line.build(weight_decay=0.1), theta[start:stop]
        for step in range(3):
            optimizer.step(part, gradient(step, size)[start:stop])
        assert {len(value) for value in optimizer.state.values()} <= {stop - start}
    np.testing.assert_array_equal(theta, whole)


@every_optimizer
def test_gradients_are_not_written_to(line: OptimizerLine) -> None:
    theta, expected = weights(), run(line.build(), weights(), range(2))
    optimizer = line.build()
    for step in range(2):
        g = gradient(step)
        g.flags.writeable = False
        optimizer.step(theta, g)
    np.testing.assert_array_equal(theta, expected)
    # nor kept: what becomes of a gradient later does not show
    optimizer, g = line.build(), gradient(0)
    theta = weights()
    optimizer.step(theta, g)
    g[...] = 77
    optimizer.step(theta, gradient(1))
    np.testing.assert_array_equal(theta, expected)


@every_optimizer
def test_gradients_that_do_not_fit_are_refused(line: OptimizerLine) -> None:
    for wrong in (np.zeros(SIZE - 1), np.zeros((SIZE, 1)), np.zeros(SIZE, np.float32)):
        theta, optimizer = weights(), line.build()
        with pytest.raises(ValueError, match=r"^grad is") as error:
            optimizer.step(theta, wrong)
        assert "\n" not in str(error.value)
        np.testing.assert_array_equal(theta, weights())
        assert optimizer.steps == 0


every_average = pytest.mark.parametrize("average", AVERAGES.values(), ids=list(AVERAGES))


@every_average
def test_averages_of_slices_make_the_average_of_the_whole(
    average: Callable[[float], ExponentialMovingAverage],
) -> None:
    for dtype in (np.float32, np.float64):
        whole, parts = average(0.9), [average(0.9) for _ in range(3)]
        slices = np.split(np.arange(SIZE), [0, 7])  # a worker may have nothing
        for step in range(30):
            theta = gradient(step, dtype=dtype)
            theta.flags.writeable = False
            whole.update(theta)
            for part, own in zip(parts, slices, strict=True):
                part.update(theta[own])
        joined = np.concatenate([part.average for part in parts])
        assert joined.dtype == whole.average.dtype == dtype
        np.testing.assert_array_equal(joined, whole.average)


@every_average
@pytest.mark.parametrize("decay", [0.0, 0.5, 0.99])
def test_averages_agree_with_pytorch(
    average: Callable[[float], ExponentialMovingAverage], decay: float
) -> None:
    torch = pytest.importorskip("torch")
    swa = pytest.importorskip("torch.optim.swa_utils")
    layer = torch.nn.Linear(SIZE, 1, bias=False, dtype=torch.float64)
    twin = swa.AveragedModel(
        layer, avg_fn=lambda a, theta, t: a + max(1 - decay, 9 / (float(t) + 9)) * (theta - a)
    )
    found = average(decay)
    for step in range(20):
        with torch.no_grad():
            layer.weight[0] = torch.tensor(gradient(step))
        twin.update_parameters(layer)
        found.update(gradient(step))
        expected = twin.module.weight.detach().numpy()[0]
        np.testing.assert_allclose(found.average, expected, rtol=1e-12, atol=1e-12)
        assert found.updates == step + 1


@pytest.mark.parametrize("name", PENALTIES)
@pytest.mark.parametrize("cut", [0, 5, 8, 12])
def test_penalties_of_slices_are_those_of_each_weight(name: str, cut: int) -> None:
    build, of_weight, slope = PENALTIES[name]
    network = Sequential(Dense(2, 3), Dense(3, 2)).initialize(np.random.default_rng(0), np.float64)
    network.grad[...] = 1
    values = [build().add(network, part) for part in (slice(0, cut), slice(cut, None))]
    expected = 0.0
    for parameter, weights in network.parameters.items():
        for place, weight in np.ndenumerate(weights):
            counts = parameter.endswith(".W")
            expected += of_weight(weight) if counts else 0
            gradient = network.gradients[parameter][place]
            assert gradient == pytest.approx(1 + counts * slope(weight), rel=1e-14)
    assert sum(values) == pytest.approx(expected, rel=1e-12)
