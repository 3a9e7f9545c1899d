"""What all recurrent layers do alike: each rule for each of them."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, Sequential
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.recurrent.base import RecurrentLayer
from glassnet.nn.testing import arrays, generators, ids, shapes
from tests.nn.contract_suite.tables.recurrent_oracles import recurrent
from tests.nn.recurrent.cases import TILINGS, every_kind, state_of, wrong_variant

Kind = Callable[..., RecurrentLayer]


@every_kind
@given(generator=generators(), x=arrays(shapes(3, largest=4)), units=st.integers(1, 4))
def test_gradients(kind: Kind, generator: np.random.Generator, x: Array, units: int) -> None:
    check_layer(kind(x.shape[2], units), x, state=state_of(kind, generator, x.shape[1], units))


@every_kind
@given(generator=generators(), x=ids(shapes(2, largest=4), classes=6), units=st.integers(1, 4))
def test_gradients_of_ids(kind: Kind, generator: np.random.Generator, x: Array, units: int) -> None:
    check_layer(kind(6, units), x, state=state_of(kind, generator, x.shape[1], units))


@every_kind
def test_gradients_of_two_layers_with_state(kind: Kind, generator: np.random.Generator) -> None:
    network = Sequential(("first", kind(3, 4)), ("second", kind(4, 2)))
    states = {
        f"{layer}.{name}": value
        for layer, units in (("first", 4), ("second", 2))
        for name, value in state_of(kind, generator, 2, units).items()
    }
    check_layer(network, generator.standard_normal((5, 2, 3)), state=states)


MUTANTS = {
    "hidden gradient not carried through time": (
        "self._dh += dy_tiles[t]",
        "self._dh[...] = dy_tiles[t]",
    ),
    "wrong time step of the hidden state": (
        "self._read = self._hidden[:-1] if self._state_mask is None else self._dropped",
        "self._read = self._hidden[1:]",
    ),
    "scaled bias gradient": ("self.db += np.ones(", "self.db += 1.0001 * np.ones("),
    "overwritten instead of added": ("self.dWh += self._weights", "self.dWh[...] = self._weights"),
    "input gradient through the wrong weights": (
        "np.matmul(dz, self.Wx.T).reshape(x.shape)",
        "np.matmul(dz, self.Wx[::-1].T).reshape(x.shape)",
    ),
    "input weights from the first step only": (
        "self.dWx += x.reshape(-1, self.in_features).T @ dz",
        "self.dWx += x[0].T @ dz[: len(x[0])]",
    ),
    "gradient of the starting state forgotten": (
        "name: self._row_order(gradient)",
        "name: self._row_order(0 * gradient)",
    ),
    "gradient of the backward pass before kept": (
        "            gradient[...] = 0\n",
        "            pass\n",
    ),
    "gradient through one gate only": (
        "np.add.reduce(self._products_back, axis=0, out=out)",
        "out[...] = self._products_back[-1] * 0.5",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
@every_kind
def test_wrong_variants_are_rejected(kind: Kind, name: str, generator: np.random.Generator) -> None:
    wrong = wrong_variant(kind, *MUTANTS[name])
    with pytest.raises(GradientError):
        check_layer(
            wrong(3, 4), generator.standard_normal((4, 2, 3)), state=state_of(kind, generator, 2, 4)
        )


@every_kind
def test_wrong_variants_for_ids_are_rejected(kind: Kind, generator: np.random.Generator) -> None:
    wrong = wrong_variant(
        kind, "self.dWx[present] += one_hot @ dz", "self.dWx[present] = one_hot @ dz"
    )
    with pytest.raises(GradientError, match="twice"):
        check_layer(wrong(5, 4), generator.integers(0, 5, (4, 2)))
    shifted = wrong_variant(
        kind, "one_hot[index.reshape(-1), ", "one_hot[index.reshape(-1)[::-1], "
    )
    with pytest.raises(GradientError, match="parameter Wx"):
        check_layer(shifted(5, 4), generator.integers(0, 5, (4, 2)))


@pytest.mark.parametrize("tiling", TILINGS)
@pytest.mark.parametrize("tiled", [True, False])
@every_kind
def test_agrees_with_the_plain_layer(
    kind: Kind, tiling: str, tiled: bool, generator: np.random.Generator
) -> None:
    rows, units = TILINGS[tiling]
    layer = kind(7, units).initialize(generator, np.float64)
    layer.tiled = tiled
    x, dy = generator.standard_normal((3, rows, 7)), generator.standard_normal((3, rows, units))
    layer.state = state_of(kind, generator, rows, units)
    expected = recurrent(layer, x, dy, None)
    np.testing.assert_allclose(layer.forward(x), expected.pop("y"), atol=1e-12)
    found = {"x": layer.backward(dy), **layer.gradients, **layer.dstate}
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        np.testing.assert_allclose(found[name], gradient, atol=1e-11, err_msg=name)


@pytest.mark.parametrize("tiling", TILINGS)
@every_kind
def test_three_chunks_with_carried_state_equal_the_whole(
    kind: Kind, tiling: str, generator: np.random.Generator
) -> None:
    rows, units = TILINGS[tiling]
    network = Sequential(("first", kind(3, units)), ("second", kind(units, units)))
    network.initialize(generator, np.float64)
    x = generator.standard_normal((9, rows, 3))
    whole = network.forward(x).copy()
    parts = []
    for start in (0, 2, 6):
        parts.append(network.forward(x[start : {0: 2, 2: 6, 6: 9}[start]]).copy())
        network.carry()
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-12)


@every_kind
def test_carry_to_a_step_in_the_middle(kind: Kind, generator: np.random.Generator) -> None:
    layer = kind(3, 4).initialize(generator, np.float64)
    x = generator.standard_normal((5, 2, 3))
    whole = layer.forward(x).copy()
    layer.carry(2)
    np.testing.assert_array_equal(layer.state["h"], whole[1])
    np.testing.assert_allclose(layer.forward(x[2:]), whole[2:], atol=1e-14)


@every_kind
def test_forward_leaves_the_carried_state_alone(kind: Kind, generator: np.random.Generator) -> None:
    layer = kind(3, 4).initialize(generator, np.float64)
    layer.state = state_of(kind, generator, 2, 4)
    before = {name: value.copy() for name, value in layer.state.items()}
    x = generator.standard_normal((5, 2, 3))
    first = layer.forward(x).copy()
    np.testing.assert_array_equal(layer.forward(x), first)
    for name, value in layer.state.items():
        np.testing.assert_array_equal(value, before[name])


@every_kind
def test_ids_are_one_hot_rows(kind: Kind, generator: np.random.Generator) -> None:
    layer = kind(6, 5).initialize(generator, np.float64)
    x, dy = generator.integers(0, 6, (4, 3)), generator.standard_normal((4, 3, 5))
    by_id = layer.forward(x).copy()
    layer.backward(dy)
    gradients = layer.grad.copy()
    layer.zero_grad()
    np.testing.assert_allclose(layer.forward(np.eye(6)[x]), by_id, atol=1e-14)
    layer.backward(dy)
    np.testing.assert_allclose(layer.grad, gradients, atol=1e-13)


@pytest.mark.parametrize("shape", [(1, 1, 3), (4, 2, 3), (4, 50, 3)])
@every_kind
def test_activations_are_copies(
    kind: Kind, shape: tuple[int, ...], generator: np.random.Generator
) -> None:
    layer = kind(3, 64).initialize(generator, np.float64)
    y = layer.forward(generator.standard_normal(shape)).copy()
    found = layer.activations()
    assert tuple(found) == layer.activation_names
    np.testing.assert_array_equal(found["hidden"], y)
    kept = {name: value.copy() for name, value in found.items()}
    layer.forward(generator.standard_normal(shape))
    for name, value in found.items():
        np.testing.assert_array_equal(value, kept[name], err_msg=name)


@every_kind
def test_float32_stays_float32(kind: Kind, generator: np.random.Generator) -> None:
    layer = kind(3, 4).initialize(generator)
    y = layer.forward(generator.standard_normal((5, 2, 3)).astype(np.float32))
    dx = layer.backward(np.ones_like(y))
    layer.carry()
    found = {y.dtype, dx.dtype, *(value.dtype for value in layer.state.values())}
    assert found == {np.dtype(np.float32)}


@every_kind
def test_buffers_are_kept_while_the_shape_is(kind: Kind, generator: np.random.Generator) -> None:
    layer = kind(3, 4).initialize(generator)
    x = generator.standard_normal((5, 2, 3)).astype(np.float32)
    first = layer.forward(x)
    assert np.shares_memory(layer.forward(x), first)
    assert not np.shares_memory(layer.forward(x[:4]), first)


@every_kind
def test_wrong_input_is_refused(kind: Kind, generator: np.random.Generator) -> None:
    for name in ("weight_drop", "state_dropout"):
        for rate in (-0.1, 1.0):
            with pytest.raises(ValueError, match=f"{name} must be"):
                kind(3, 4, **{name: rate})
    layer = kind(3, 4).initialize(generator, np.float64)
    name = type(layer).__name__
    with pytest.raises(ValueError, match=rf"{name} expects \(T, N, 3\)"):
        layer.forward(np.zeros((5, 2, 4)))
    for wrong in (3, -1):
        with pytest.raises(ValueError, match="ids from 0 to 2"):
            layer.forward(np.array([[0, wrong], [2, 1]]))
    for shape in ((5,), (5, 2, 3)):
        with pytest.raises(ValueError, match=rf"{name} expects ids \(T, N\)"):
            layer.forward(np.zeros(shape, int))
    for shape in ((3, 4), (8,)):
        layer.state = {"h": np.zeros(shape)}
        with pytest.raises(ValueError, match=rf"{name}: state h has shape \(.*\), not \(2, 4\)"):
            layer.forward(np.zeros((5, 2, 3)))


@pytest.mark.parametrize("shape", [(0, 2, 3), (5, 0, 3)])
@pytest.mark.parametrize("rate", [0.0, 0.5])
@every_kind
def test_nothing_to_read(
    kind: Kind, rate: float, shape: tuple[int, int, int], generator: np.random.Generator
) -> None:
    layer = kind(3, 4, state_dropout=rate).initialize(generator, np.float64)
    assert layer.forward(np.zeros(shape), train=True).shape == (*shape[:2], 4)
    assert layer.backward(np.zeros((*shape[:2], 4))).shape == shape
    assert not layer.grad.any()


def test_a_layer_without_its_equations_does_not_compute() -> None:
    class Bare(RecurrentLayer):
        blocks, sigmoids, activation_names = 1, 0, ("h",)

    class Allocating(Bare):
        def _allocate_steps(self, steps: int) -> None:
            pass

    class Stepping(Allocating):
        def _step(self, t: int) -> None:
            self._hidden[t + 1] = 0

    x = np.ones((2, 1, 3))
    layers = [kind(3, 4).initialize(np.random.default_rng(0), float) for kind in (Bare, Allocating)]
    for layer in layers:
        with pytest.raises(NotImplementedError):
            layer.forward(x)
    stepping = Stepping(3, 4).initialize(np.random.default_rng(0), float)
    y = stepping.forward(x)
    with pytest.raises(NotImplementedError):
        stepping.backward(y)
    with pytest.raises(NotImplementedError):
        stepping.activations()
