import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import (
    LSTM,
    NO_GRADIENT,
    Array,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    ReLU,
    Sequential,
    Tanh,
)
from glassnet.nn import branches as module
from glassnet.nn.branches import Add, Concatenate, Residual
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.testing import arrays, shapes
from tests.mutate import mutant


@given(x=arrays(shapes(2)), features=st.integers(1, 4), train=st.booleans())
def test_gradients(x: Array, features: int, train: bool) -> None:
    D = x.shape[1]
    check_layer(Add(Dense(D, features), Sequential(Dense(D, 3), Tanh(), Dense(3, features))), x)
    check_layer(Concatenate(Dense(D, features), Tanh(), Dense(D, 2)), x)
    check_layer(Residual(Dense(D, 3), Dropout(0.3), Dense(3, D)), x, train=train)


def test_gradients_of_a_residual_network(generator: np.random.Generator) -> None:
    block = Residual(Conv2D(3, 3, 3, padding="same"), BatchNorm(3), ReLU())
    wider = Concatenate(Conv2D(3, 2, 1), Residual(Conv2D(3, 3, 1)))
    network = Sequential(Conv2D(2, 3, 2), block, wider, Flatten(), Residual(LayerNorm(60)))
    check_layer(network, generator.standard_normal((4, 4, 5, 2)), train=True)


def test_states_and_randomness_are_those_of_the_layers_inside(
    generator: np.random.Generator,
) -> None:
    network = Add(LSTM(3, 4), Sequential(("inner", LSTM(3, 4)), Dropout(0.5, batch_axis=1)))
    x = generator.standard_normal((6, 2, 3))
    state = {
        f"{prefix}{name}": generator.standard_normal((2, 4))
        for prefix in ("lstm1.", "sequential1.inner.")
        for name in ("h", "c")
    }
    check_layer(network, x, state=state)
    check_layer(network, x, train=True, state=state)
    first = np.array(network.forward(x, train=True))
    assert not np.array_equal(network.forward(x, train=True), first)
    twin = copy.deepcopy(network)
    np.testing.assert_array_equal(twin.forward(x, train=True), network.forward(x, train=True))
    assert set(twin.parameters) == set(network.parameters)
    assert np.shares_memory(network.layers["lstm1"].theta, network.theta)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (Add, "[dy] * len(self.layers)", "[dy, 0 * dy]"),
        (Add, "y += output", "y -= output"),
        (Concatenate, "self._ends, axis=-1", "[1], axis=-1"),
        (Residual, "np.add(dy, dx, dtype=dy.dtype)", "dx"),
        (Residual, "np.add(dy, dx, dtype=dy.dtype)", "dy"),
        (Residual, "np.add(x, y", "np.subtract(x, y"),
    ],
)
def test_wrong_gradients_are_rejected(
    kind: type[Layer], old: str, new: str, generator: np.random.Generator
) -> None:
    branches = (Dense(3, 3),) if kind is Residual else (Dense(3, 2), Dense(3, 2))
    wrong = mutant(kind, old, new)(*branches)
    with pytest.raises((GradientError, ValueError)):
        check_layer(wrong, generator.standard_normal((5, 3)))


