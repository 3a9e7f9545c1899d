from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted, write
from glassnet.convert.keras.layer import KerasLayer
from glassnet.convert.keras.layers.activations import read_relu, read_softmax
from glassnet.nn import (
    ELU,
    GELU,
    Dense,
    Layer,
    LeakyReLU,
    ReLU,
    Sequential,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from tests.convert.keras.agreement import (
    keras_module,
    require_agreement,
    require_reading,
    require_round_trip,
    with_random_weights,
)

LAYERS = [
    ELU(0.5),
    GELU(),
    LeakyReLU(0.25),
    ReLU(),
    SiLU(),
    Sigmoid(),
    Softmax(),
    Softplus(),
    Tanh(),
]


def test_keras_computes_the_same(tmp_path: Path) -> None:
    network = with_random_weights(Sequential(Dense(4, 4), *LAYERS))
    x = np.random.default_rng(2).normal(0, 3, size=(5, 4)).astype(np.float32)
    for last in range(1, 1 + len(LAYERS)):  # each one's own output
        part = Sequential(Dense(4, 4), *(type(layer)() for layer in LAYERS[last - 1 : last]))
        require_agreement(with_random_weights(part), x, tmp_path)
    require_agreement(network, x, tmp_path)


def test_there_and_back(tmp_path: Path) -> None:
    layers: list[Layer] = [ELU(0.5), GELU(), LeakyReLU(0.25), ReLU(), SiLU(), Softmax(), Tanh()]
    x = np.random.default_rng(2).normal(0, 3, size=(5, 4)).astype(np.float32)
    require_round_trip(with_random_weights(Sequential(Dense(4, 4), *layers)), x, tmp_path)


NAMES = ["elu", "gelu", "leaky_relu", "linear", "relu", "sigmoid", "silu", "softmax", "softplus"]


@pytest.mark.parametrize("name", [*NAMES, "swish", "tanh"])
def test_what_keras_writes(name: str, tmp_path: Path) -> None:
    layers = keras_module().layers
    model = keras_module().Sequential(
        [layers.Input((4,)), layers.Dense(4, activation=name), layers.Activation(name)]
    )
    x = np.random.default_rng(2).normal(size=(5, 4)).astype(np.float32)
    require_reading(model, x - 1, tmp_path)


def test_layers_that_keras_writes(tmp_path: Path) -> None:
    layers = keras_module().layers
    model = keras_module().Sequential(
        [
            layers.Input((4,)),
            layers.LeakyReLU(),
            layers.ELU(0.5),
            layers.ReLU(negative_slope=0.1),
            layers.Softmax(),
            layers.ReLU(),
        ]
    )
    x = np.random.default_rng(2).normal(size=(5, 4)).astype(np.float32)
    require_reading(model, x, tmp_path)


def test_what_one_of_both_lacks(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"max_value=6\.0 is not supported, only None"):
        read_relu(KerasLayer("ReLU", "r", {"max_value": 6.0}))
    with pytest.raises(ConversionError, match="axis=1 is not supported"):
        read_softmax(KerasLayer("Softmax", "s", {"axis": 1}, {}, (None, 3, 4)))
    for layer, message in ((GELU("tanh"), "approximate='tanh'"), (Softplus(2.0), "beta=1 only")):
        network = Sequential(Dense(2, 2), layer).initialize(np.random.default_rng(1))
        with pytest.raises(ConversionError, match=message):
            write(Converted(network), tmp_path / "network.keras")
