from pathlib import Path

import numpy as np
import pytest

from glassnet.nn import (
    ELU,
    GELU,
    GRU,
    BatchNorm,
    Conv1D,
    Conv2D,
    Cropping2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    LeakyReLU,
    ReLU,
    Reshape,
    RMSNorm,
    Sequential,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
    UpSampling1D,
    UpSampling2D,
    ZeroPadding2D,
)
from tests.convert.keras.agreement import with_random_weights
from tests.convert.onnx.agreement import require_agreement

ROWS: list[Layer] = [
    BatchNorm(6, eps=0.1),
    Dropout(0.5),
    ELU(0.5),
    GELU(),
    GELU("tanh"),
    LayerNorm(6, 0.1),
    LeakyReLU(0.2),
    RMSNorm(6, 0.1),
    ReLU(),
    Reshape((2, 3)),
    SiLU(),
    Sigmoid(),
    Softmax(),
    Softplus(),
    Softplus(2.0),
    Tanh(),
]
IMAGES: list[Layer] = [
    BatchNorm(2),
    Cropping2D(((1, 0), (0, 2))),
    Flatten(),
    UpSampling2D((2, 3)),
    ZeroPadding2D(((1, 2), (0, 3))),
]


@pytest.mark.parametrize("number", range(len(ROWS)))
def test_rows(number: int, tmp_path: Path) -> None:
    x = np.random.default_rng(2).normal(0, 3, size=(5, 4)).astype(np.float32)
    network = with_random_weights(Sequential(Dense(4, 6), ROWS[number]))
    require_agreement(network, x, tmp_path)


@pytest.mark.parametrize("number", range(len(IMAGES)))
def test_images(number: int, tmp_path: Path) -> None:
    x = np.random.default_rng(2).normal(size=(2, 5, 4, 3)).astype(np.float32)
    network = with_random_weights(Sequential(Conv2D(3, 2, 1), IMAGES[number]))
    require_agreement(network, x, tmp_path)


def test_sequences(tmp_path: Path) -> None:
    x = np.random.default_rng(2).normal(size=(5, 2, 3)).astype(np.float32)
    network = Sequential(Dense(3, 4), BatchNorm(4), LayerNorm(4), Softmax(), GRU(4, 3), Dense(3, 2))
    require_agreement(with_random_weights(network), x, tmp_path)
    network = Sequential(Conv1D(3, 2, 1), BatchNorm(2), UpSampling1D(3))
    require_agreement(with_random_weights(network), x, tmp_path)
    ids = np.random.default_rng(2).integers(0, 5, (2, 4))
    require_agreement(
        with_random_weights(Sequential(Embedding(5, 3), Conv1D(3, 2, 2))), ids, tmp_path
    )
