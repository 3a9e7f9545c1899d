import math
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array
from glassnet.nn.optim import optimizers
from glassnet.nn.optim.optimizers import (
    OPTIMIZERS,
    SGD,
    Adadelta,
    Adam,
    Optimizer,
    RMSprop,
    clip_by_global_norm,
)
from glassnet.nn.testing import arrays

every_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)


def gradient_of(theta: Array, step: int) -> Array:
    """A gradient that depends on theta and the step, of sizes from 1e-8 to 10, zero in places."""
    scale = np.logspace(-8, 1, theta.size)
    return scale * (theta + np.sin(step + np.arange(theta.size))) * (np.arange(theta.size) % 7 > 0)


def run(optimizer: Optimizer, theta: Array, steps: range) -> Array:
    for step in steps:
        optimizer.step(theta, gradient_of(theta, step).astype(theta.dtype))
    return theta


# -- against other implementations --------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "options", "torch_name", "torch_options"),
    [
        (SGD, {"learning_rate": 0.02, "momentum": 0}, "SGD", {"lr": 0.02}),
        (SGD, {"learning_rate": 0.02, "momentum": 0.8}, "SGD", {"lr": 0.02, "momentum": 0.8}),
        (RMSprop, {}, "RMSprop", {"lr": 1e-3, "alpha": 0.95, "eps": 1e-8}),
        (RMSprop, {"rho": 0.8, "epsilon": 0.1}, "RMSprop", {"lr": 1e-3, "alpha": 0.8, "eps": 0.1}),
        (Adadelta, {}, "Adadelta", {"lr": 1.0, "rho": 0.95, "eps": 1e-7}),
        (Adadelta, {"rho": 0.5, "epsilon": 0.1}, "Adadelta", {"lr": 1.0, "rho": 0.5, "eps": 0.1}),
        (Adam, {}, "Adam", {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8}),
        (
            Adam,
            {"beta1": 0.8, "beta2": 0.9, "epsilon": 1e-2, "weight_decay": 0.1},
            "AdamW",
            {"lr": 1e-3, "betas": (0.8, 0.9), "eps": 1e-2, "weight_decay": 0.1},
        ),
    ],
)
def test_agrees_with_pytorch(
    kind: type[Optimizer],
    options: dict[str, float],
    torch_name: str,
    torch_options: dict[str, float],
) -> None:
    torch = pytest.importorskip("torch")
    optimizer = kind(**options)
    theta = np.linspace(-1, 1, 50)
    theirs = torch.tensor(theta.copy(), requires_grad=True)
    their_optimizer = getattr(torch.optim, torch_name)([theirs], **torch_options)
    for step in range(100):
        if step == 60:  # a schedule changes the learning rate on the way
            optimizer.learning_rate *= 0.3
            their_optimizer.param_groups[0]["lr"] *= 0.3
        theirs.grad = torch.tensor(gradient_of(theirs.detach().numpy(), step))
        their_optimizer.step()
        optimizer.step(theta, gradient_of(theta, step))
    np.testing.assert_allclose(theta, theirs.detach().numpy(), rtol=1e-10, atol=1e-10)


def plain_sgd(theta: float, g: float, t: int, s: dict[str, float]) -> float:
    s["v"] = 0.9 * s.get("v", 0) + g
    return theta - 0.01 * s["v"]


def plain_rmsprop(theta: float, g: float, t: int, s: dict[str, float]) -> float:
    s["s"] = 0.95 * s.get("s", 0) + 0.05 * g * g
    return theta - 1e-3 * g / (math.sqrt(s["s"]) + 1e-8)


def plain_adadelta(theta: float, g: float, t: int, s: dict[str, float]) -> float:
    s["s"] = 0.95 * s.get("s", 0) + 0.05 * g * g
    change = math.sqrt(s.get("u", 0) + 1e-7) / math.sqrt(s["s"] + 1e-7) * g
    s["u"] = 0.95 * s.get("u", 0) + 0.05 * change * change
    return theta - change


