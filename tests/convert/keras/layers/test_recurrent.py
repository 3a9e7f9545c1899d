from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted, write
from glassnet.convert.keras.layer import KerasLayer
from glassnet.convert.keras.layers.recurrent import read_bidirectional, read_recurrent
from glassnet.nn import GRU, LSTM, Bidirectional, Dropout, LastStep, Sequential, SimpleRNN
from tests.convert.keras.agreement import (
    keras_module,
    require_agreement,
    require_reading,
    require_round_trip,
    with_random_weights,
)

STACKS = {
    "LSTM": lambda: Sequential(LSTM(3, 4), LSTM(4, 2)),
    "last step": lambda: Sequential(LSTM(3, 4), LastStep()),
    "GRU": lambda: Sequential(GRU(3, 4), GRU(4, 5, reset_after=False)),
    "SimpleRNN": lambda: Sequential(SimpleRNN(3, 4), SimpleRNN(4, 2, "relu")),
    "both ways": lambda: Sequential(Bidirectional(LSTM(3, 4)), Bidirectional(GRU(8, 2))),
    "both ways, last step": lambda: Sequential(Bidirectional(SimpleRNN(3, 4), last_step=True)),
    "unequal": lambda: Sequential(Bidirectional(GRU(3, 4), GRU(3, 2, reset_after=False))),
    "dropout": lambda: Sequential(LSTM(3, 4, state_dropout=0.5), Dropout(0.2, 1, (0,))),
}
every_stack = pytest.mark.parametrize("name", STACKS)


@every_stack
def test_keras_computes_the_same(name: str, tmp_path: Path) -> None:
    x = np.random.default_rng(2).normal(size=(5, 2, 3)).astype(np.float32)
    require_agreement(with_random_weights(STACKS[name]()), x, tmp_path)


@every_stack
def test_there_and_back(name: str, tmp_path: Path) -> None:
    x = np.random.default_rng(2).normal(size=(5, 2, 3)).astype(np.float32)
    require_round_trip(with_random_weights(STACKS[name]()), x, tmp_path)


@pytest.mark.parametrize("bias", [True, False])
def test_what_keras_writes(bias: bool, tmp_path: Path) -> None:
    layers = keras_module().layers
    model = keras_module().Sequential(
        [
            layers.Input((6, 3)),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True, use_bias=bias)),
            layers.GRU(3, return_sequences=True, use_bias=bias, dropout=0.2),
            layers.GRU(3, reset_after=False, return_sequences=True, use_bias=bias),
            layers.SimpleRNN(4, activation="relu", return_sequences=True, use_bias=bias),
            layers.Bidirectional(layers.GRU(2, use_bias=bias)),
        ]
    )
    x = np.random.default_rng(2).normal(size=(2, 6, 3)).astype(np.float32)
    network = require_reading(model, x, tmp_path, time_major=True)
    assert isinstance(network, Sequential)
    (dropout,) = (layer for layer in network.layers.values() if isinstance(layer, Dropout))
    assert (dropout.rate, dropout.batch_axis, dropout.shared_axes) == (0.2, 1, (0,))


def recurrent(kind: str = "LSTM", gates: int = 4, **options: object) -> KerasLayer:
    cell = [np.zeros((3, gates * 2)), np.zeros((2, gates * 2)), np.zeros(gates * 2)]
    return KerasLayer(kind, "mine", {"units": 2, **options}, {"cell": cell})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stateful": True}, "stateful=True is not supported, only False"),
        ({"return_state": True}, "return_state=True is not supported, only False"),
        ({"go_backwards": True}, "go_backwards=True is not supported, only False"),
        ({"activation": "relu"}, "activation=relu is not supported, only 'tanh'"),
        ({"recurrent_activation": "hard_sigmoid"}, "recurrent_activation=hard_sigmoid is not"),
        ({"units": 3}, r"kernel has the shape \(3, 8\), not \(3, 12\)"),
        ({"units": 10**12}, r"kernel has the shape \(3, 8\), not"),
        ({"units": True}, "units=True is not supported, a whole number is expected"),
        ({"use_bias": False}, "the file holds 3 weights of it, not 2"),
        ({"novel": 3}, "novel=3 is not supported, glassnet has no such option"),
    ],
)
def test_what_glassnet_lacks(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConversionError, match=rf"^layer 'mine' \(LSTM\): {message}"):
        read_recurrent(recurrent(**options))


def test_other_activations_of_a_simple_cell() -> None:
    with pytest.raises(ConversionError, match="activation=sigmoid is not supported, only 'tanh'"):
        read_recurrent(recurrent("SimpleRNN", 1, activation="sigmoid"))


def test_other_bidirectional_layers() -> None:
    inner = {"class_name": "LSTM", "config": {"units": 2, "return_sequences": True}}
    backwards = {"class_name": "LSTM", "config": {"units": 2, "go_backwards": True}}
    cell = [np.zeros((3, 8)), np.zeros((2, 8)), np.zeros(8)]
    variables = {"forward_layer/cell": cell, "backward_layer/cell": cell}
    for options, message in (
        ({"merge_mode": "sum"}, "merge_mode=sum is not supported, only 'concat'"),
        ({"layer": {"class_name": "RNN", "config": {}}}, "forward_layer=RNN is not supported"),
        ({"layer": {"class_name": ["GRU"], "config": {}}}, "forward_layer="),
        ({"layer": {"class_name": "GRU"}}, "forward_layer=GRU is not supported"),
        ({"layer": inner, "backward_layer": backwards}, "one direction returns sequences"),
    ):
        with pytest.raises(ConversionError, match=message):
            read_bidirectional(KerasLayer("Bidirectional", "mine", options, variables))


def test_what_keras_lacks(tmp_path: Path) -> None:
    network = Bidirectional(Sequential(LSTM(3, 2), LSTM(2, 2)))
    with pytest.raises(ConversionError, match="Keras takes one recurrent layer for each"):
        write(Converted(with_random_weights(network)), tmp_path / "network.keras")
    assert not list(tmp_path.iterdir())
