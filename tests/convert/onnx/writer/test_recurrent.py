from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted, write
from glassnet.nn import (
    GRU,
    LSTM,
    Bidirectional,
    Dense,
    Embedding,
    LastStep,
    Sequential,
    SimpleRNN,
)
from tests.convert.keras.agreement import with_random_weights
from tests.convert.onnx.agreement import outputs, require_agreement

STACKS = {
    "LSTM": lambda: Sequential(LSTM(3, 4), LSTM(4, 2)),
    "last step": lambda: Sequential(LSTM(3, 4), LastStep(), Dense(4, 2)),
    "GRU": lambda: Sequential(GRU(3, 4), GRU(4, 5, reset_after=False)),
    "SimpleRNN": lambda: Sequential(SimpleRNN(3, 4), SimpleRNN(4, 2, "relu")),
    "both ways": lambda: Sequential(Bidirectional(LSTM(3, 4)), Bidirectional(GRU(8, 2))),
    "both ways, last step": lambda: Sequential(Bidirectional(SimpleRNN(3, 4), last_step=True)),
    "two activations": lambda: Bidirectional(SimpleRNN(3, 4), SimpleRNN(3, 4, "relu")),
}


@pytest.mark.parametrize("name", STACKS)
def test_onnxruntime_computes_the_same(name: str, tmp_path: Path) -> None:
    x = np.random.default_rng(2).normal(size=(5, 2, 3)).astype(np.float32)
    require_agreement(with_random_weights(STACKS[name]()), x, tmp_path)


def test_ids(tmp_path: Path) -> None:
    network = with_random_weights(Sequential(Embedding(5, 3), GRU(3, 2)))
    require_agreement(network, np.random.default_rng(2).integers(0, 5, (6, 2)), tmp_path)


def test_the_state_goes_in_and_comes_out(tmp_path: Path) -> None:
    network = with_random_weights(Sequential(LSTM(3, 4), GRU(4, 2), SimpleRNN(2, 3)))
    x = np.random.default_rng(2).normal(size=(7, 2, 3)).astype(np.float32)
    whole = network(x)
    path = tmp_path / "network.onnx"
    write(Converted(network), path)
    first = outputs(path, x[:4])
    network.forward(x[:4])
    network.carry()
    states = {name.removesuffix(".next"): v for name, v in first.items() if name != "output"}
    assert states.keys() == network.state.keys()
    for name, value in network.state.items():
        np.testing.assert_allclose(states[name], value, rtol=0, atol=1e-6)
    second = outputs(path, x[4:], states)["output"]
    np.testing.assert_allclose(second, whole[4:], rtol=0, atol=1e-6)


def test_what_onnx_lacks(tmp_path: Path) -> None:
    for cells in (
        (LSTM(3, 2), LSTM(3, 4)),
        (GRU(3, 2), GRU(3, 2, reset_after=False)),
        (GRU(3, 2), LSTM(3, 2)),
        (Sequential(LSTM(3, 2)), LSTM(3, 2)),
    ):
        network = Sequential(Bidirectional(*cells)).initialize(np.random.default_rng(1))
        with pytest.raises(ConversionError, match=r"layer 'bidirectional1' \(B.*: ONNX"):
            write(Converted(network), tmp_path / "x.onnx")
    assert not list(tmp_path.iterdir())