def plain_adam(theta: float, g: float, t: int, s: dict[str, float]) -> float:
    s["m"] = 0.9 * s.get("m", 0) + 0.1 * g
    s["s"] = 0.999 * s.get("s", 0) + 0.001 * g * g
    mean, square = s["m"] / (1 - 0.9**t), s["s"] / (1 - 0.999**t)
    return theta - 1e-3 * mean / (math.sqrt(square) + 1e-8)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("sgd", plain_sgd),
        ("rmsprop", plain_rmsprop),
        ("adadelta", plain_adadelta),
        ("adam", plain_adam),
    ],
)
def test_agrees_with_the_equations_number_by_number(
    name: str, plain: Callable[[float, float, int, dict[str, float]], float]
) -> None:
    optimizer = OPTIMIZERS[name]()  # type: ignore[call-arg]
    theta = np.linspace(-1, 1, 12)
    expected = theta.tolist()
    remembered: list[dict[str, float]] = [{} for _ in expected]
    for step in range(1, 31):
        g = gradient_of(np.array(expected), step)
        expected = [
            plain(value, float(g[i]), step, remembered[i]) for i, value in enumerate(expected)
        ]
        optimizer.step(theta, gradient_of(theta, step))
    np.testing.assert_allclose(theta, expected, rtol=1e-12, atol=1e-12)


@every_optimizer
def test_weight_decay_shrinks_theta_before_the_step(name: str) -> None:
    theta = np.linspace(-1, 1, 20)
    g = gradient_of(theta, 0)
    expected = theta * (1 - 0.5 * 0.1)
    OPTIMIZERS[name](learning_rate=0.5).step(expected, g)
    OPTIMIZERS[name](learning_rate=0.5, weight_decay=0.1).step(theta, g)
    np.testing.assert_array_equal(theta, expected)


# -- shares, blocks, data types -----------------------------------------------------------------


@every_optimizer
@given(cut=st.integers(0, 2 * optimizers._BLOCK + 5))
def test_shares_together_equal_the_whole_to_the_bit(name: str, cut: int) -> None:
    generator = np.random.default_rng(cut)
    theta, grad = generator.standard_normal((2, 2 * optimizers._BLOCK + 5)).astype(np.float32)
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


def test_adam_needs_the_steps_too() -> None:
    first = Adam()
    theta = run(first, np.linspace(-1, 1, 60), range(3))
    exact, wrong = theta.copy(), theta.copy()
    run(first, exact, range(3, 5))
    second = Adam()
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


# -- hyper-parameters ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "option", "value"),
    [
        ("sgd", "learning_rate", -0.1),
        ("sgd", "weight_decay", -1e-9),
        ("sgd", "momentum", 1.0),
        ("rmsprop", "rho", 1.0),
        ("rmsprop", "epsilon", 0.0),
        ("adadelta", "rho", -0.1),
        ("adadelta", "epsilon", -1e-7),
        ("adam", "beta1", 1.0),
        ("adam", "beta2", math.nan),
        ("adam", "epsilon", 0.0),
        ("adam", "learning_rate", math.nan),
    ],
)
def test_hyper_parameters_out_of_range_are_named(name: str, option: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{option} must be .*, not {value}$"):
        OPTIMIZERS[name](**{option: value})


def test_the_table_holds_every_optimizer() -> None:
    assert set(OPTIMIZERS.values()) == set(Optimizer.__subclasses__())
    assert all(name == kind.__name__.lower() for name, kind in OPTIMIZERS.items())


# -- clipping -----------------------------------------------------------------------------------


@given(grad=arrays(st.tuples(st.integers(1, 50)), scale=3.0), limit=st.floats(0.1, 10))
def test_clipping_keeps_the_direction_and_limits_the_norm(grad: Array, limit: float) -> None:
    before = grad.copy()
    norm = clip_by_global_norm(grad, limit)
    assert norm == pytest.approx(math.sqrt(sum(before**2)))
    if norm <= limit:
        np.testing.assert_array_equal(grad, before)
    else:
        np.testing.assert_allclose(grad, before * (limit / norm), rtol=1e-12)
        assert np.linalg.norm(grad) == pytest.approx(limit)


def test_shares_clipped_by_the_norm_of_all_equal_the_whole(generator: np.random.Generator) -> None:
    whole = generator.standard_normal(20).astype(np.float32)
    shares = whole.copy()
    norm = clip_by_global_norm(whole, 0.5)
    for share in (shares[:8], shares[8:]):
        assert clip_by_global_norm(share, 0.5, norm) == norm
    np.testing.assert_array_equal(shares, whole)
    assert whole.dtype == np.float32


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_gradient_that_is_not_finite_is_left_alone(bad: float) -> None:
    grad = np.array([bad, 100.0])
    norm = clip_by_global_norm(grad, 1.0)
    assert not math.isfinite(norm)
    np.testing.assert_array_equal(grad, [bad, 100.0])


@pytest.mark.parametrize("limit", [0.0, -1.0, math.nan])
def test_the_limit_must_be_above_zero(limit: float) -> None:
    with pytest.raises(ValueError, match=f"must be above 0, not {limit}"):
        clip_by_global_norm(np.ones(2), limit)
