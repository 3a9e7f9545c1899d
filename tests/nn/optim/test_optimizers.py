import math
from collections.abc import Callable

import numpy as np
import pytest

from glassnet.nn import OPTIMIZERS, SGD, Adadelta, Adagrad, Lion, Optimizer, RMSprop
from tests.mutate import mutant
from tests.nn.optim.cases import gradient_of, run

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
        (Adagrad, {}, "Adagrad", {"lr": 0.01, "eps": 1e-10}),
        (Adagrad, {"epsilon": 0.1}, "Adagrad", {"lr": 0.01, "eps": 0.1}),
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


def test_adagrad_may_start_as_in_keras() -> None:
    torch = pytest.importorskip("torch")
    theta, optimizer = np.ones(20), Adagrad()
    optimizer.state = {"sum_of_squares": np.full_like(theta, 0.1)}
    theirs = torch.tensor(theta.copy(), requires_grad=True)
    their_optimizer = torch.optim.Adagrad([theirs], lr=0.01, initial_accumulator_value=0.1)
    for step in range(20):
        theirs.grad = torch.tensor(gradient_of(theta, step))
        their_optimizer.step()
        optimizer.step(theta, gradient_of(theta, step))
    np.testing.assert_allclose(theta, theirs.detach().numpy(), rtol=1e-12)


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


def plain_adagrad(theta: float, g: float, t: int, s: dict[str, float]) -> float:
    s["s"] = s.get("s", 0) + g * g
    return theta - 0.01 * g / (math.sqrt(s["s"]) + 1e-10)


def plain_lion(theta: float, g: float, t: int, s: dict[str, float]) -> float:
    """Algorithm 2 of the paper, without decay."""
    m = s.get("m", 0)
    c = 0.9 * m + 0.1 * g
    s["m"] = 0.99 * m + 0.01 * g
    return theta - 1e-4 * ((c > 0) - (c < 0))


def plain_nadam(theta: float, g: float, t: int, s: dict[str, float]) -> float:
    """Algorithm 2 of the paper, with the growing momentum of its section 2."""
    now, following = (0.9 * (1 - 0.5 * 0.96 ** (0.004 * step)) for step in (t, t + 1))
    s["m"] = 0.9 * s.get("m", 0) + 0.1 * g
    s["s"] = 0.999 * s.get("s", 0) + 0.001 * g * g
    s["product"] = s.get("product", 1) * now
    mean = following * s["m"] / (1 - s["product"] * following)
    mean += (1 - now) * g / (1 - s["product"])
    return theta - 2e-3 * mean / (math.sqrt(s["s"] / (1 - 0.999**t)) + 1e-8)


def plain_adamw(theta: float, g: float, t: int, s: dict[str, float]) -> float:
    return plain_adam(theta * (1 - 1e-3 * 0.01), g, t, s)


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
        ("adamw", plain_adamw),
        ("nadam", plain_nadam),
        ("adagrad", plain_adagrad),
        ("lion", plain_lion),
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
        ("adamw", "weight_decay", -0.1),
        ("nadam", "momentum_decay", -0.1),
        ("nadam", "beta1", 1.0),
        ("adagrad", "epsilon", 0.0),
        ("lion", "beta1", -0.1),
        ("lion", "beta2", 1.0),
    ],
)
def test_hyper_parameters_out_of_range_are_named(name: str, option: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{option} must be .*, not {value}$"):
        OPTIMIZERS[name](**{option: value})


def all_below(kind: type[Optimizer]) -> set[type[Optimizer]]:
    below = {kind for kind in kind.__subclasses__() if kind.__module__.startswith("glassnet.")}
    return below.union(*map(all_below, below))


def test_the_table_holds_every_optimizer() -> None:
    assert set(OPTIMIZERS.values()) == all_below(Optimizer)
    assert all(name == kind.__name__.lower() for name, kind in OPTIMIZERS.items())


# -- mutants ------------------------------------------------------------------------------------

MUTANTS: dict[str, tuple[type[Optimizer], str, str]] = {
    "lion: the momentum's share swapped": (Lion, "(m, self.beta1,", "(m, self.beta2,"),
    "lion: mean before the step": (
        Lion,
        "update_mean(m, self.beta2,",
        "update_mean(m, self.beta1,",
    ),
    "lion: no sign": (Lion, "np.sign(change, out=change)", "pass"),
    "lion: uphill": (Lion, "theta -= change", "theta += change"),
    "adagrad: a mean": (
        Adagrad,
        "s += np.multiply(g, g, out=change)",
        "update_mean(s, 0.9, np.multiply(g, g, out=change), change)",
    ),
    "adagrad: overwritten": (Adagrad, "s += np.multiply(g, g", "s[...] = np.multiply(g, g"),
    "adagrad: no root": (Adagrad, "np.sqrt(s, out=root)", "root[...] = s"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_optimizers_are_noticed(name: str) -> None:
    kind, old, new = MUTANTS[name]
    theta = run(kind(), np.linspace(-1, 1, 50), range(50))  # type: ignore[call-arg]
    wrong = run(mutant(kind, old, new)(), np.linspace(-1, 1, 50), range(50))
    assert not np.allclose(wrong, theta, rtol=1e-6, atol=1e-9)
