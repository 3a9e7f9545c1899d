"""The lines of activations."""

from collections.abc import Callable

import numpy as np

from glassnet.nn import (
    ELU,
    GELU,
    Array,
    BatchShard,
    Layer,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
    plain,
)
from tests.nn.contract_suite.tables import layer_oracles as oracles
from tests.nn.contract_suite.tables import layer_twins as twins
from tests.nn.contract_suite.tables.layer_oracles import Oracle, Results
from tests.nn.contract_suite.tables.layer_twins import Twin
from tests.nn.contract_suite.tables.lines.line import LayerLine


def slope_of_tanh(x: Array) -> Array:
    return np.asarray(1 - np.tanh(x) ** 2)


def sloped(f: Callable[[Array], tuple[Array, Array]]) -> Oracle:
    """Return the oracle of a plain activation, which returns values and slopes."""

    def results(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
        y, slopes = f(x)
        return {"y": y, "x": dy * slopes}

    return results


def functional(name: str, **options: object) -> Twin:
    """Return the twin that is a function of torch.nn.functional, of x alone."""
    return lambda layer, p, x, draw: getattr(twins.torch().nn.functional, name)(x, **options)


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
    "LeakyReLU": LayerLine(
        lambda: LeakyReLU(0.2),
        (4, 3),
        sloped(lambda x: plain.leaky_relu(x, 0.2)),
        functional("leaky_relu", negative_slope=0.2),
    ),
    "ELU": LayerLine(ELU, (4, 3), sloped(plain.elu), functional("elu")),
    "ELU with alpha": LayerLine(
        lambda: ELU(0.3),
        (4, 3, 2),
        sloped(lambda x: plain.elu(x, 0.3)),
        functional("elu", alpha=0.3),
    ),
    "GELU": LayerLine(GELU, (4, 3), sloped(plain.gelu), functional("gelu")),
    "GELU by tanh": LayerLine(
        lambda: GELU("tanh"),
        (4, 3, 2),
        sloped(plain.gelu_tanh),
        functional("gelu", approximate="tanh"),
    ),
    "SiLU": LayerLine(SiLU, (4, 3), sloped(plain.silu), functional("silu")),
    "Softplus": LayerLine(Softplus, (4, 3), sloped(plain.softplus), functional("softplus")),
    "Softplus with beta": LayerLine(
        lambda: Softplus(2.5),
        (4, 3, 2),
        sloped(lambda x: plain.softplus(x, 2.5)),
        functional("softplus", beta=2.5, threshold=1e9),
    ),
}
