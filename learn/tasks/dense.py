"""Task 1: the gradient of a dense layer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from glassnet.learn.comparison import Named, Report, compare, exact_gradients, named
from glassnet.learn.mistakes import mistake, variants
from glassnet.learn.reader import Reader
from glassnet.learn.tasks.task import Task
from glassnet.nn.plain import dense_backward, dense_forward

MISTAKES = (
    mistake(
        "In dx, W has to be transposed: dx[n, i] sums dy[n, j] W[i, j] over the neurons j, which "
        "are the columns of W.",
        ("dy @ W.T", "dy @ W"),
    ),
    mistake(
        "dW is transposed: its row i and column j belong to input i and neuron j, as in W.",
        ("x.T @ dy", "dy.T @ x"),
    ),
    mistake(
        "db is the mean over the examples, and should be their sum. Each example changes the loss "
        "in a way of its own, and ways add up. (Where the loss is a mean, dy has that factor.)",
        ("dy.sum(axis=0)", "dy.mean(axis=0)"),
    ),
    mistake(
        "dW is the mean over the examples, and should be their sum. (Where the loss is a mean, dy "
        "has that factor already.)",
        ("x.T @ dy", "x.T @ dy / len(x)"),
    ),
    mistake(
        "db is summed over the neurons instead of the examples. b[j] belongs to one neuron and is "
        "used by all examples, so the sum goes over the rows: axis 0.",
        ("dy.sum(axis=0)", "dy.sum(axis=1)"),
    ),
    mistake(
        "db is summed over everything. Each neuron has a bias of its own, so only the examples are "
        "summed: axis 0.",
        ("dy.sum(axis=0)", "dy.sum()"),
    ),
    mistake(
        "db is dy of each example. The same b is used by all examples, so what they say has to be "
        "added up: a sum over axis 0.",
        ('"b": dy.sum(axis=0)', '"b": dy'),
    ),
    mistake(
        "db is zero. b is added to y as it is, so dy counts for it in full, once for each example.",
        ("dy.sum(axis=0)", "0 * dy.sum(axis=0)"),
    ),
    mistake(
        "dx comes from the last neuron alone. A loop over neurons adds to dx: += and not =.",
        ("dy @ W.T", "dy[:, -1:] @ W[:, -1:].T"),
    ),
    mistake(
        "dW comes from the last example alone. A loop over examples adds to dW: += and not =.",
        ("x.T @ dy", "x[-1:].T @ dy[-1:]"),
    ),
    mistake(
        "db comes from the last example alone. A loop over examples adds to db: += and not =.",
        ("dy.sum(axis=0)", "dy[-1]"),
    ),
    mistake(
        "dW does not depend on x in your formula. y changes by x[n, i] where W[i, j] changes by 1, "
        "so x[n, i] is a factor.",
        ("x.T @ dy", "(0 * x.T + 1) @ dy"),
    ),
    mistake(
        "dx is multiplied by x. In y = x W + b, what x[n, i] is multiplied by is W[i, j] alone.",
        ("dy @ W.T", "dy @ W.T * x"),
    ),
)

HINTS = (
    "Begin with db. If b[j] grows by a little, which elements of y grow by just as much? Each of "
    "them changes the loss by its dy.",
    "b[j] is in y[n, j] for every example n. So db[j] is the sum of dy[n, j] over n. In NumPy, "
    "a sum over the rows is a sum over axis 0.",
    "W[i, j] is in y[n, j] for every n, with the factor x[n, i]:\n\n"
    "    dW[i, j] = Σₙ x[n, i] dy[n, j]\n\n"
    "A matrix product sums over the last axis of its first factor and the first axis of its "
    "second. Here the sum goes over n, the first axis of both. So one of them is transposed.",
    "x[n, i] is in y[n, j] for every neuron j, with the factor W[i, j]:\n\n"
    "    dx[n, i] = Σⱼ dy[n, j] W[i, j]\n\n"
    "The sum goes over j, the last axis of both. So the second is transposed.",
    "db = dy.sum(axis=0). dW is (D, F), and is made of x (N, D) and dy (N, F): only x.T @ dy has "
    "this shape. dx is (N, D), and is made of dy (N, F) and W (D, F) in the same way.",
)


def check(reader: Reader) -> Report:
    """Check `dense_backward`: with as many neurons as inputs, then with another number.

    Parameters
    ----------
    reader : Reader
        The reader's file.
    """
    report = Report()
    for rows, inputs, outputs in ((4, 3, 3), (5, 3, 2)):
        found = _check_size(reader, rows, inputs, outputs)
        report.add(found)
        if not found.passed:
            break
    return report


def _check_size(reader: Reader, rows: int, inputs: int, outputs: int) -> Report:
    generator = np.random.default_rng(1)
    x, W = generator.normal(size=(rows, inputs)), generator.normal(size=(inputs, outputs))
    b, dy = generator.normal(size=outputs), generator.normal(size=(rows, outputs))

    def run(function: Callable[..., Any]) -> Named:
        return named(function(dy, x, W), "dx", "dW", "db")

    right = exact_gradients(dense_forward, {"x": x, "W": W, "b": b}, dy)
    readers = reader.function("dense_backward")
    return compare(run, readers, right, partial(variants, dense_backward, MISTAKES))


TASK = Task(1, "dense", "The gradient of a dense layer", check, HINTS, (dense_backward,))
