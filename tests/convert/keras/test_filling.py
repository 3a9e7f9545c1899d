import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.keras.filling import fill
from glassnet.convert.keras.writing import model_of_network
from glassnet.nn import (
    GRU,
    LSTM,
    BatchNorm,
    Bidirectional,
    Conv2D,
    Dense,
    Flatten,
    LastStep,
    Sequential,
)
from tests.convert.keras.agreement import with_random_weights

NETWORKS = {
    "recurrent": lambda: Sequential(
        LSTM(3, 4), Bidirectional(GRU(4, 2)), LSTM(4, 2), LastStep(), Dense(2, 2), Dense(2, 3)
    ),
    "images": lambda: Sequential(
        Conv2D(1, 2, 3), BatchNorm(2), Conv2D(2, 2, 3), Flatten(), Dense(8, 2)
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_come_to_their_layers(name: str) -> None:
    source, target = (with_random_weights(NETWORKS[name](), seed) for seed in (1, 2))
    fill(target, model_of_network(source).variables)
    assert target.theta.tobytes() == source.theta.tobytes()
    for key, value in target.arrays.items():
        assert (value == source.arrays[key]).all()


def test_weights_of_another_network() -> None:
    network = with_random_weights(NETWORKS["recurrent"]())
    before = network.theta.tobytes()
    variables = model_of_network(network).variables
    for wrong, message in (
        (variables | {"layers/conv2d": [np.ones(2)]}, "^layers/conv2d is of no layer of the net"),
        (
            variables | {"layers/dense_1": []},
            r"^layer 'dense2' \(Dense\): the file holds 0",
        ),
        (
            variables | {"layers/lstm/cell": variables["layers/lstm_1/cell"]},
            r"^layer 'lstm1' \(LSTM\): kernel has the shape",
        ),
    ):
        with pytest.raises(ConversionError, match=message):
            fill(network, wrong)
    assert network.theta.tobytes() == before
    kernel = variables["layers/lstm/cell"][0]
    longer = [np.ones((9, kernel.shape[1])), *variables["layers/lstm/cell"][1:]]
    with pytest.raises(ConversionError, match=r"^layer 'lstm1': Wx has the shape \(9, 16\)"):
        fill(network, variables | {"layers/lstm/cell": longer})
    assert network.theta.tobytes() == before
