from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.keras.layer import KerasLayer
from glassnet.convert.keras.layers.normalization import (
    read_batch_normalization,
    read_dropout,
    read_gaussian_noise,
    read_layer_normalization,
)
from glassnet.nn import (
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    GaussianNoise,
    LayerNorm,
    RMSNorm,
    Sequential,
)
from tests.convert.keras.agreement import (
    keras_module,
    require_agreement,
    require_reading,
    require_round_trip,
    with_random_weights,
)


def rows() -> Sequential:
    return Sequential(
        Dense(4, 3), BatchNorm(3, 0.25, 0.1), LayerNorm(3, 0.2), RMSNorm(3, 0.3), Dropout(0.5)
    )


def test_keras_computes_the_same(tmp_path: Path) -> None:
    x = np.random.default_rng(2).normal(size=(5, 4)).astype(np.float32)
    require_agreement(with_random_weights(rows()), x, tmp_path)
    images = np.random.default_rng(2).normal(size=(2, 4, 4, 1)).astype(np.float32)
    network = Sequential(Conv2D(1, 3, 3), BatchNorm(3))
    require_agreement(with_random_weights(network), images, tmp_path)


def test_there_and_back(tmp_path: Path) -> None:
    network = with_random_weights(Sequential(LayerNorm(4), RMSNorm(4, 0.5), BatchNorm(4, 0.25)))
    x = np.random.default_rng(2).normal(size=(5, 4)).astype(np.float32)
    require_round_trip(network, x, tmp_path)


def test_what_keras_writes(tmp_path: Path) -> None:
    layers = keras_module().layers
    model = keras_module().Sequential(
        [
            layers.Input((4,)),
            layers.BatchNormalization(scale=False),
            layers.BatchNormalization(center=False, epsilon=0.2),
            layers.LayerNormalization(),
            layers.LayerNormalization(scale=False, epsilon=0.1),
            layers.RMSNormalization(),
            layers.Dropout(0.3),
            layers.GaussianNoise(0.3),
        ]
    )
    x = np.random.default_rng(2).normal(size=(5, 4)).astype(np.float32)
    require_reading(model, x, tmp_path)


def test_options() -> None:
    two = {"": [np.ones(2)] * 4}
    (part,) = read_batch_normalization(
        KerasLayer("BatchNormalization", "n", {"momentum": 0.9, "epsilon": 0.5}, two)
    )
    assert isinstance(part.layer, BatchNorm)
    assert (part.layer.momentum, part.layer.eps) == (0.1, 0.5)
    (part,) = read_dropout(
        KerasLayer("Dropout", "d", {"rate": 0.5, "noise_shape": [None, 1, None]})
    )
    assert isinstance(part.layer, Dropout)
    assert part.layer.shared_axes == (1,)
    (part,) = read_gaussian_noise(KerasLayer("GaussianNoise", "g", {"stddev": 0.5}))
    assert isinstance(part.layer, GaussianNoise)
    assert (part.layer.std, part.layer.low) == (0.5, -np.inf)


def test_what_glassnet_lacks() -> None:
    two = {"": [np.ones(2)] * 4}
    for options, message in (
        ({"axis": 1}, "axis=1 is not supported"),
        ({"renorm": True}, "renorm=True is not supported"),
        ({"center": False}, "the file holds 4 weights of it, not 3"),
    ):
        with pytest.raises(ConversionError, match=message):
            read_batch_normalization(KerasLayer("BatchNormalization", "n", options, two))
    with pytest.raises(ConversionError, match="it says nowhere how many"):
        read_layer_normalization(
            KerasLayer("LayerNormalization", "n", {"center": False, "scale": False})
        )
    for shape in ([1, None], [None, 3], "all"):
        with pytest.raises(ConversionError, match="noise_shape="):
            read_dropout(KerasLayer("Dropout", "d", {"rate": 0.5, "noise_shape": shape}))
