import math
from collections.abc import Callable

import numpy as np
import pytest

from glassnet.nn import OPTIMIZERS, SGD, Adadelta, Adam, Optimizer, RMSprop
from tests.nn.optim.cases import gradient_of

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
    ours = [kind for kind in Optimizer.__subclasses__() if kind.__module__.startswith("glassnet.")]
    assert set(OPTIMIZERS.values()) == set(ours)
    assert all(name == kind.__name__.lower() for name, kind in OPTIMIZERS.items())
