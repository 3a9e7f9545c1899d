import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import (
    OPTIMIZERS,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Array,
    Lion,
    Nadam,
    Optimizer,
    RMSprop,
)
from glassnet.nn.optim.base import BLOCK
from tests.nn.optim.cases import every_optimizer, gradient_of, run


@every_optimizer
def test_weight_decay_shrinks_theta_before_the_step(name: str) -> None:
    theta = np.linspace(-1, 1, 20)
    g = gradient_of(theta, 0)
    expected = theta * (1 - 0.5 * 0.1)
    OPTIMIZERS[name](learning_rate=0.5, weight_decay=0).step(expected, g)
    OPTIMIZERS[name](learning_rate=0.5, weight_decay=0.1).step(theta, g)
    np.testing.assert_array_equal(theta, expected)


# -- slices, blocks, data types -----------------------------------------------------------------


@every_optimizer
@given(cut=st.integers(0, 2 * BLOCK + 5))
def test_slices_together_equal_the_whole_to_the_bit(name: str, cut: int) -> None:
    generator = np.random.default_rng(cut)
    theta, grad = generator.standard_normal((2, 2 * BLOCK + 5)).astype(np.float32)
    whole = theta.copy()
    together, first, second = (OPTIMIZERS[name](learning_rate=0.1) for _ in range(3))
    for _ in range(2):
        together.step(whole, grad)
        first.step(theta[:cut], grad[:cut])
        second.step(theta[cut:], grad[cut:])
    np.testing.assert_array_equal(theta, whole)
    for key, vector in together.state.items():
        np.testing.assert_array_equal(np.concatenate([first.state[key], second.state[key]]), vector)


@every_optimizer
def test_leaves_the_gradient_as_it_is(name: str, generator: np.random.Generator) -> None:
    theta, grad = generator.standard_normal((2, 30))
    before = grad.copy()
    optimizer = OPTIMIZERS[name](learning_rate=0.1, weight_decay=0.1)
    optimizer.step(theta, grad)
    optimizer.step(theta, grad)
    np.testing.assert_array_equal(grad, before)


@every_optimizer
def test_float32_stays_float32_and_close_to_float64(name: str) -> None:
    start = np.linspace(-1, 1, 40)
    exact = run(OPTIMIZERS[name](learning_rate=0.01), start.copy(), range(20))
    single = OPTIMIZERS[name](learning_rate=0.01)
    theta = run(single, start.astype(np.float32), range(20))
    assert {vector.dtype for vector in single.state.values()} == {np.dtype(np.float32)}
    np.testing.assert_allclose(theta, exact, atol=2e-6)
    assert not np.array_equal(theta, start.astype(np.float32))
    # A schedule written with NumPy may set the learning rate to a NumPy scalar.
    other = run(
        OPTIMIZERS[name](learning_rate=np.float64(0.01)), start.astype(np.float32), range(20)
    )
    np.testing.assert_array_equal(other, theta)


@every_optimizer
def test_allocates_nothing_after_the_first_step(name: str) -> None:
    theta = np.ones(300_000, np.float32)
    grad = np.ones_like(theta)
    optimizer = OPTIMIZERS[name](learning_rate=0.1, weight_decay=0.1)
    optimizer.step(theta, grad)
    tracemalloc.start()
    try:
        optimizer.step(theta, grad)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000  # a block would be 131,072 bytes, a vector 1,200,000