def test_gradients_of_all_branches_are_added_up(
    generator: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = mutant(module._Branches, "else total + dx", "else dx")
    monkeypatch.setattr(Add, "_input_gradient", wrong._input_gradient)
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(Add(Dense(3, 2), Dense(3, 2)), generator.standard_normal((5, 3)))


def test_outputs(generator: np.random.Generator) -> None:
    x = generator.standard_normal((5, 3))
    f, g = (Dense(3, 3).initialize(generator, np.float64) for _ in range(2))
    y, z = f(x), g(x)
    expected = {Add: y + z, Concatenate: np.hstack([y, z])}
    for kind, outputs in expected.items():
        network = kind(Dense(3, 3), Dense(3, 3)).initialize(generator, np.float64)
        network.theta = np.concatenate([f.theta, g.theta])
        np.testing.assert_allclose(network(x), outputs, atol=1e-15)
    network = Residual(Dense(3, 3)).initialize(generator, np.float64)
    network.theta = f.theta
    np.testing.assert_allclose(network(x), x + y, atol=1e-15)


def test_one_branch_is_that_branch_and_without_layers_x_is_doubled(
    generator: np.random.Generator,
) -> None:
    x = generator.standard_normal((5, 3))
    for kind in (Add, Concatenate):
        network = kind(Tanh())
        np.testing.assert_array_equal(network(x), np.tanh(x))
        np.testing.assert_array_equal(network.backward(x), x * (1 - np.tanh(x) ** 2))
        with pytest.raises(ValueError, match=f"{kind.__name__} can't join .* there are none"):
            kind().forward(x)
    np.testing.assert_array_equal(Residual()(x), 2 * x)


def test_the_gradient_for_the_input_is_left_out_in_all_branches(
    generator: np.random.Generator,
) -> None:
    x = generator.standard_normal((5, 3))
    networks: list[Layer] = [
        Add(Dense(3, 3), Tanh()),
        Concatenate(Tanh(), Dense(3, 2)),
        Residual(Tanh(), Dense(3, 3)),
        Sequential(Residual(Tanh()), Add(Tanh(), Dense(3, 3)), Residual(Dense(3, 3))),
    ]
    for network in networks:
        network.initialize(generator, np.float64)
        dy = np.cos(network(x))
        network.backward(dy)
        gradients = network.grad.copy()
        network.skip_input_gradient()
        network.zero_grad()
        network.forward(x)
        assert network.backward(dy) is NO_GRADIENT
        np.testing.assert_array_equal(network.grad, gradients)


def test_branches_of_ids_have_no_gradient_for_them(generator: np.random.Generator) -> None:
    network = Concatenate(Embedding(5, 3), Embedding(5, 2))
    check_layer(network, generator.integers(0, 5, (4, 2)))
    assert network.backward(np.zeros((4, 2, 5))) is NO_GRADIENT


def test_data_types_follow_the_parameters(generator: np.random.Generator) -> None:
    for network in (
        Add(Dense(3, 3), Tanh()),
        Concatenate(Tanh(), Dense(3, 3)),
        Residual(Dense(3, 3)),
    ):
        network.initialize(generator)
        assert network.forward(np.ones((2, 3))).dtype == np.float32
    assert Add(Tanh(), ReLU()).forward(np.ones((2, 3), np.float32)).dtype == np.float32


def test_shapes_that_do_not_fit_are_named() -> None:
    generator, x = np.random.default_rng(0), np.zeros((5, 3))
    with pytest.raises(ValueError, match=r"Add can't .*\(5, 3\): wide \(5, 4\), dense1 \(5, 2\)$"):
        Add(("wide", Dense(3, 4)), Dense(3, 2)).initialize(generator).forward(x)
    with pytest.raises(ValueError, match=r"Concatenate can't join .* tanh1 \(5, 3, 1\), flatten1 "):
        Concatenate(Tanh(), Flatten()).forward(np.zeros((5, 3, 1)))
    with pytest.raises(ValueError, match=r"Residual .* has shape \(5, 2\) for x of shape \(5, 3\)"):
        Residual(Dense(3, 2)).initialize(generator).forward(x)
    for kind in (Add, Concatenate, Residual):
        with pytest.raises(TypeError, match=f"^{kind.__name__} takes layers, as"):
            kind([Dense(3, 2)])  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="a layer named 'a' is already there"):
            kind(("a", Dense(3, 3)), ("a", Dense(3, 3)))


@pytest.mark.parametrize("kind", [Add, Concatenate, Residual])
def test_by_default_they_compute_as_outside_training(kind: type[Layer]) -> None:
    block = kind(Dropout(0.5)).initialize(np.random.default_rng(0), np.float64)
    x = np.ones((4, 50))
    np.testing.assert_array_equal(block.forward(x), block.forward(x, train=False))
    assert not np.array_equal(block.forward(x), block.forward(x, train=True))


def test_layers_inside_are_told_that_no_gradient_is_wanted() -> None:
    for block in (Add(Dense(3, 3), Dense(3, 3)), Residual(Dense(3, 3))):
        block.skip_input_gradient()
        assert not any(layer.requires_input_gradient for _, layer in block.walk())


def test_a_residual_leaves_out_a_gradient_that_a_layer_gives_unasked() -> None:
    class Twice(Layer):
        """y = 2x, with a gradient in double precision whatever is wanted."""

        def forward(self, x: Array, train: bool = False) -> Array:
            return 2 * x

        def backward(self, dy: Array) -> Array:
            return 2 * dy.astype(np.float64)

    block = Residual(Twice()).initialize(np.random.default_rng(0))
    dy = np.ones((2, 3), np.float32)
    block.forward(dy)
    found = block.backward(dy)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, 3 * dy)
    block.skip_input_gradient()
    block.forward(dy)
    assert block.backward(dy) is NO_GRADIENT


def test_branches_of_unequal_numbers_of_rows_are_named() -> None:
    class Half(Layer):
        def forward(self, x: Array, train: bool = False) -> Array:
            return x[:, ::2]

    block = Concatenate(Half(), ReLU()).initialize(np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"Concatenate can't join .* \(3, 2, 5\), .* \(3, 4, 5\)"):
        block.forward(np.zeros((3, 4, 5)))
