import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, Dense, Dropout, Layer, Sequential, Tanh
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.initializers import constant
from glassnet.nn.testing import arrays, generators
from tests.mutate import mutant
from tests.nn.gradcheck.cases import Memory, Rows, Scaled, Square

# -- right layers pass --------------------------------------------------------------------------


@given(x=arrays(st.tuples(st.integers(1, 5), st.just(3))), seed=st.integers(0, 1000))
def test_right_layers_pass(x: Array, seed: int) -> None:
    check_layer(Square(), x, seed=seed)


@given(
    x=arrays(st.tuples(st.integers(1, 5), st.integers(1, 3), st.just(3))), generator=generators()
)
def test_right_recurrent_layers_pass(x: Array, generator: np.random.Generator) -> None:
    check_layer(Memory(), x)
    check_layer(Memory(), x, state={"h": generator.standard_normal(x.shape[1:])})


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3, 1e5])
def test_small_and_large_values_pass(scale: float, x: Array) -> None:
    check_layer(Square(), scale * x)


def test_derivatives_near_zero_among_large_ones_pass() -> None:
    # Numerically they are rounding: of a saturated element, and of a sum with a large term.
    check_layer(Tanh(), np.array([[12.0, 0.5]]))
    check_layer(Dense(2, 1), np.array([[1e4, 1e-4]]))


def test_a_layer_without_parameters_or_elements_passes(generator: np.random.Generator) -> None:
    check_layer(Tanh(), generator.standard_normal((2, 3)))
    check_layer(Square(), np.zeros((0, 3)))


def test_a_parameter_may_be_a_single_number(x: Array) -> None:
    check_layer(Scaled(), x)
    doubled = mutant(Scaled, "self.ds +=", "self.ds += 2 *")
    with pytest.raises(GradientError, match=r"^parameter s: analytic .* at element \[\]: analytic"):
        check_layer(doubled(), x)


def test_integer_input_has_no_gradient() -> None:
    x = np.array([0, 2, 2, 1])
    check_layer(Rows(3, 2), x)
    once = mutant(Rows, "np.add.at(self.dW, self._x, dy)", "self.dW[self._x] += dy")
    with pytest.raises(GradientError, match=r"^parameter W"):
        check_layer(once(3, 2), x)


# -- the layer is what it was before ------------------------------------------------------------


def test_parameters_and_input_are_as_before_afterwards(
    x: Array, generator: np.random.Generator
) -> None:
    layer = Square().initialize(generator, np.float64)
    theta, before = layer.theta.copy(), x.copy()
    check_layer(layer, x)
    np.testing.assert_array_equal(layer.theta, theta)
    np.testing.assert_array_equal(x, before)
    x.flags.writeable = False
    check_layer(layer, x)


@pytest.mark.parametrize("wrong", [False, True])
def test_what_training_left_in_a_network_is_as_before_afterwards(
    wrong: bool, generator: np.random.Generator, sequence: Array, h: Array
) -> None:
    kind = mutant(Memory, "return dx", "return dy") if wrong else Memory
    network = Sequential(kind(), Dropout(0.5, batch_axis=1)).initialize(generator, np.float64)
    shard = network.batch_shard
    network.grad[...] = np.arange(network.grad.size)
    network.state = {"memory1.h": h}
    with pytest.raises(GradientError) if wrong else contextlib.nullcontext():
        check_layer(network, sequence, state={"memory1.h": h + 1}, train=True)
    np.testing.assert_array_equal(network.grad, np.arange(network.grad.size))
    assert list(network.state) == ["memory1.h"]
    np.testing.assert_array_equal(network.state["memory1.h"], h)
    assert all(layer.batch_shard is shard for _, layer in network.walk())


def test_the_state_handed_in_is_left_as_it_is(sequence: Array, h: Array) -> None:
    before = h.copy()
    h.flags.writeable = False
    check_layer(Memory(), sequence, state={"h": h})
    np.testing.assert_array_equal(h, before)


def test_the_input_is_as_before_even_if_the_layer_writes_to_it(x: Array) -> None:
    before = x.copy()
    with pytest.raises(GradientError, match="wrote to its input"):
        check_layer(mutant(Square, "self._x = x", "x += 1; self._x = x")(), x)
    np.testing.assert_array_equal(x, before)


