"""The lines of activations."""

import numpy as np

from glassnet.nn import Array, ReLU, Sigmoid, Softmax, Tanh
from tests.nn.contract_suite.tables import layer_oracles as oracles
from tests.nn.contract_suite.tables import layer_twins as twins
from tests.nn.contract_suite.tables.lines.line import LayerLine


def slope_of_tanh(x: Array) -> Array:
    return np.asarray(1 - np.tanh(x) ** 2)


ACTIVATIONS: dict[str, LayerLine] = {
    "ReLU": LayerLine(
        ReLU,
        (4, 3),
        oracles.elementwise(lambda x: np.where(x > 0, x, 0), lambda x: x > 0),
        twins.function("relu"),
    ),
    "Sigmoid": LayerLine(
        Sigmoid,
        (4, 3, 2),
        oracles.elementwise(oracles.logistic, lambda x: oracles.logistic(x) * oracles.logistic(-x)),
        twins.function("sigmoid"),
    ),
    "Softmax": LayerLine(Softmax, (4, 3, 5), oracles.softmax, twins.function("softmax", dim=-1)),
    "Tanh": LayerLine(
        Tanh, (4, 3), oracles.elementwise(np.tanh, slope_of_tanh), twins.function("tanh")
    ),
}
