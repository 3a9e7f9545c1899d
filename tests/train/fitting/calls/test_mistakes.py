"""Mistakes in a call of `fit` are told in one line each."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glassnet.errors import UsageError, UserError
from glassnet.nn import (
    Adam,
    Array,
    Dense,
    Sequential,
    mean_squared_error,
    softmax_cross_entropy,
)
from glassnet.train import History, OptionError, fit
from glassnet.train.objectives.examples.means import Loss
from tests.train.fitting.calls.small import data, fitted, network

x, answers = data()


def nan_at(place: tuple[int, int]) -> Array:
    wrong = x.copy()
    wrong[place] = np.nan
    return wrong


def no_gradient(output: Array, targets: Array) -> float:
    return 1.0


def small_gradient(output: Array, targets: Array) -> tuple[float, Array]:
    return 1.0, output[0]


MISTAKES: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"data": (x, answers[:5])}, UserError, "data has 23 inputs and 5 targets: there must be one"),
    ({"data": (x[:0], answers[:0])}, UserError, "the inputs of data of shape (0, 4) is empty"),
    ({"data": []}, UserError, "data is empty: there are no batches"),
    ({"data": x}, UserError, "data must be a pair (inputs, targets), or a list of such pairs"),
    ({"data": ((x, y) for x, y in [(1, 2)])}, UserError, "data is a generator without a length"),
    ({"data": [(x,)]}, UserError, "batch 1 of data must be a pair of arrays"),
    (
        {"data": (nan_at((7, 2)), answers)},
        UserError,
        "the inputs of data holds nan at [7, 2]: ",
    ),
    ({"data": (x.astype(str), answers)}, UserError, "the inputs of data must hold real numbers"),
    ({"data": (x, answers.astype(float))}, UserError, "softmax_cross_entropy does not take an out"),
    (
        {"data": (x, answers + 5)},
        UserError,
        "softmax_cross_entropy does not take an output of",
    ),
    ({"data": (x[:, :3], answers)}, UserError, "the network does not take inputs of (2, 3): Dense"),
    (
        {"data": ([[1], [1, 2]], [0, 1])},
        UserError,
        "the inputs of data must be an array of numbers whose rows",
    ),
    ({"validation": 1.5}, UserError, "validation=1.5 of 23 examples leaves none to train"),
    ({"validation": 0.001}, UserError, "validation=0.001 of 23 examples leaves none to train"),
    ({"validation": (x, answers[:4])}, UserError, "validation has 23 inputs and 4 targets"),
    (
        {"data": [(x, answers)], "validation": 0.5},
        UserError,
        "validation=0.5 needs arrays: of batches no fraction can be held out",
    ),
    ({"batch": 0}, OptionError, "batch must be a whole number from 1 to"),
    ({"epochs": 1.5}, OptionError, "epochs must be a whole number from 1 to"),
    ({"optimizer": "addam"}, OptionError, "optimizer: there is no optimizer 'addam'; did you mean"),
    (
        {"learning_rat": 1},
        OptionError,
        "there is no option 'learning_rat'; did you mean ",
    ),
    ({"schedule": "cosin"}, OptionError, "schedule: schedule 'cosin' is not known"),
    (
        {"optimizer": Adam(), "learning_rate": 0.1},
        OptionError,
        "learning_rate belongs to the optimizer: Adam(learning_rate=...)",
    ),
    (
        {"metrics": ["acuracy"]},
        UsageError,
        "there is no metric 'acuracy'; did you mean 'ac",
    ),
    ({"metrics": "accuracy"}, UsageError, "metrics must be a list, such as ['accuracy'], not"),
    (
        {"metrics": ["binary_accuracy"], "validation": 0.2},
        UserError,
        "the metric binary_accuracy does not take an output of shape (2, 2) with targets of shape",
    ),
    (
        {"metrics": ["accuracy"]},
        UsageError,
        "metrics are measured in validation: say validation=0.2, or",
    ),
    ({"callback": 3}, UsageError, "callback must be a function, not 3"),
    ({"optimizer": Adam}, OptionError, "optimizer: Adam is a class, and an optimizer is Adam()"),
    (
        {"data": (x, answers, answers)},
        UserError,
        "data must be a pair (inputs, targets), a tuple of two arrays, not a tuple of 3",
    ),
    ({"data": [x, answers]}, UserError, "data must be a pair (inputs, targets), a tuple of two"),
    (
        {"data": (np.array([[1], [1, 2]], object), [0, 1])},
        UserError,
        "the inputs of data must be an array of numbers whose rows have the same shape: pad sequ",
    ),
    (
        {"loss": x, "data": answers},
        UsageError,
        "loss must be a function, such as glassnet.nn.softmax_cross_entropy, not a ndarray; then "
        "come the data, as in (inputs, targets)",
    ),
    ({"loss": "mse"}, UsageError, "loss must be a function, such as glassnet.nn.softmax_cross"),
    ({"loss": no_gradient}, UserError, "no_gradient must return its value and the gradient for th"),
    ({"loss": small_gradient}, UserError, "small_gradient must return a gradient of the output's"),
    ({"network": "network"}, UsageError, "network must be a Layer, such as Sequential(...), not"),
    ({"resume": True}, UsageError, "resume=True needs save, the folder of the run"),
    ({"batch_axis": -1}, UserError, "batch_axis must be a whole number from 0, or two of them"),
    ({"batch_axis": 3}, UserError, "the inputs of data of shape (23, 4) has no axis 3 of examples"),
]


@pytest.mark.parametrize(("changes", "kind", "message"), MISTAKES)
def test_mistakes_are_told_in_one_line(
    changes: dict[str, Any], kind: type[Exception], message: str
) -> None:
    arguments: dict[str, Any] = {
        "network": network(),
        "loss": softmax_cross_entropy,
        "data": (x, answers),
        "progress": False,
    } | changes
    call: Callable[..., History] = fit
    with pytest.raises(kind) as error:
        call(**arguments)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_a_batch_with_nan_is_named_when_it_comes() -> None:
    with pytest.raises(UserError, match=r"^the inputs of batch 2 of data holds nan at \[0, 1\]: "):
        fitted(data=[(x, answers), (nan_at((0, 1)), answers)])


def test_losses_of_ones_own() -> None:
    def halved(output: Array, targets: Array) -> tuple[float, Array]:
        value, gradient = softmax_cross_entropy(output, targets)
        return value / 2, gradient / 2

    loss: Loss = halved
    one, two = Sequential(Dense(4, 2)), Sequential(Dense(4, 2))
    options: dict[str, Any] = {"optimizer": "sgd", "progress": False, "epochs": 2}
    fit(one, loss, data(), learning_rate=0.2, **options)
    fit(two, softmax_cross_entropy, data(), learning_rate=0.1, **options)
    np.testing.assert_allclose(one.theta, two.theta, rtol=1e-5, atol=1e-7)
    regression = fit(
        Sequential(Dense(4, 1)), mean_squared_error, (x, x[:, :1]), progress=False, epochs=2
    )
    assert regression.finished
