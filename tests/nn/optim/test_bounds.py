"""The bounds of the options of all optimizers, from both sides."""

import inspect

import pytest

from glassnet.nn import SGD, Adadelta, Adagrad, Adam, AdamW, Lion, Nadam, Optimizer, RMSprop

KINDS = (SGD, Lion, Adagrad, RMSprop, Adadelta, Adam, AdamW, Nadam)
OPTIONS = [(kind, name) for kind in KINDS for name in inspect.signature(kind).parameters]
RATES = [(kind, name) for kind, name in OPTIONS if name in {"momentum", "beta1", "beta2", "rho"}]
EPSILONS = [(kind, name) for kind, name in OPTIONS if name == "epsilon"]


@pytest.mark.parametrize(("kind", "name"), RATES)
def test_a_rate_is_from_0_to_below_1(kind: type[Optimizer], name: str) -> None:
    for value in (0.0, 0.999):
        assert getattr(kind(**{name: value}), name) == value
    for value in (-0.001, 1.0, 1.5):
        with pytest.raises(ValueError, match=f"{name} must be at least 0 and below 1, not {value}"):
            kind(**{name: value})


@pytest.mark.parametrize(("kind", "name"), EPSILONS)
def test_epsilon_is_above_0(kind: type[Optimizer], name: str) -> None:
    assert kind(epsilon=1e-30).epsilon == 1e-30  # type: ignore[attr-defined, call-arg]
    for value in (0.0, -1e-8):
        with pytest.raises(ValueError, match=f"epsilon must be above 0, not {value}"):
            kind(epsilon=value)  # type: ignore[call-arg]


def test_there_is_no_weight_decay_unless_it_is_asked_for() -> None:
    assert Optimizer(0.1).weight_decay == 0
    for kind in set(KINDS) - {AdamW}:
        assert kind().weight_decay == 0
