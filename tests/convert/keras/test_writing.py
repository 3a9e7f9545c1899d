import json

import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.keras.writing import keras_layers, model_of_network
from glassnet.nn import (
    LSTM,
    Bidirectional,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    LastStep,
    Layer,
    MultiHeadAttention,
    ReLU,
    Sequential,
)


def sequential(*layers: Layer) -> Sequential:
    return Sequential(*layers).initialize(np.random.default_rng(1))


def kinds(network: Layer) -> list[object]:
    config = model_of_network(network).config["config"]
    assert isinstance(config, dict)
    return [layer["class_name"] for layer in config["layers"]]


def test_the_input_is_there_if_the_layers_tell_its_shape() -> None:
    assert kinds(sequential(LSTM(3, 2)))[0] == "InputLayer"
    assert kinds(sequential(Embedding(3, 2), LSTM(2, 2)))[0] == "InputLayer"
    assert kinds(sequential(Conv2D(1, 2, 3)))[0] == "InputLayer"
    assert kinds(sequential(Conv2D(1, 2, 3), Flatten(), Dense(8, 2)))[0] == "Conv2D"
    assert kinds(sequential(ReLU(), Dense(8, 2)))[0] == "ReLU"


def test_the_last_step_is_an_option_of_the_layer_before() -> None:
    one, *rest = keras_layers(sequential(LSTM(3, 2), LastStep()))
    assert one.options["return_sequences"] is False
    assert rest == []


def test_masks_are_shared_along_the_axes_of_keras() -> None:
    network = sequential(
        LSTM(3, 2), Dropout(0.5, 1, (0,)), Dropout(0.5, 1, (0, 2)), Dropout(0.5, 1)
    )
    shapes = [layer.options.get("noise_shape") for layer in keras_layers(network)[1:]]
    assert shapes == [[None, 1, None], [None, 1, 1], None]


def test_the_structure_is_json() -> None:
    network = sequential(Bidirectional(LSTM(3, 2)), Dense(4, 2))
    assert "Bidirectional" in json.dumps(model_of_network(network).config)


def test_what_keras_lacks() -> None:
    for network, message in (
        (
            sequential(MultiHeadAttention(4, 2)),
            r"'multiheadattention1' .*: Keras has no such",
        ),
        (sequential(LSTM(3, 2), ReLU(), LastStep()), "'laststep1' .*: Keras can return the last"),
        (sequential(Bidirectional(LSTM(3, 2)), LastStep()), "'laststep1' .*: Keras can return"),
        (sequential(LastStep()), "'laststep1' .*: Keras can return the last"),
        (sequential(Dropout(0.5, 0, (1,)), Dense(2, 2)), r"'dropout1' .*: Keras has no mask"),
    ):
        with pytest.raises(ConversionError, match=message):
            keras_layers(network)
