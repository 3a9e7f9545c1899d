import inspect
from collections.abc import Callable

import numpy as np
import pytest

from glassnet.nn import LSTM, Array, Dense, Dropout, Layer, ReLU, Sequential, Sigmoid, Softmax, Tanh

LAYERS: list[Callable[[], Layer]] = [
    lambda: Dense(3, 2),
    lambda: LSTM(3, 2),
    lambda: Dropout(0.5, 1),
    lambda: Sequential(Dense(3, 2), Tanh()),
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
]


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("build", LAYERS)
def test_an_output_is_not_written_to(
    build: Callable[[], Layer], train: bool, generator: np.random.Generator
) -> None:
    """Else `tanh.forward(x)` could be changed in place, and `backward` would use what is left."""
    layer = build().initialize(generator, np.float64)
    x = generator.standard_normal((2, 4, 3))
    y = layer.forward(x, train)
    with pytest.raises(ValueError, match="read-only"):
        y *= 2
    x += 1  # the input stays the caller's, also where it is the output
    own = layer(x)
    own *= 2


def test_layers_of_ones_own_are_protected_too(generator: np.random.Generator) -> None:
    class Doubled(Layer):
        def forward(self, x: Array, train: bool = False) -> Array:
            """Return 2 x."""
            self._y = 2 * x
            return self._y

    class Inherited(Doubled):
        pass

    for layer in (Doubled(), Inherited()):
        y = layer.forward(np.ones(2))
        assert not y.flags.writeable
        assert layer._y.flags.writeable
    assert Doubled.forward.__doc__ == "Return 2 x."
    assert list(inspect.signature(Doubled.forward).parameters) == ["self", "x", "train"]


def test_other_signatures_and_results_pass() -> None:
    class Pair(Layer):
        def forward(self, x: Array, other: Array, *, factor: float = 1.0) -> float:  # type: ignore[override]
            return float(np.sum(x + factor * other))

    assert Pair().forward(np.ones(2), np.ones(2), factor=2) == 6
