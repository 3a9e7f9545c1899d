from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.keras.layer import KerasLayer
from glassnet.convert.keras.layers.shaping import read_border, read_reshape, read_up_sampling
from glassnet.nn import (
    Conv1D,
    Cropping2D,
    Dense,
    Flatten,
    Reshape,
    Sequential,
    UpSampling1D,
    UpSampling2D,
    ZeroPadding2D,
)
from tests.convert.keras.agreement import (
    keras_module,
    require_agreement,
    require_reading,
    require_round_trip,
    with_random_weights,
)


def network() -> Sequential:
    return Sequential(
        Dense(4, 24),
        Reshape((3, 4, 2)),
        ZeroPadding2D(((1, 2), (0, 3))),
        Cropping2D(((0, 1), (2, 1))),
        UpSampling2D((2, 1)),
        Flatten(),
        Dense(80, 6),
        Reshape((2, 3)),
        UpSampling1D(3),
        Conv1D(3, 2, 2),
    )


def test_keras_computes_the_same(tmp_path: Path) -> None:
    x = np.random.default_rng(2).normal(size=(5, 4)).astype(np.float32)
    require_agreement(with_random_weights(network()), x, tmp_path)


def test_there_and_back(tmp_path: Path) -> None:
    x = np.random.default_rng(2).normal(size=(5, 4)).astype(np.float32)
    require_round_trip(with_random_weights(network()), x, tmp_path)


def test_what_keras_writes(tmp_path: Path) -> None:
    layers = keras_module().layers
    model = keras_module().Sequential(
        [
            layers.Input((3, 4, 2)),
            layers.ZeroPadding2D((1, 2)),
            layers.Cropping2D(1),
            layers.UpSampling2D(2),
            layers.Reshape((6, 24)),
            layers.UpSampling1D(2),
            layers.Flatten(),
        ]
    )
    x = np.random.default_rng(2).normal(size=(2, 3, 4, 2)).astype(np.float32)
    require_reading(model, x, tmp_path)


def test_what_glassnet_lacks() -> None:
    for shape in ([-1, 3], [2.5], "all", None):
        with pytest.raises(ConversionError, match=r"^layer 'r' \(Reshape\): target_shape="):
            read_reshape(KerasLayer("Reshape", "r", {"target_shape": shape}))
    for padding in ([1, -1], "one", [[1, 2, 3], [1, 2]]):
        with pytest.raises(ConversionError, match=r"padding=.* whole numbers are expected"):
            read_border(KerasLayer("ZeroPadding2D", "z", {"padding": padding}))
    with pytest.raises(ConversionError, match="interpolation=bilinear is not supported"):
        read_up_sampling(KerasLayer("UpSampling2D", "u", {"interpolation": "bilinear"}))
