"""The tables of all optimizers and averages, with more lines where other code runs."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from glassnet.nn import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Array,
    ExponentialMovingAverage,
    Lion,
    Nadam,
    Optimizer,
    RMSprop,
    WeightPenalty,
    plain,
)

State = dict[str, Array]
Formula = Callable[[Array, Array, State, int, float], Array]
"""(theta, g, state, step counted from 1, learning rate) -> theta; it sets the state anew."""


@dataclass(frozen=True)
class OptimizerLine:
    """An optimizer and what the rules need to know of it.

    `kind` and `options` build it, `formula` is one step without weight decay, and `torch` the name
    and options of PyTorch's, which has no Lion. `state` names what it must keep.
    """

    kind: Callable[..., Optimizer]
    formula: Formula
    torch: str | None
    torch_options: dict[str, object]
    state: tuple[str, ...]
    options: dict[str, float] = field(default_factory=dict)

    def build(self, **more: float) -> Optimizer:
        return self.kind(**{**self.options, **more})


def descent(theta: Array, g: Array, state: State, step: int, rate: float) -> Array:
    return theta - rate * g


def momentum(theta: Array, g: Array, state: State, step: int, rate: float) -> Array:
    theta, state["velocity"] = plain.sgd(theta, g, state["velocity"], rate)
    return theta


def lion(theta: Array, g: Array, state: State, step: int, rate: float) -> Array:
    theta, state["mean"] = plain.lion(theta, g, state["mean"], rate)
    return theta


def adagrad(theta: Array, g: Array, state: State, step: int, rate: float) -> Array:
    theta, state["sum_of_squares"] = plain.adagrad(theta, g, state["sum_of_squares"], rate)
    return theta


def rmsprop(theta: Array, g: Array, state: State, step: int, rate: float) -> Array:
    theta, state["mean_square"] = plain.rmsprop(theta, g, state["mean_square"], rate)
    return theta


def adadelta(theta: Array, g: Array, state: State, step: int, rate: float) -> Array:
    s = state["mean_square"] = 0.95 * state["mean_square"] + 0.05 * g**2
    u = state["mean_square_change"]
    change = np.sqrt(u + 1e-7) / np.sqrt(s + 1e-7) * g
    state["mean_square_change"] = 0.95 * u + 0.05 * change**2
    return theta - rate * change


def adam(theta: Array, g: Array, state: State, step: int, rate: float) -> Array:
    mean, square = state["mean"], state["mean_square"]
    theta, state["mean"], state["mean_square"] = plain.adam(theta, g, mean, square, step, rate)
    return theta


def nadam(theta: Array, g: Array, state: State, step: int, rate: float) -> Array:
    mean, square = state["mean"], state["mean_square"]
    theta, state["mean"], state["mean_square"] = plain.nadam(theta, g, mean, square, step, rate)
    return theta


def keras_nadam(theta: Array, g: Array, state: State, step: int, rate: float) -> Array:
    theta, state["mean"], state["mean_square"] = plain.nadam(
        theta, g, state["mean"], state["mean_square"], step, rate, 0.8, 0.99, 1e-7, 1.0
    )
    return theta


OPTIMIZER_LINES = {
    "SGD": OptimizerLine(SGD, momentum, "SGD", {"momentum": 0.9}, ("velocity",)),
    "SGD without momentum": OptimizerLine(SGD, descent, "SGD", {}, (), {"momentum": 0}),
    "RMSprop": OptimizerLine(
        RMSprop, rmsprop, "RMSprop", {"alpha": 0.95, "eps": 1e-8}, ("mean_square",)
    ),
    "Adadelta": OptimizerLine(
        Adadelta,
        adadelta,
        "Adadelta",
        {"rho": 0.95, "eps": 1e-7},
        ("mean_square", "mean_square_change"),
    ),
    "Adam": OptimizerLine(
        Adam, adam, "Adam", {"betas": (0.9, 0.999), "eps": 1e-8}, ("mean", "mean_square")
    ),
    "AdamW": OptimizerLine(
        AdamW, adam, "Adam", {"betas": (0.9, 0.999), "eps": 1e-8}, ("mean", "mean_square")
    ),
    "Nadam": OptimizerLine(
        Nadam, nadam, "NAdam", {"betas": (0.9, 0.999), "eps": 1e-8}, ("mean", "mean_square")
    ),
    "Nadam with the options of Keras": OptimizerLine(
        Nadam,
        keras_nadam,
        "NAdam",
        {"betas": (0.8, 0.99), "eps": 1e-7, "momentum_decay": 1.0},
        ("mean", "mean_square"),
        {"beta1": 0.8, "beta2": 0.99, "epsilon": 1e-7, "momentum_decay": 1.0},
    ),
    "Adagrad": OptimizerLine(Adagrad, adagrad, "Adagrad", {"eps": 1e-10}, ("sum_of_squares",)),
    "Lion": OptimizerLine(Lion, lion, None, {}, ("mean",)),
}

AVERAGES: dict[str, Callable[[float], ExponentialMovingAverage]] = {
    "ExponentialMovingAverage": ExponentialMovingAverage
}
"""decay -> an average of weights"""

Penalty = tuple[Callable[[], WeightPenalty], Callable[[float], float], Callable[[float], float]]
PENALTIES: dict[str, Penalty] = {
    "L1": (lambda: WeightPenalty({"*.W": 0.3}), lambda w: 0.3 * abs(w), lambda w: 0.3 * np.sign(w)),
    "L2": (lambda: WeightPenalty(l2={"*.W": 0.3}), lambda w: 0.3 * w**2, lambda w: 0.6 * w),
}
"""Of each penalty: what builds it for all W, that of a weight, and its slope."""
