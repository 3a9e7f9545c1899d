import copy

import numpy as np
import pytest

from glassnet.nn import Array, Dense, Layer, Sequential, Tanh
from tests.nn.contract_suite.tables.layers import LAYERS
from tests.nn.contract_suite.tables.lines.line import LayerLine, gradient_for

every_layer_with_parameters = pytest.mark.parametrize(
    "line",
    [pytest.param(line, id=name) for name, line in LAYERS.items() if line.layer().theta.size],
)


def network() -> Sequential:
    layers = Sequential(Dense(3, 4), Tanh(), Dense(4, 2))
    return layers.initialize(np.random.default_rng(0), np.float64)


def test_names_and_patterns() -> None:
    layers = network()
    assert layers.frozen == ()
    layers.freeze("*.b")
    layers.freeze("dense1.*")
    assert layers.frozen == ("dense1.W", "dense1.b", "dense2.b")
    layers.unfreeze("dense1.b")
    assert layers.frozen == ("dense1.W", "dense2.b")
    assert layers.layers["dense2"].frozen == ("b",)
    layers.layers["dense2"].freeze()
    assert layers.frozen == ("dense1.W", "dense2.W", "dense2.b")
    layers.unfreeze()
    assert layers.frozen == ()


def test_before_initialize() -> None:
    layers = Sequential(Dense(3, 4))
    layers.freeze("*.W")
    layers.initialize(np.random.default_rng(0))
    assert layers.frozen == ("dense1.W",)


def test_it_can_be_set() -> None:
    layers = network()
    layers.freeze()
    layers.frozen = ("dense2.b",)
    assert layers.frozen == ("dense2.b",)
    with pytest.raises(ValueError, match=r"the network has no parameter 'dense3.b'"):
        layers.frozen = ("dense1.W", "dense3.b")
    assert layers.frozen == ("dense2.b",)
    layers.frozen = ()
    assert layers.frozen == ()


@pytest.mark.parametrize("call", ["freeze", "unfreeze"])
def test_patterns_that_fit_nothing_are_refused(call: str) -> None:
    with pytest.raises(ValueError, match=r"^no parameter has a name like 'dense3.\*'"):
        getattr(network(), call)("dense3.*")


def test_copies_are_frozen_on_their_own() -> None:
    layers = network()
    layers.freeze("dense1.*")
    copied = copy.deepcopy(layers)
    assert copied.frozen == layers.frozen
    copied.freeze()
    layers.unfreeze()
    assert (layers.frozen, len(copied.frozen)) == ((), 4)


def test_freezing_forgets_a_gradient_that_is_there() -> None:
    layers = network()
    layers.grad[...] = 1
    layers.freeze("dense1.W")
    np.testing.assert_array_equal(layers.grad, np.arange(26) >= 12)


def passes(layer: Layer, line: LayerLine) -> tuple[Array, Array]:
    """The gradient for the input and those of the parameters."""
    layer.set_generator(np.random.default_rng(5))
    layer.zero_grad()
    y = layer.forward(line.input(), True)
    dx = layer.backward(gradient_for(y))
    return np.array(dx), layer.grad.copy()


@every_layer_with_parameters
def test_frozen_parameters_have_no_gradient_and_others_keep_theirs(line: LayerLine) -> None:
    layer = line.layer()
    dx, gradient = passes(layer, line)
    for name in layer.parameters:
        layer.frozen = (name,)
        found, part = passes(layer, line)
        np.testing.assert_array_equal(found, dx)
        np.testing.assert_array_equal(layer.gradients[name], 0)
        layer.gradients[name][...] = 1
        whole = layer.grad == 1
        np.testing.assert_array_equal(part[~whole], gradient[~whole])
        layer.unfreeze()
        np.testing.assert_array_equal(passes(layer, line)[1], gradient)


def test_a_layer_of_ones_own_need_not_know_of_it() -> None:
    class Scale(Layer):
        def __init__(self) -> None:
            super().__init__()
            self.declare("w", (2,), lambda generator, shape: np.ones(shape))

        def forward(self, x: Array, train: bool = False) -> Array:
            self._x = x
            return x * self.w  # type: ignore[no-any-return]

        def backward(self, dy: Array) -> Array:
            self.dw += (dy * self._x).sum(axis=0)
            return dy * self.w  # type: ignore[no-any-return]

    layer = Scale().initialize(np.random.default_rng(0))
    layer.freeze()
    layer.forward(np.ones((3, 2)))
    np.testing.assert_array_equal(layer.backward(np.ones((3, 2))), np.ones((3, 2)))
    np.testing.assert_array_equal(layer.grad, [0, 0])
