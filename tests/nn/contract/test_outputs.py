import inspect
from collections.abc import Callable

import numpy as np
import pytest

from glassnet.nn import (
    LSTM,
    NO_GRADIENT,
    Array,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    MaxPool1D,
    ReLU,
    Reshape,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
    UpSampling1D,
)

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


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("build", LAYERS)
def test_a_returned_gradient_is_not_written_to(
    build: Callable[[], Layer], train: bool, generator: np.random.Generator
) -> None:
    """Else what is done to it would be done to dy, as a layer may return dy itself."""
    layer = build().initialize(generator, np.float64)
    dy = np.ones_like(layer.forward(generator.standard_normal((2, 4, 3)), train))
    dx = layer.backward(dy)
    with pytest.raises(ValueError, match="read-only"):
        dx *= 2
    dy += 1  # it stays the caller's


def test_layers_of_ones_own_are_protected_too(generator: np.random.Generator) -> None:
    class Doubled(Layer):
        def forward(self, x: Array, train: bool = False) -> Array:
            """Return 2 x."""
            self._y = 2 * x
            return self._y

        def backward(self, dy: Array) -> Array:
            """Return 2 dy."""
            self._dx = 2 * dy
            return self._dx

    class Inherited(Doubled):
        pass

    for layer in (Doubled(), Inherited()):
        y = layer.forward(np.ones(2))
        assert not y.flags.writeable
        assert layer._y.flags.writeable
        assert not layer.backward(np.ones(2)).flags.writeable
        assert layer._dx.flags.writeable
        with pytest.raises(ValueError, match=r"^(Doubled|Inherited)\.backward expects dy of shape"):
            layer.backward(np.ones(3))
    assert Doubled.backward.__doc__ == "Return 2 dy."
    assert Doubled.forward.__doc__ == "Return 2 x."
    assert list(inspect.signature(Doubled.forward).parameters) == ["self", "x", "train"]


def test_other_signatures_and_results_pass() -> None:
    class Pair(Layer):
        def forward(self, x: Array, other: Array, *, factor: float = 1.0) -> float:  # type: ignore[override]
            return float(np.sum(x + factor * other))

    assert Pair().forward(np.ones(2), np.ones(2), factor=2) == 6


def test_a_layer_without_an_input_gradient_says_so_by_the_same_array() -> None:
    layer = Embedding(3, 2).initialize(np.random.default_rng(0))
    assert layer.backward(np.array(layer.forward(np.array([0, 2])))) is NO_GRADIENT
    assert not NO_GRADIENT.flags.writeable


# -- dy -------------------------------------------------------------------------------------------

WITH_INPUTS: list[tuple[Callable[[], Layer], Array]] = [
    (lambda: Dense(3, 4), np.zeros((4, 3))),
    (lambda: Embedding(6, 4), np.zeros(4, int)),
    (lambda: LSTM(3, 4), np.zeros((4, 1, 3))),
    (Flatten, np.zeros((4, 2, 2))),
    (lambda: Reshape((2, 2)), np.zeros((4, 4))),
    (lambda: MaxPool1D(2), np.zeros((3, 8, 2))),
    (lambda: UpSampling1D(2), np.zeros((3, 2, 3))),
    (lambda: Sequential(Dense(3, 4), ReLU()), np.zeros((4, 3))),
]


@pytest.mark.parametrize(("build", "x"), WITH_INPUTS)
def test_a_gradient_of_another_shape_is_refused(build: Callable[[], Layer], x: Array) -> None:
    """Transposed or flattened it has as many elements, and one row may be spread over all."""
    layer = build().initialize(np.random.default_rng(0), np.float64)
    y = np.array(layer.forward(x))
    wrong = [y.ravel(), y[None], y[:1], y[..., :1], np.zeros(())]
    if y.ndim == 3:
        wrong.append(y.transpose(1, 0, 2))
    for dy in wrong:
        with pytest.raises(ValueError, match="backward expects dy of shape") as error:
            layer.backward(dy)
        kind = type(layer).__name__
        assert str(error.value) == (
            f"{kind}.backward expects dy of shape {y.shape}, as y, got shape {dy.shape}"
        )
    layer.backward(y)


def test_the_shape_is_that_of_the_last_output(generator: np.random.Generator) -> None:
    layer = Dense(3, 2).initialize(generator)
    for rows in (4, 2, 0):
        layer.forward(np.zeros((rows, 3)))
        layer.backward(np.zeros((rows, 2)))
        with pytest.raises(ValueError, match=rf"shape \({rows}, 2\), as y, got shape \(3, 2\)$"):
            layer.backward(np.zeros((3, 2)))


def test_gradients_of_other_types_are_refused(generator: np.random.Generator) -> None:
    layer = Dense(3, 2).initialize(generator)
    layer.forward(np.zeros((4, 3)))
    for dtype in (bool, int, np.uint8, object, "U3"):
        dy = np.zeros((4, 2), dtype)
        with pytest.raises(
            TypeError, match=rf"^Dense\.backward expects dy of floats, got {dy.dtype}$"
        ):
            layer.backward(dy)
    for given in ([[0.0] * 2] * 4, 1.0, None):
        kind = type(given).__name__
        with pytest.raises(
            TypeError, match=rf"^Dense\.backward expects dy as an array, not a {kind}$"
        ):
            layer.backward(given)  # type: ignore[arg-type]
    for dtype in (np.float16, np.float32, np.float64):
        layer.backward(np.zeros((4, 2), dtype))


def test_a_layer_says_that_forward_comes_first() -> None:
    with pytest.raises(AttributeError, match="call forward first"):
        ReLU().backward(np.ones(2))


def test_a_subclass_may_call_both_passes_with_other_shapes(generator: np.random.Generator) -> None:
    class Flat(Dense):
        def forward(self, x: Array, train: bool = False) -> Array:
            return super().forward(x.reshape(-1, 3), train).ravel()

        def backward(self, dy: Array) -> Array:
            return super().backward(dy.reshape(-1, 2)).ravel()

    layer = Flat(3, 2).initialize(generator)
    assert layer.forward(np.ones(12)).shape == (8,)
    assert layer.backward(np.ones(8)).shape == (12,)
    with pytest.raises(ValueError, match=r"^Flat\.backward .* \(8,\), as y, got shape \(4, 2\)$"):
        layer.backward(np.ones((4, 2)))


def test_an_output_that_is_no_array_has_no_shape() -> None:
    class Total(Layer):
        def forward(self, x: Array, train: bool = False) -> Array:
            return x if train else float(x.sum())  # type: ignore[return-value]

        def backward(self, dy: Array) -> Array:
            return dy

    layer = Total()
    layer.forward(np.ones(2), train=True)
    layer.forward(np.ones(2))
    assert layer.backward(np.ones(3)).shape == (3,)
