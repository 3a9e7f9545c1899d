from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.convert import ConversionError, read
from glassnet.convert.keras.stacks import parts_of_stack
from glassnet.nn import GRU, LSTM, Array, Bidirectional, Dense, Sequential, SimpleRNN
from tests.convert.keras.agreement import (
    keras_module,
    randomized,
    require_round_trip,
    with_random_weights,
)


def layers_of(kind: str, layers: Any) -> list[Any]:
    if kind == "Bidirectional":
        return [layers.Bidirectional(layers.GRU(n, return_sequences=True)) for n in (3, 2)]
    return [getattr(layers, kind)(4, return_sequences=True) for _ in range(12)]


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "SimpleRNN", "Bidirectional"])
def test_what_keras_writes(kind: str, tmp_path: Path) -> None:
    layers = keras_module().layers
    model = keras_module().Sequential(
        [
            layers.Input((None,)),
            layers.Embedding(5, 3),
            *layers_of(kind, layers),
            layers.TimeDistributed(layers.Dense(3)),
            layers.Dropout(0.5),
            layers.Dense(2, use_bias=False),
        ]
    )
    randomized(model).save_weights(tmp_path / "model.weights.h5")
    network = read(tmp_path / "model.weights.h5").network
    ids = np.array([[0, 1, 4, 2], [3, 3, 1, 0]])
    theirs = model(ids).detach().cpu().numpy()
    np.testing.assert_allclose(network(ids.T).swapaxes(0, 1), theirs, atol=2e-6, rtol=2e-6)


def test_there_and_back(tmp_path: Path) -> None:
    x = np.random.default_rng(1).normal(size=(5, 2, 3)).astype(np.float32)
    for layers in (
        [LSTM(3, 4), LSTM(4, 4), Dense(4, 2)],
        [GRU(3, 4, reset_after=False), GRU(4, 3)],
        [SimpleRNN(3, 4)],
        [Bidirectional(LSTM(3, 2)), Bidirectional(LSTM(4, 2)), Dense(4, 2)],
    ):
        require_round_trip(with_random_weights(Sequential(*layers)), x, tmp_path, ".weights.h5")


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (["dense"], "of which only an embedding, recurrent layers of one kind and dense"),
        (["lstm/cell", "gru/cell"], "not gru, lstm; glassnet.convert.load_weights takes"),
        (["lstm/cell", "conv2d"], "layers/conv2d: holds weights alone, which don't tell where"),
        ([], "not none; "),
    ],
)
def test_what_weights_do_not_tell(groups: list[str], message: str) -> None:
    arrays: list[Array] = [np.zeros((3, 8)), np.zeros((2, 8)), np.zeros(8)]
    with pytest.raises(ConversionError, match=message):
        parts_of_stack({f"layers/{group}": arrays for group in groups})


@pytest.mark.parametrize("part", ["lstm/cell", "gru/cell", "bidirectional/forward_layer/cell"])
def test_damaged_weights(part: str) -> None:
    for arrays in ([np.zeros(3)], [np.zeros((3, 8)), np.zeros((0, 8))], [np.zeros((3, 8))] * 4):
        with pytest.raises(ConversionError, match=r"^layer"):
            parts_of_stack({f"layers/{part}": arrays})