def test_random_parameters_lie_around_those_of_initialize() -> None:
    class Shift(Layer):
        """y = x + b, with b = 3 at first."""

        b: Array
        db: Array

        def __init__(self) -> None:
            super().__init__()
            self.declare("b", (10_000,), constant(3.0))

        def forward(self, x: Array, train: bool = False) -> Array:
            y: Array = x + self.b
            return y

        def backward(self, dy: Array) -> Array:
            self.db += dy
            return 1.0 * dy

    layer = Shift()
    check_layer(layer, np.zeros(10_000))
    assert np.mean(layer.b) == pytest.approx(3, abs=0.01)
    assert np.std(layer.b) == pytest.approx(0.1, rel=0.05)


# -- wrong layers are rejected, and the culprit is named ----------------------------------------

MUTANTS = {
    "forgotten factor": ("2 * dy", "dy", "input"),
    "no gradient for the input": ("2 * dy", "0 * dy", "input"),
    "one wrong element": ("return dx", "dx[-1, -1] *= 1.5\n        return dx", "input"),
    "forgotten square": ("(dy * self._x * self._x)", "(dy * self._x)", "parameter w"),
    "no gradient for the parameter": ("self.dw +=", "self.dw += 0 *", "parameter w"),
    "slightly off": ("self.dw +=", "self.dw += (1 + 1e-11) *", "parameter w"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_layers_are_rejected(name: str, x: Array) -> None:
    *change, culprit = MUTANTS[name]
    with pytest.raises(GradientError, match=f"^{culprit}: analytic .* against numeric"):
        check_layer(mutant(Square, *change)(), x)


def test_a_gradient_that_is_never_written_is_told(x: Array) -> None:
    forgotten = mutant(Square, "self.dw += (dy * self._x * self._x).sum(axis=0)", "pass")
    told = r"^parameter w: analytic 0 .*; the gradient that backward left is zero everywhere$"
    with pytest.raises(GradientError, match=told):
        check_layer(forgotten(), x)


def test_the_culprit_is_named_inside_a_network(x: Array) -> None:
    wrong = mutant(Square, "(dy * self._x * self._x)", "(dy * self._x)")
    network = Sequential(Dense(3, 3), Sequential(Tanh(), ("inner", wrong())), Dense(3, 1))
    with pytest.raises(GradientError, match=r"^parameter sequential1\.inner\.w: analytic"):
        check_layer(network, x)


STATE_MUTANTS = {
    "one step late": ('{"h": dh}', '{"h": dx[0].copy()}', "state h: analytic"),
    "no gradient for the state": ('{"h": dh}', "{}", "state h: backward left no gradient"),
    "gradient of one row": (
        '{"h": dh}',
        '{"h": dh[0]}',
        r"state h: gradient of shape \(3,\) for shape \(2, 3\)",
    ),
    "reads the step after": (
        "self._hs[t - 1] if t else self._start",
        "self._hs[t]",
        "parameter w: analytic",
    ),
    "no gradient through time": ("return dx", "return dy", "input: analytic"),
}


@pytest.mark.parametrize("name", STATE_MUTANTS)
def test_wrong_recurrent_layers_are_rejected(name: str, sequence: Array, h: Array) -> None:
    *change, message = STATE_MUTANTS[name]
    with pytest.raises(GradientError, match=f"^{message}"):
        check_layer(mutant(Memory, *change)(), sequence, state={"h": h})


# -- precision ----------------------------------------------------------------------------------


def test_single_precision_is_a_type_error(
    x: Array, sequence: Array, h: Array, generator: np.random.Generator
) -> None:
    with pytest.raises(TypeError, match="float64, but the input is float32"):
        check_layer(Square(), x.astype(np.float32))
    with pytest.raises(TypeError, match=r"float64, but the parameters .* is float32"):
        check_layer(Square().initialize(generator), x)
    with pytest.raises(TypeError, match="float64, but the state h is float32"):
        check_layer(Memory(), sequence, state={"h": h.astype(np.float32)})


def test_defaults_are_three_directions_up_to_64_coordinates_and_seed_0(
    generator: np.random.Generator,
) -> None:
    x = generator.standard_normal((5, 13))  # 65 elements

    def checked(**options: int) -> tuple[int, object]:
        calls = []

        class Counted(Tanh):
            def forward(self, x: Array, train: bool = False) -> Array:
                calls.append(x)
                return super().forward(x, train)

        report = check_layer(Counted(), x, **options)
        return len(calls), report

    usual = {"directions": 3, "every_coordinate": 64, "seed": 0}
    assert checked() == checked(**usual)
    for other in ({"directions": 4}, {"every_coordinate": 65}, {"seed": 1}):
        assert checked() != checked(**(usual | other))
