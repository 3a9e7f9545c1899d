"""The table of all losses: a line for each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from glassnet.nn import (
    Array,
    huber_loss,
    mean_absolute_error,
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


def of_classes_with_padding(generator: np.random.Generator) -> Pair:
    logits, targets = of_classes(generator)
    targets[:, -1] = -1  # a class less in each row
    return logits, targets


def smoothed_softmax(smoothing: float) -> Callable[[Array, Array], float]:
    """Return the mean cross-entropy to smoothed targets over all rows but those of -1."""

    def value(logits: Array, targets: Array) -> float:
        losses = []
        for row, i in zip(logits.reshape(-1, logits.shape[-1]), targets.ravel(), strict=True):
            if i >= 0:
                wanted = np.full(len(row), smoothing / len(row))
                wanted[i] += 1 - smoothing
                losses.append(-wanted @ np.log(np.exp(row) / np.exp(row).sum()))
        return float(np.mean(losses))

    return value


def plain_softmax(logits: Array, targets: Array) -> float:
    rows, ids = logits.reshape(-1, logits.shape[-1]), targets.ravel()
    losses = [np.log(np.exp(row).sum()) - row[i] for row, i in zip(rows, ids, strict=True)]
    return float(np.mean(losses))


def plain_sigmoid(logits: Array, targets: Array) -> float:
    p = 1 / (1 + np.exp(-logits))
    return float(np.mean(-targets * np.log(p) - (1 - targets) * np.log(1 - p)))


def plain_huber(delta: float) -> Callable[[Array, Array], float]:
    def value(y: Array, t: Array) -> float:
        sizes = [abs(a - b) for a, b in zip(y.flat, t.flat, strict=True)]
        return float(np.mean([d**2 / 2 if d <= delta else delta * (d - delta / 2) for d in sizes]))

    return value


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

NUMBERS = {
    **SHAPES,
    "not a number": first_replaced(np.nan),
    "infinite": first_replaced(np.inf),
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
    "softmax_cross_entropy, smoothed, of padded rows": LossLine(
        partial(softmax_cross_entropy, label_smoothing=0.2, ignore_index=-1),
        of_classes_with_padding,
        smoothed_softmax(0.2),
        lambda torch, y, t: torch.nn.functional.cross_entropy(
            y.flatten(0, -2), t.flatten(), ignore_index=-1, label_smoothing=0.2
        ),
        {
            **SHAPES,
            "floats": lambda targets: targets.astype(float),
            "an id below 0": first_replaced(-2),
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
        NUMBERS,
    ),
    "mean_absolute_error": LossLine(
        mean_absolute_error,
        of_numbers,
        lambda y, t: float(np.mean([abs(a - b) for a, b in zip(y.flat, t.flat, strict=True)])),
        lambda torch, y, t: torch.nn.functional.l1_loss(y, t),
        NUMBERS,
    ),
    "huber_loss": LossLine(
        huber_loss,
        of_numbers,
        plain_huber(1.0),
        lambda torch, y, t: torch.nn.functional.huber_loss(y, t),
        NUMBERS,
    ),
    "huber_loss of a delta": LossLine(
        partial(huber_loss, delta=0.4),
        of_numbers,
        plain_huber(0.4),
        lambda torch, y, t: torch.nn.functional.huber_loss(y, t, delta=0.4),
        NUMBERS,
    ),
}
