from typing import Any

import numpy as np
import pytest
from hypothesis import given

from glassnet.nn import SGD, Adagrad, Adam, Array, Lion, Nadam, Optimizer, RMSprop
from glassnet.nn.plain import adagrad, adam, lion, nadam, rmsprop, sgd
from glassnet.nn.testing import arrays, shapes


@pytest.mark.parametrize(
    ("optimizer", "plain", "memories"),
    [
        (SGD(0.1, momentum=0.7), lambda *a, step: sgd(*a, 0.1, 0.7), 1),
        (RMSprop(0.1, rho=0.8), lambda *a, step: rmsprop(*a, 0.1, 0.8), 1),
        (Adam(0.1, 0.8, 0.9), lambda *a, step: adam(*a, step, 0.1, 0.8, 0.9), 2),
        (
            Nadam(0.1, 0.8, 0.9, 1e-6, 0.5),
            lambda *a, step: nadam(*a, step, 0.1, 0.8, 0.9, 1e-6, 0.5),
            2,
        ),
        (Adagrad(0.1, 1e-6), lambda *a, step: adagrad(*a, 0.1, 1e-6), 1),
        (Lion(0.1, 0.7, 0.8), lambda *a, step: lion(*a, 0.1, 0.7, 0.8), 1),
    ],
    ids=["sgd", "rmsprop", "adam", "nadam", "adagrad", "lion"],
)
@given(gradients=arrays(shapes(2)))
def test_equals_the_fast_optimizer(
    optimizer: Optimizer, plain: Any, memories: int, gradients: Array
) -> None:
    optimizer.state, optimizer.steps = {}, 0
    theta = np.ones(gradients.shape[1])
    found, memory = theta.copy(), [np.zeros_like(theta) for _ in range(memories)]
    for step, gradient in enumerate(gradients, start=1):
        optimizer.step(theta, gradient)
        found, *memory = plain(found, gradient, *memory, step=step)
        np.testing.assert_allclose(found, theta, rtol=1e-10, atol=1e-12)
    for vector, expected in zip(memory, optimizer.state.values(), strict=True):
        np.testing.assert_allclose(vector, expected, rtol=1e-10, atol=1e-12)
