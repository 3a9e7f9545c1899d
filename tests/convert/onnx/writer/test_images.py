from pathlib import Path

import numpy as np
import pytest

from glassnet.nn import (
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
    Layer,
    MaxPool1D,
    MaxPool2D,
    Sequential,
)
from tests.convert.keras.agreement import with_random_weights
from tests.convert.onnx.agreement import require_agreement

LAYERS: list[Layer] = [
    Conv2D(3, 4, (3, 2)),
    Conv2D(3, 2, (4, 3), padding="same"),
    Conv2D(3, 2, (4, 3), 2, padding="same"),
    Conv2D(3, 2, (2, 3), padding="same", dilation=(2, 1)),
    Conv2D(3, 2, 2, dilation=2),
    Conv2DTranspose(3, 2, (3, 2), (2, 1)),
    Conv2DTranspose(3, 2, (4, 3), (2, 2), "same"),
    Conv2DTranspose(3, 2, 1, 2, "same"),
    Conv2DTranspose(3, 2, (1, 2), 3),
    MaxPool2D((2, 3)),
    MaxPool2D(3, 2, "same"),
    AveragePool2D((2, 3), 1),
    AveragePool2D(3, 2, "same"),
    GlobalAveragePool2D(),
    GlobalMaxPool2D(),
    Sequential(Flatten(), Dense(9 * 8 * 3, 2)),
]


@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_images(number: int, tmp_path: Path) -> None:
    x = np.random.default_rng(2).normal(size=(2, 9, 8, 3)).astype(np.float32)
    network = Sequential(Conv2D(3, 3, 1), LAYERS[number])
    require_agreement(with_random_weights(network), x, tmp_path)


@pytest.mark.parametrize(
    "layer",
    [
        Conv1D(3, 2, 3, 2, "same"),
        Conv1D(3, 2, 3, padding="same", dilation=2),
        MaxPool1D(3, 2, "same"),
        AveragePool1D(2),
        GlobalAveragePool1D(),
        GlobalMaxPool1D(),
    ],
    ids=lambda layer: str(layer.kind),
)
def test_sequences(layer: Layer, tmp_path: Path) -> None:
    x = np.random.default_rng(2).normal(size=(2, 9, 3)).astype(np.float32)
    require_agreement(with_random_weights(Sequential(Conv1D(3, 3, 1), layer)), x, tmp_path)
