import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.keras.layer import KerasLayer
from glassnet.convert.keras.reading import network_of_model, parts_of, with_glassnet_axes
from glassnet.convert.keras.writing import KerasModel, model_of_network
from glassnet.convert.structure.parts import Part
from glassnet.nn import LSTM, Dense, Dropout, ReLU, Sequential
from tests.convert.keras.agreement import keras_module, require_reading, with_random_weights


def test_functional_models_and_models_inside_models(tmp_path: Path) -> None:
    keras = keras_module()
    layers = keras.layers
    start = keras.Input((4, 3))
    inner = keras.Sequential([layers.LSTM(4, return_sequences=True), layers.Dense(3)])
    inner.build((None, 4, 3))
    end = layers.Dense(2, name="result")(layers.LSTM(3)(inner(layers.Dense(3)(start))))
    x = np.random.default_rng(2).normal(size=(2, 4, 3)).astype(np.float32)
    network = require_reading(keras.Model(start, end), x, tmp_path, time_major=True)
    assert "result" in network.layers


def test_models_that_branch(tmp_path: Path) -> None:
    keras = keras_module()
    layers = keras.layers
    start = keras.Input((3,))
    both = layers.Add()([layers.Dense(2, name="a")(start), layers.Dense(2, name="b")(start)])
    with pytest.raises(ConversionError, match=r"its output goes to two layers|reads 2 outputs"):
        require_reading(keras.Model(start, both), np.ones((2, 3)), tmp_path)
    two = keras.Model(start, [layers.Dense(2)(start)] * 2)
    with pytest.raises(ConversionError, match="a model of 1 inputs and 2 outputs"):
        require_reading(two, np.ones((2, 3)), tmp_path)


def test_code_is_never_run(tmp_path: Path) -> None:
    keras = keras_module()

    @keras.saving.register_keras_serializable("mine")
    class Own(keras.layers.Dense):  # type: ignore[misc]
        pass

    for layer, kind in ((keras.layers.Lambda(lambda x: x), "Lambda"), (Own(2), "Own")):
        model = keras.Sequential([keras.Input((3,)), layer])
        with pytest.raises(ConversionError, match=rf"\({kind}\): holds code of its own, which is"):
            require_reading(model, np.ones((2, 3)), tmp_path)


def test_dropout_of_sequences_gets_the_axis_of_the_batch() -> None:
    cell = with_random_weights(LSTM(3, 2)).parameters
    parts = [Part("a", Dropout(0.5)), Part("b", LSTM(3, 2), cell), Part("c", Dropout(0.5, 0, (1,)))]
    layers = [part.layer for part in with_glassnet_axes(parts)]
    assert isinstance(layers[0], Dropout)
    assert isinstance(layers[2], Dropout)
    assert (layers[0].batch_axis, layers[0].shared_axes) == (1, ())
    assert (layers[2].batch_axis, layers[2].shared_axes) == (1, (0,))


def model() -> KerasModel:
    return model_of_network(with_random_weights(Sequential(LSTM(3, 2), Dense(2, 2), ReLU())))


def change(path: str, value: Any) -> Any:
    """The config of a model with another value in one place."""
    config = copy.deepcopy(json.loads(json.dumps(model().config)))
    at = config
    *way, last = path.split("/")
    for key in way:
        at = at[int(key) if isinstance(at, list) else key]
    at[int(last) if isinstance(at, list) else last] = value
    return config


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("class_name", "Subclassed", "holds a 'Subclassed', not a Sequential or Functional model"),
        ("class_name", "Functional", "reads 0 outputs of layers; glassnet reads models whose"),
        ("class_name", 3, "lacks its class_name"),
        ("config", [], "lacks its config"),
        ("config/layers", {}, "not a Sequential or Functional model"),
        ("config/layers/1", "LSTM", "the description of a layer is damaged"),
        ("config/layers/1/config/name", None, "lacks its name"),
        ("config/layers/1/config/name", "", "lacks its name"),
        ("config/layers/1/config/name", "dense1", "two layers have the name 'dense1'"),
        ("config/layers/1/config/units", 10**9, r"layer 'lstm1' \(LSTM\): kernel has the shape"),
        ("config/layers/2/class_name", "Attention", r"\(Attention\): glassnet has no such layer"),
        ("config/layers/2/registered_name", "mine>Dense", "holds code of its own"),
        ("config/layers/2/config/units", 3, r"W has the shape \(2, 2\), not 2 axes and 3 units"),
    ],
)
def test_hostile_models(path: str, value: object, message: str) -> None:
    with pytest.raises(ConversionError, match=message):
        network_of_model(change(path, value), model().variables)


def test_models_deep_inside_each_other() -> None:
    config = model().config
    for _ in range(20):
        inside = {"name": "m", "layers": [config]}
        config = {"class_name": "Sequential", "config": inside}
    with pytest.raises(ConversionError, match="models lie too deep in each other"):
        network_of_model(config, model().variables)


def test_values_that_a_layer_refuses() -> None:
    with pytest.raises(ConversionError, match=r"^layer 'd' \(Dropout\): dropout rate must be"):
        parts_of(KerasLayer("Dropout", "d", {"rate": 2.0}))
