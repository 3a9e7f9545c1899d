from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.keras.layer import KerasLayer
from glassnet.convert.keras.layers.dense import read_dense, read_embedding, read_time_distributed
from glassnet.nn import LSTM, Dense, Embedding, Sequential
from tests.convert.keras.agreement import (
    keras_module,
    require_agreement,
    require_reading,
    require_round_trip,
    with_random_weights,
)


def test_keras_computes_the_same(tmp_path: Path) -> None:
    network = with_random_weights(Sequential(Embedding(5, 3), LSTM(3, 4), Dense(4, 2)))
    ids = np.random.default_rng(2).integers(0, 5, (6, 2))
    require_agreement(network, ids, tmp_path)  # the bias of the embedding as well
    network.parameters["embedding1.b"][...] = 0
    require_round_trip(network, ids, tmp_path)


def test_what_keras_writes(tmp_path: Path) -> None:
    layers = keras_module().layers
    model = keras_module().Sequential(
        [
            layers.Input((4,)),
            layers.Embedding(5, 3),
            layers.TimeDistributed(layers.Dense(4, activation="tanh")),
            layers.Dense(2, use_bias=False),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    require_reading(model, np.array([[0, 1, 4, 2], [3, 3, 1, 0]]), tmp_path)


def dense(**options: object) -> KerasLayer:
    return KerasLayer("Dense", "mine", options, {"": [np.ones((3, 2)), np.ones(2)]})


def test_what_glassnet_lacks() -> None:
    with pytest.raises(ConversionError, match=r"W has the shape \(3, 2\), not 2 axes and 3 units"):
        read_dense(dense(units=3))
    with pytest.raises(ConversionError, match="not 2 axes and 1000000000000 units"):
        read_dense(dense(units=10**12))
    with pytest.raises(ConversionError, match=r"activation=my>code is not supported"):
        read_dense(dense(units=2, activation="my>code"))
    with pytest.raises(ConversionError, match="mask_zero=True is not supported, only False"):
        read_embedding(
            KerasLayer(
                "Embedding",
                "mine",
                {"input_dim": 3, "output_dim": 2, "mask_zero": True},
                {"": [np.ones((3, 2))]},
            )
        )
    with pytest.raises(ConversionError, match="layer=LSTM is not supported, only Dense in Time"):
        read_time_distributed(KerasLayer("TimeDistributed", "m", {"layer": {"class_name": "LSTM"}}))