# -- state --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (lambda: SGD(momentum=0), []),
        (SGD, ["velocity"]),
        (RMSprop, ["mean_square"]),
        (Adadelta, ["mean_square", "mean_square_change"]),
        (Adam, ["mean", "mean_square"]),
        (AdamW, ["mean", "mean_square"]),
        (Nadam, ["mean", "mean_square"]),
        (Adagrad, ["sum_of_squares"]),
        (Lion, ["mean"]),
    ],
)
def test_state_is_empty_before_the_first_step_and_named_after_it(
    kind: Callable[[], Optimizer], names: list[str]
) -> None:
    optimizer = kind()
    assert optimizer.state == {}
    assert optimizer.steps == 0
    optimizer.step(np.ones(3), np.ones(3))
    assert list(optimizer.state) == names
    assert all(vector.shape == (3,) for vector in optimizer.state.values())
    assert optimizer.steps == 1


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_continues_from_a_checkpoint_to_the_bit(
    name: str, dtype: type[np.floating], tmp_path: Path
) -> None:
    theta = np.linspace(-1, 1, 60).astype(dtype)
    uninterrupted = OPTIMIZERS[name](learning_rate=0.01)
    expected = run(uninterrupted, theta.copy(), range(25))

    interrupted = OPTIMIZERS[name](learning_rate=0.01)
    run(interrupted, theta, range(10))
    np.savez(tmp_path / "checkpoint.npz", **interrupted.state)  # type: ignore[arg-type]
    resumed = OPTIMIZERS[name](learning_rate=0.01)
    with np.load(tmp_path / "checkpoint.npz", allow_pickle=False) as saved:
        resumed.state = dict(saved)
    resumed.steps = interrupted.steps
    run(resumed, theta, range(10, 25))

    np.testing.assert_array_equal(theta, expected)
    assert resumed.steps == 25
    for key, vector in uninterrupted.state.items():
        np.testing.assert_array_equal(resumed.state[key], vector)


@pytest.mark.parametrize("kind", [Adam, Nadam])
def test_adam_needs_the_steps_too(kind: Callable[[], Optimizer]) -> None:
    first = kind()
    theta = run(first, np.linspace(-1, 1, 60), range(3))
    exact, wrong = theta.copy(), theta.copy()
    run(first, exact, range(3, 5))
    second = kind()
    second.state = first.state
    run(second, wrong, range(3, 5))
    assert not np.allclose(wrong, exact, rtol=1e-6)


def test_state_is_read_without_and_set_with_a_copy() -> None:
    optimizer = RMSprop()
    optimizer.step(np.ones(3), np.ones(3))
    held = optimizer.state["mean_square"]
    optimizer.step(np.ones(3), np.ones(3))
    assert optimizer.state["mean_square"] is held
    given_state = {"mean_square": np.ones(3)}
    optimizer.state = given_state
    optimizer.step(np.ones(3), np.zeros(3))
    np.testing.assert_array_equal(given_state["mean_square"], np.ones(3))
    optimizer.state = {}
    assert optimizer.state == {}


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [
        (RMSprop(), "RMSprop keeps mean_square as its state, not mean, mean_square"),
        (SGD(momentum=0), "SGD keeps nothing as its state, not mean, mean_square"),
    ],
)
def test_foreign_state_is_rejected(optimizer: Optimizer, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        optimizer.state = {"mean": np.ones(3), "mean_square": np.ones(3)}
    assert optimizer.state == {}


@pytest.mark.parametrize(
    ("grad", "state", "message"),
    [
        (np.ones(4), np.ones(3), r"grad is float64 of shape \(4,\), but theta is float64 .*\(3,\)"),
        (np.ones(3, np.float32), np.ones(3), "grad is float32 .* but theta is float64"),
        (np.ones(3), np.ones(2), r"mean_square is float64 of shape \(2,\), but theta"),
        (np.ones(3), np.ones(3, np.float32), "mean_square is float32 .* but theta is float64"),
    ],
)
def test_vectors_that_do_not_fit_are_named(grad: Array, state: Array, message: str) -> None:
    optimizer = RMSprop()
    optimizer.state = {"mean_square": state}
    theta = np.ones(3)
    with pytest.raises(ValueError, match=message):
        optimizer.step(theta, grad)
    assert optimizer.steps == 0
    np.testing.assert_array_equal(theta, np.ones(3))


def test_a_step_that_fails_leaves_no_state() -> None:
    optimizer = RMSprop()
    with pytest.raises(ValueError, match="grad is"):
        optimizer.step(np.ones(3), np.ones(2))
    assert optimizer.state == {}


def test_an_optimizer_without_its_equations_does_not_step() -> None:
    with pytest.raises(NotImplementedError):
        Optimizer(0.1).step(np.ones(2), np.ones(2))
