"""Works that benchmarks of layers time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from common.turns import Work
from glassnet import nn


def glassnet(make: Callable[[int], nn.Layer], x: nn.Array, dy: nn.Array) -> Work:
    """Return a pass forward and backward of one worker."""
    layer = make(x.shape[-1]).initialize(np.random.default_rng(0))

    def work() -> None:
        layer.forward(x, train=True)
        layer.backward(dy)

    return work
