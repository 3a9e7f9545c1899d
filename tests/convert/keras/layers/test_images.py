from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.keras.layer import KerasLayer
from glassnet.convert.keras.layers.images import read_convolution, read_global_pooling, read_pooling
from glassnet.nn import (
    Array,
    AveragePool1D,
    AveragePool2D,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Flatten,
    GlobalAveragePool1D,
    GlobalAveragePool2D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    MaxPool1D,
    MaxPool2D,
    Sequential,
)
from tests.convert.keras.agreement import (
    keras_module,
    require_agreement,
    require_reading,
    require_round_trip,
    with_random_weights,
)

NETWORKS = {
    "images": lambda: Sequential(
        Conv2D(3, 4, (3, 2), padding="same"),
        MaxPool2D((2, 1), padding="same"),
        Conv2DTranspose(4, 2, (3, 2), (2, 1)),
        AveragePool2D(2, 1, "same"),
        Conv2D(2, 3, 2, dilation=2),
        Conv2D(3, 3, 2, stride=(2, 1)),
        Flatten(),
        Dense(72, 2),
    ),
    "sequences": lambda: Sequential(
        Conv1D(3, 4, 3, 2, "same"), MaxPool1D(2), Conv1D(4, 2, 2, dilation=2), AveragePool1D(2)
    ),
    "means": lambda: Sequential(Conv2D(3, 2, 1), GlobalAveragePool2D()),
    "maxima": lambda: Sequential(Conv2D(3, 2, 1), GlobalMaxPool2D()),
    "means of sequences": lambda: Sequential(Conv1D(3, 2, 1), GlobalAveragePool1D()),
    "maxima of sequences": lambda: Sequential(Conv1D(3, 2, 1), GlobalMaxPool1D()),
    "transposed": lambda: Sequential(Conv2DTranspose(3, 2, 3, 2, "same")),
}


def images(name: str) -> Array:
    shape = (2, 16, 3) if "sequences" in name else (2, 9, 8, 3)
    return np.random.default_rng(2).normal(size=shape).astype(np.float32)


every_network = pytest.mark.parametrize("name", NETWORKS)


@every_network
def test_keras_computes_the_same(name: str, tmp_path: Path) -> None:
    require_agreement(with_random_weights(NETWORKS[name]()), images(name), tmp_path)


@every_network
def test_there_and_back(name: str, tmp_path: Path) -> None:
    require_round_trip(with_random_weights(NETWORKS[name]()), images(name), tmp_path)


def test_what_keras_writes(tmp_path: Path) -> None:
    layers = keras_module().layers
    model = keras_module().Sequential(
        [
            layers.Input((9, 8, 3)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2DTranspose(2, (2, 3), strides=2, use_bias=False),
            layers.AveragePooling2D((3, 2), strides=(1, 2), padding="same"),
            layers.GlobalMaxPooling2D(),
        ]
    )
    x = np.random.default_rng(2).normal(size=(2, 9, 8, 3)).astype(np.float32)
    require_reading(model, x, tmp_path)


def test_what_glassnet_lacks() -> None:
    kernel = {"": [np.ones((3, 3, 2, 4)), np.ones(4)]}

    def convolution(kind: str = "Conv2D", **options: object) -> KerasLayer:
        return KerasLayer(kind, "c", {"filters": 4, "kernel_size": [3, 3], **options}, kernel)

    for options, message in (
        ({"data_format": "channels_first"}, "data_format=channels_first is not supported"),
        ({"groups": 2}, "groups=2 is not supported"),
        ({"padding": "causal"}, "padding=causal is not supported, only 'valid' or 'same'"),
        ({"kernel_size": [2, 3]}, r"W has the shape \(3, 3, 2, 4\), not \(2, 3, 2, 4\)"),
        ({"kernel_size": "3"}, "kernel_size=3 is not supported, two whole numbers"),
    ):
        with pytest.raises(ConversionError, match=rf"^layer 'c' \(Conv2D\): {message}"):
            read_convolution(convolution(**options))
    with pytest.raises(ConversionError, match="dilation_rate="):
        read_convolution(
            KerasLayer(
                "Conv2DTranspose",
                "c",
                {"filters": 4, "kernel_size": [3, 3], "dilation_rate": 2},
                {"": [np.ones((3, 3, 4, 2)), np.ones(4)]},
            )
        )
    with pytest.raises(ConversionError, match="pool_size=0 is not supported"):
        read_pooling(KerasLayer("MaxPooling1D", "p", {"pool_size": 0}))
    with pytest.raises(ConversionError, match="keepdims=True is not supported"):
        read_global_pooling(KerasLayer("GlobalMaxPooling1D", "p", {"keepdims": True}))
