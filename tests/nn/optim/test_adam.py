"""Adam, AdamW and Nadam against PyTorch; what resuming needs of them."""

from collections.abc import Iterator

import numpy as np
import pytest

from glassnet.nn import Adam, AdamW, Nadam, Optimizer
from tests.mutate import mutant
from tests.nn.optim.cases import gradient_of, run


@pytest.fixture(name="torch")
def _torch() -> Iterator[object]:
    """PyTorch, with float64 for NAdam's product of momenta too."""
    torch = pytest.importorskip("torch")
    torch.set_default_dtype(torch.float64)
    yield torch
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize(
    ("kind", "options", "torch_name", "torch_options"),
    [
        (Adam, {}, "Adam", {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8}),
        (
            Adam,
            {"beta1": 0.8, "beta2": 0.9, "epsilon": 1e-2, "weight_decay": 0.1},
            "AdamW",
            {"lr": 1e-3, "betas": (0.8, 0.9), "eps": 1e-2, "weight_decay": 0.1},
        ),
        (AdamW, {}, "AdamW", {}),
        (AdamW, {"weight_decay": 0.2}, "AdamW", {"weight_decay": 0.2}),
        (AdamW, {"weight_decay": 0}, "Adam", {}),
        (Nadam, {}, "NAdam", {}),
        (
            Nadam,
            {"beta1": 0.8, "beta2": 0.9, "epsilon": 1e-2, "momentum_decay": 0.5},
            "NAdam",
            {"betas": (0.8, 0.9), "eps": 1e-2, "momentum_decay": 0.5},
        ),
        (Nadam, {"beta1": 0.0}, "NAdam", {"betas": (0.0, 0.999)}),
        (
            Nadam,
            {"weight_decay": 0.1},
            "NAdam",
            {"weight_decay": 0.1, "decoupled_weight_decay": True},
        ),
    ],
)
def test_agrees_with_pytorch(
    kind: type[Optimizer],
    options: dict[str, float],
    torch_name: str,
    torch_options: dict[str, object],
    torch: object,
) -> None:
    optimizer = kind(**options)
    theta = np.linspace(-1, 1, 50)
    theirs = torch.tensor(theta.copy(), requires_grad=True)  # type: ignore[attr-defined]
    optimizers = torch.optim  # type: ignore[attr-defined]
    their_optimizer = getattr(optimizers, torch_name)([theirs], **torch_options)
    for step in range(100):
        if step == 60:  # a schedule changes the learning rate on the way
            optimizer.learning_rate *= 0.3
            their_optimizer.param_groups[0]["lr"] *= 0.3
        gradient = gradient_of(theirs.detach().numpy(), step)
        theirs.grad = torch.tensor(gradient)  # type: ignore[attr-defined]
        their_optimizer.step()
        optimizer.step(theta, gradient_of(theta, step))
    np.testing.assert_allclose(theta, theirs.detach().numpy(), rtol=1e-11, atol=1e-11)


def test_adamw_is_adam_with_decay() -> None:
    start = np.linspace(-1, 1, 30)
    adamw = run(AdamW(0.01, weight_decay=0.3), start.copy(), range(5))
    adam = run(Adam(0.01, weight_decay=0.3), start.copy(), range(5))
    np.testing.assert_array_equal(adamw, adam)
    assert AdamW().weight_decay == 0.01


def test_nadam_counts_its_momenta_by_the_steps() -> None:
    first, theta = Nadam(0.01), np.linspace(-1, 1, 30)
    run(first, theta, range(40))
    saved = {name: vector.copy() for name, vector in first.state.items()}
    expected = run(first, theta.copy(), range(40, 60))
    further = Nadam(0.01)
    run(further, np.ones(30), range(77))
    for optimizer in (Nadam(0.01), further):  # a new one, and one that has counted beyond
        optimizer.state, optimizer.steps = saved, 40
        resumed = run(optimizer, theta.copy(), range(40, 60))
        np.testing.assert_array_equal(resumed, expected)


def test_a_worker_without_parameters_keeps_nadam_in_step() -> None:
    theta, start = np.linspace(-1, 1, 30), np.linspace(-1, 1, 30)
    expected = run(Nadam(0.01), theta.copy(), range(5))
    optimizer = Nadam(0.01)
    run(optimizer, np.empty(0), range(3))
    optimizer.state, optimizer.steps = {}, 0
    np.testing.assert_array_equal(run(optimizer, start, range(5)), expected)


MUTANTS = {
    "the momentum of this step": ("self._momentum(self.steps + 1)", "self._momentum(1)"),
    "no gradient of its own": ("(1 - now) / (1 - product)", "0"),
    "no correction": ("/ (1 - product * following)", "/ 1"),
    "momentum that shrinks": ("1 - 0.5 * math.pow", "0.5 * math.pow"),
    "a sum of momenta": ("self._product *= ", "self._product += "),
    "the root forgotten": ("np.sqrt(s, out=root)", "root[...] = s"),
    "uphill": ("theta -= change\n        np.mult", "theta += change\n        np.mult"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_nadam_is_noticed(name: str) -> None:
    theta = run(Nadam(0.01), np.linspace(-1, 1, 30), range(50))
    wrong = run(mutant(Nadam, *MUTANTS[name])(0.01), np.linspace(-1, 1, 30), range(50))
    assert not np.allclose(wrong, theta, rtol=1e-5, atol=1e-7)
