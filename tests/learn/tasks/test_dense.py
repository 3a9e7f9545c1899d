from typing import Any

import numpy as np
import pytest

from glassnet.learn.mistakes import Mistake, variants
from glassnet.learn.tasks.dense import MISTAKES, TASK
from glassnet.nn import Array
from glassnet.nn.layers.dense import Dense
from glassnet.nn.plain import dense_backward
from tests.learn.solved import reader_of
from tests.mutate import mutant
from tests.nn.layers.test_dense import WRONG


def test_the_solution_is_right() -> None:
    report = TASK.check(reader_of(TASK))
    assert report.passed
    assert list(report.right) == ["dx", "dW", "db"]
    assert report.error < 1e-15


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.changes[0][1])
def test_every_mistake_is_explained(mistake: Mistake) -> None:
    (wrong,) = variants(dense_backward, [mistake])
    report = TASK.check(reader_of(TASK, dense_backward=wrong.function))
    assert report.explanations == [mistake.explanation]


EXPLANATIONS = [  # of the table WRONG, in its order
    "In dx, W has to be transposed",
    "dx is 1.00001 times what it should be, everywhere.",
    "db is the mean over the examples",
    "db is zero.",
    "dW comes from the last example alone",
]


@pytest.mark.parametrize(("wrong", "explanation"), list(zip(WRONG, EXPLANATIONS, strict=True)))
def test_every_wrong_dense_layer_of_the_tests_is_explained(
    wrong: tuple[str, str, str], explanation: str
) -> None:
    def dense_backward(dy: Array, x: Array, W: Array) -> dict[str, Any]:
        layer = mutant(Dense, *wrong[:2])(*W.shape).initialize(np.random.default_rng(0), float)
        layer.W[...] = W
        layer.forward(x)
        return {"x": layer.backward(dy), **layer.gradients}

    (found,) = TASK.check(reader_of(TASK, dense_backward=dense_backward)).explanations
    assert found.startswith(explanation)


def test_two_mistakes_are_told_apart() -> None:
    def dense_backward(dy: Array, x: Array, W: Array) -> dict[str, Array]:
        return {"x": dy @ W.T, "W": dy.T @ x, "b": dy.mean(axis=0)}

    report = TASK.check(reader_of(TASK, dense_backward=dense_backward))
    assert list(report.right) == ["dx"]
    assert [text[:2] for text in report.explanations] == ["dW", "db"]
