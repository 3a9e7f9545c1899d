"""Task 2: softmax cross-entropy, its value and its gradient."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from glassnet import nn
from glassnet.learn.comparison import Named, Report, compare, exact_gradients, named
from glassnet.learn.mistakes import mistake, variants
from glassnet.learn.reader import Reader
from glassnet.learn.tasks.task import Task
from glassnet.nn import Array


def softmax_cross_entropy(logits: Array, targets: Array) -> tuple[float, Array]:
    """Return the mean of -log p[target] and its gradient: `nn.plain` without smoothed targets.

    Parameters
    ----------
    logits : array
        One number for each class.
    targets : array of int
        The right class of each row.

    Shapes
    ------
    - logits: (N, classes)
    - targets: (N,)
    """
    rows = np.arange(len(logits))
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    loss = -np.log(probabilities[rows, targets]).mean()
    one_hot = np.zeros_like(logits)
    one_hot[rows, targets] = 1
    return float(loss), (probabilities - one_hot) / len(logits)


_SHIFTED = "logits - logits.max(axis=1, keepdims=True)"
MISTAKES = (
    mistake(
        "The gradient is p for all classes: the target is forgotten. The term -z[t] of the loss "
        "takes 1 away from the gradient for the right class, so that it becomes p - 1 there.",
        ("(probabilities - one_hot)", "probabilities"),
    ),
    mistake(
        "The gradient is not divided by the number of examples. The loss is a mean over them, so "
        "each counts 1/N.",
        (") / len(logits)", ")"),
    ),
    mistake(
        "Only the 1 of the target is divided by N. In `p - q / N` the division comes first: put "
        "the difference in parentheses.",
        ("(probabilities - one_hot) / len(logits)", "probabilities - one_hot / len(logits)"),
    ),
    mistake(
        "Only the probabilities are divided by N. The 1 of the target is as well.",
        ("(probabilities - one_hot) / len(logits)", "probabilities / len(logits) - one_hot"),
    ),
    mistake(
        "The gradient is divided by all logits, N · K. The loss is a mean over the N examples.",
        (") / len(logits)", ") / logits.size"),
    ),
    mistake(
        "The 1 is taken away from the class next to the right one: the index is one too small.",
        ("one_hot[rows, targets] = 1", "one_hot[rows, targets - 1] = 1"),
    ),
    mistake(
        "The 1 is taken away from the class next to the right one: the index is one too large.",
        (
            "one_hot[rows, targets] = 1",
            "one_hot[rows, (targets + 1) % logits.shape[1]] = 1",
        ),
    ),
    mistake(
        "The 1 is taken away from whole columns. `array[:, targets]` means every row in each of "
        "these columns; `array[np.arange(N), targets]` is one element in each row.",
        ("one_hot[rows, targets] = 1", "one_hot[:, targets] = 1"),
    ),
    mistake(
        "The gradient has the wrong sign: it is target minus probability. The loss has to grow "
        "where a wrong class becomes likelier, so the gradient is p there, not -p.",
        ("(probabilities - one_hot)", "(one_hot - probabilities)"),
    ),
    mistake(
        "This is the gradient for the probabilities, -1/p for the right class, and not for the "
        "logits. It still has to go back through softmax; the form with log Σ exp(z) - z[t] does "
        "so at once.",
        ("(probabilities - one_hot)", "(-one_hot / probabilities)"),
    ),
    mistake(
        "The loss is an array with that of each example. It is their mean.",
        (".mean()", ""),
        ("float(loss)", "loss"),
    ),
    mistake(
        "`probabilities[:, targets]` has every row, in each of these columns. One element of each "
        "row is wanted: `probabilities[np.arange(N), targets]`.",
        ("probabilities[rows, targets]", "probabilities[:, targets]"),
    ),
    mistake(
        "The gradient for the right class is p + 1. The term -z[t] of the loss takes 1 away, so it "
        "is p - 1.",
        ("one_hot[rows, targets] = 1", "one_hot[rows, targets] = -1"),
    ),
    mistake(
        "The loss is the sum over the examples, and should be their mean.",
        (".mean()", ".sum()"),
    ),
    mistake(
        "The loss has the wrong sign: log p is negative, -log p is not.",
        ("-np.log(", "np.log("),
    ),
    mistake(
        "The loss is in bits: that is the logarithm to base 2. np.log is the natural one.",
        ("-np.log(", "-np.log2("),
    ),
    mistake(
        "This is the probability of the right class itself; the loss is minus its logarithm.",
        ("-np.log(probabilities[rows, targets])", "probabilities[rows, targets]"),
    ),
    mistake(
        "`probabilities[targets]` picks whole rows, by the numbers of the targets. One element of "
        "each row is wanted: `probabilities[np.arange(N), targets]`.",
        ("probabilities[rows, targets]", "probabilities[targets]"),
    ),
    mistake(
        "The loss takes the mean over all classes. Only the probability of the right class counts.",
        ("-np.log(probabilities[rows, targets])", "-np.log(probabilities)"),
    ),
    mistake(
        "The probabilities are normalized over the examples, along axis 0. The classes of one "
        "example compete with each other, so each row has to sum to 1: axis 1.",
        ("exponentials.sum(axis=1, keepdims=True)", "exponentials.sum(axis=0, keepdims=True)"),
    ),
    mistake(
        "The probabilities are normalized over the whole array. Each example has a distribution "
        "of its own, so each row has to sum to 1: axis 1.",
        ("exponentials.sum(axis=1, keepdims=True)", "exponentials.sum()"),
    ),
    mistake(
        "Large logits overflow: exp(1000) is infinite, and infinity / infinity is nan. Subtract "
        "the largest logit of each row first. That changes no probability, since it divides "
        "numerator and denominator by the same number, and then exp is at most 1.",
        (_SHIFTED, "logits"),
    ),
    mistake(
        "One maximum of all logits is subtracted. A row whose logits are all far below it becomes "
        "exp(-2000) = 0 everywhere, and 0 / 0 is nan. Take the maximum of each row: axis=1, "
        "keepdims=True.",
        (_SHIFTED, "logits - logits.max()"),
    ),
    mistake(
        "The mean of each row is subtracted. That is allowed, but it does not keep exp from "
        "overflowing where one logit is far above the others. The largest does.",
        (_SHIFTED, "logits - logits.mean(axis=1, keepdims=True)"),
    ),
    mistake(
        "The largest logit is subtracted in the numerator, and not in the sum below it. So a row "
        "does not sum to 1.",
        ("exponentials.sum(axis=1", "np.exp(logits).sum(axis=1"),
    ),
)

HINTS = (
    "Without regard to large logits first: E = np.exp(logits) is (N, K). Each row of E has to be "
    "divided by its own sum. `E.sum(axis=1, keepdims=True)` is (N, 1), and NumPy stretches it "
    "over the columns.",
    "Large logits: subtract the largest of each row before exp. It is "
    "`logits.max(axis=1, keepdims=True)`.",
    "The loss: `probabilities[np.arange(len(logits)), targets]` are the probabilities of the right "
    "classes. Take minus the logarithm, then the mean.",
    "The derivative of log Σⱼ exp(z[j]) for z[k] is exp(z[k]) / Σⱼ exp(z[j]). You have met this "
    "number: it is p[k]. And -z[t] gives -1 for k = t, 0 for the others.",
    "So the gradient is a copy of the probabilities, with 1 taken away from the right class of "
    "each row, all divided by N:\n\n"
    "    dlogits = probabilities.copy()\n"
    "    dlogits[np.arange(len(logits)), targets] -= 1\n"
    "    dlogits /= len(logits)",
)


def check(reader: Reader) -> Report:
    """Check `softmax_cross_entropy`: with small logits, then with large ones.

    Parameters
    ----------
    reader : Reader
        The reader's file.
    """
    generator = np.random.default_rng(2)
    logits = generator.normal(size=(5, 4))
    targets = np.array([0, 3, 1, 1, 2])
    report = _check_logits(reader, logits, targets)
    if not report.wrong:
        far = logits + 1000 * np.array([[1], [-1], [0], [1], [-2]])
        far[2, 0] += 2000  # and one logit far above those of its row, as that of the target
        of_far = _check_logits(reader, far, np.array([0, 3, 0, 1, 2]))
        report.add(of_far)
        if of_far.wrong:
            report.notes.append(
                "With small logits all is right. These were logits such as 1000, -2000 or 3000."
            )
    return report


def _check_logits(reader: Reader, logits: Array, targets: Array) -> Report:
    def run(function: Callable[..., Any]) -> Named:
        return named(function(logits, targets), "loss", "dlogits")

    def loss(logits: Array) -> Array:
        return np.array([nn.softmax_cross_entropy(logits, targets)[0]])

    right = {"loss": loss(logits)[0], **exact_gradients(loss, {"logits": logits}, np.ones(1))}
    readers = reader.function("softmax_cross_entropy")
    return compare(run, readers, right, partial(variants, softmax_cross_entropy, MISTAKES))


TASK = Task(
    2,
    "cross_entropy",
    "Softmax cross-entropy: the loss and its gradient",
    check,
    HINTS,
    (softmax_cross_entropy,),
)
