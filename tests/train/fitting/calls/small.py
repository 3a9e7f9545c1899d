"""A small network that `fit` trains in a moment."""

from typing import Any

import numpy as np

from glassnet.nn import (
    ActivityRegularization,
    Array,
    Dense,
    Dropout,
    Layer,
    ReLU,
    Sequential,
    softmax_cross_entropy,
)
from glassnet.train import History, fit

ROWS = 23


def data(rows: int = ROWS, seed: int = 5) -> tuple[Array, Array]:
    generator = np.random.default_rng(seed)
    x = generator.standard_normal((rows, 4)).astype(np.float32)
    return x, (x[:, 0] > x[:, 1]).astype(np.int64)


def network() -> Sequential:
    """With noise, and a loss of its own."""
    return Sequential(Dense(4, 8), ReLU(), ActivityRegularization(1e-3), Dropout(0.25), Dense(8, 2))


def fitted(net: Layer | None = None, **options: Any) -> tuple[Layer, History]:
    net = network() if net is None else net
    chosen: dict[str, Any] = {"epochs": 4, "batch": 5, "learning_rate": 0.02, "progress": False}
    return net, fit(net, softmax_cross_entropy, **({"data": data()} | chosen | options))
