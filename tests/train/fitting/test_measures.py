import functools

import numpy as np
import pytest

from glassnet.errors import UsageError
from glassnet.nn import Array, mean_squared_error, softmax_cross_entropy
from glassnet.train.fitting.measures import MEASURES, binary_accuracy, measures_of, name_of


def constant(output: Array, targets: Array) -> float:
    return 0.5


def test_names_and_functions() -> None:
    partial = functools.partial(softmax_cross_entropy, ignore_index=0)
    measures = measures_of(["binary_accuracy", constant, partial], axis=0)
    assert list(measures) == ["binary_accuracy", "constant", "softmax_cross_entropy"]
    assert measures["binary_accuracy"] is MEASURES["binary_accuracy"]


def test_means_count_by_their_rows() -> None:
    y = np.ones((2, 7, 3))
    assert measures_of([constant], axis=0)["constant"](y, y) == (1.0, 2)
    assert measures_of([constant], axis=1)["constant"](y, y) == (3.5, 7)
    error = measures_of([mean_squared_error], axis=0)["mean_squared_error"]
    assert error(y, y + 2) == (8.0, 2)


def test_binary_accuracy_is_of_logits() -> None:
    logits = np.array([[0.1], [-0.1], [3.0], [-3.0]])
    assert binary_accuracy(logits, np.array([[1], [1], [0], [0]])) == (2.0, 4)
    assert binary_accuracy(logits, np.array([[0.9], [0.2], [1.0], [0.4]])) == (4.0, 4)


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        (["accuracy", "accuracy"], "there are two metrics of the name 'accuracy'"),
        ([constant, constant], "there are two metrics of the name 'constant'"),
        ([3], "a metric must be a name or a function, not 3"),
        (constant, "metrics must be a list, such as "),
    ],
)
def test_mistakes(metrics: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=f"^{message}"):
        measures_of(metrics, axis=0)


def test_what_is_no_number() -> None:
    def rows(output: Array, targets: Array) -> Array:
        return output[:2]

    y = np.ones(3)
    with pytest.raises(UsageError, match=r"^the metric rows must return a number, not array"):
        measures_of([rows], axis=0)["rows"](y, y)


def test_the_name_of_a_class() -> None:
    class Scorer:
        def __call__(self, output: Array, targets: Array) -> float:
            return 1.0

    assert name_of(Scorer()) == "Scorer"
    assert name_of(functools.partial(functools.partial(constant))) == "constant"
