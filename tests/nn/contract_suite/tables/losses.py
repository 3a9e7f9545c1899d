"""The table of all losses: a line for each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.nn import (
    Array,
    mean_squared_error,
    sigmoid_binary_cross_entropy,
    softmax_cross_entropy,
)

Pair = tuple[Array, Array]


@dataclass(frozen=True)
class LossLine:
    """A loss and what the rules need to know of it.

    `inputs` draws an output and targets, `value` is the plain sum over all rows, divided by their
    number, and `twin` the same in PyTorch. `wrong` makes targets to refuse of right ones.
    """

    loss: Callable[..., tuple[float, Array]]
    inputs: Callable[[np.random.Generator], Pair]
    value: Callable[[Array, Array], float]
    twin: Callable[[Any, Any, Any], Any]
    wrong: dict[str, Callable[[Array], Array]]


def of_classes(generator: np.random.Generator) -> Pair:
    return generator.standard_normal((6, 3, 4)), generator.integers(0, 4, (6, 3))


def of_probabilities(generator: np.random.Generator) -> Pair:
    return generator.standard_normal((6, 3)), generator.random((6, 3))


def of_numbers(generator: np.random.Generator) -> Pair:
    return generator.standard_normal((6, 2, 3)), generator.standard_normal((6, 2, 3))


def plain_softmax(logits: Array, targets: Array) -> float:
    rows, ids = logits.reshape(-1, logits.shape[-1]), targets.ravel()
    losses = [np.log(np.exp(row).sum()) - row[i] for row, i in zip(rows, ids, strict=True)]
    return float(np.mean(losses))


def plain_sigmoid(logits: Array, targets: Array) -> float:
    p = 1 / (1 + np.exp(-logits))
    return float(np.mean(-targets * np.log(p) - (1 - targets) * np.log(1 - p)))


def first_replaced(value: float) -> Callable[[Array], Array]:
    """Return a function that puts a value first in a copy of the targets."""

    def replaced(targets: Array) -> Array:
        targets = targets.copy()
        targets[(0,) * targets.ndim] = value
        return targets

    return replaced


SHAPES: dict[str, Callable[[Array], Array]] = {
    "a row less": lambda targets: targets[1:],
    "an axis more": lambda targets: targets[..., None],
    "an axis less": lambda targets: targets[0],
}

LOSSES = {
    "softmax_cross_entropy": LossLine(
        softmax_cross_entropy,
        of_classes,
        plain_softmax,
        lambda torch, y, t: torch.nn.functional.cross_entropy(y.flatten(0, -2), t.flatten()),
        {
            **SHAPES,
            "floats": lambda targets: targets.astype(float),
            "an id below 0": first_replaced(-1),
            "an id too large": first_replaced(4),
        },
    ),
    "sigmoid_binary_cross_entropy": LossLine(
        sigmoid_binary_cross_entropy,
        of_probabilities,
        plain_sigmoid,
        lambda torch, y, t: torch.nn.functional.binary_cross_entropy_with_logits(y, t),
        {
            **SHAPES,
            "below 0": first_replaced(-0.1),
            "above 1": first_replaced(1.1),
            "not a number": first_replaced(np.nan),
        },
    ),
    "mean_squared_error": LossLine(
        mean_squared_error,
        of_numbers,
        lambda y, t: float(np.mean([(a - b) ** 2 for a, b in zip(y.flat, t.flat, strict=True)])),
        lambda torch, y, t: torch.nn.functional.mse_loss(y, t),
        {
            **SHAPES,
            "not a number": first_replaced(np.nan),
            "infinite": first_replaced(np.inf),
        },
    ),
}
