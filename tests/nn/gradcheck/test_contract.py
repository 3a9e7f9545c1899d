from contextlib import nullcontext

import numpy as np
import pytest

from glassnet.nn import Array, Dense, Sequential
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.gradcheck.contract import close
from tests.mutate import mutant
from tests.nn.gradcheck.cases import Memory, Square

END_OF_FORWARD, END_OF_BACKWARD = "return y", "return dx"

MUTANTS = {
    "forward writes to its input": (
        END_OF_FORWARD,
        "self._x = x.copy()\n        x += 1\n        return y",
        "contract: forward wrote to its input",
    ),
    "forward writes the same to its input each time": (
        "self._x = x",
        "x[0] = 0\n        self._x = x",
        "contract: forward wrote to its input",
    ),
    "backward writes to the input": (
        END_OF_BACKWARD,
        "self._x[...] = 0\n        return dx",
        "contract: backward wrote to the input",
    ),
    "backward writes to dy": (
        END_OF_BACKWARD,
        "dy *= 2\n        return dx",
        "contract: backward wrote to dy",
    ),
    "backward overwrites the gradient": (
        "self.dw +=",
        "self.dw[...] =",
        "contract: .* twice did not double the gradient of parameter w",
    ),
    # A layer may forbid such assignments, or write them into the vector.
    "backward replaces the gradient": (
        "self.dw +=",
        "self.dw =",
        "contract: .* gradient of parameter w",
    ),
    "backward makes a gradient of its own": (
        "self.dw +=",
        "vars(self)['dw'] =",
        "contract: gradient w is no longer a part of grad; write into it",
    ),
    "backward changes what forward cached": (
        END_OF_BACKWARD,
        "self._x = 0.5 * self._x\n        return dx",
        "contract: .* twice did not double the gradient of parameter w",
    ),
    "backward changes what its result depends on": (
        END_OF_BACKWARD,
        "self._half = getattr(self, '_half', 1) / 2\n        return dx * self._half",
        "contract: .* twice gave another gradient for the input",
    ),
    "backward changes a parameter": (
        END_OF_BACKWARD,
        "self.w[...] = 0.5 * self.w\n        return dx",
        "contract: backward changed the parameters",
    ),
    "backward replaces a parameter": (
        END_OF_BACKWARD,
        "self.w = 0.5 * self.w\n        return dx",
        "contract: .*parameter",
    ),
    "forward changes a parameter": (
        END_OF_FORWARD,
        "self.w[...] *= 2\n        return y",
        "contract: forward changed the parameters",
    ),
    "the first input is kept": (
        "self._x = x",
        "self._x = getattr(self, '_x', x)",
        "input: analytic",
    ),
    "the scale of the first input is kept": (
        "y: Array = x * x * self.w",
        "self._scale = getattr(self, '_scale', np.abs(x[0]).max())\n"
        "        y: Array = x * x * self.w * self._scale",
        "input: analytic",
    ),
    "single precision": (
        END_OF_FORWARD,
        "return y.astype(np.float32)",
        "contract: forward returned float32",
    ),
    "gradient in single precision": (
        END_OF_BACKWARD,
        "return dx.astype(np.float32)",
        "input: gradient is float32 for float64",
    ),
    "gradient of another shape": (
        END_OF_BACKWARD,
        "return dx[0]",
        r"input: gradient of shape \(3,\) for shape \(4, 3\)",
    ),
    "no gradient": (
        END_OF_BACKWARD,
        "return np.empty(0)",
        r"input: gradient of shape \(0,\) for shape \(4, 3\)",
    ),
    "another output each time": (
        END_OF_FORWARD,
        "self.calls = getattr(self, 'calls', 0) + 1\n        return self.calls * y",
        "contract: forward gave two outputs for one input",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_broken_rule_is_named(name: str, x: Array) -> None:
    *change, message = MUTANTS[name]
    with pytest.raises(GradientError, match=f"^{message}"):
        check_layer(mutant(Square, *change)(), x)


def test_what_is_close_is_so_relative_to_what_it_is_held_to() -> None:
    def near(a: float, to: float, tolerance: float) -> bool:
        return close(np.array([a]), to=np.array([to]), tolerance=tolerance)

    assert near(0.0, 1.0, 0.5)  # |a - b| is at most 0.5 (1 + |b|)
    assert not near(1.0, 0.0, 0.5)
    assert not near(1e-9, 0.0, 1e-12)
    assert not near(1e6 + 1e-5, 1e6, 1e-12)
    assert near(np.nan, np.nan, 1e-12)
    assert not near(np.nan, 1.0, 1e-12)


def test_a_second_backward_may_differ_by_rounding_only() -> None:
    x = np.full((1, 3), 1e3)
    for error, refused in ((1.5e-12, True), (0.5e-12, False)):
        calls = "self._calls = getattr(self, '_calls', 0) + 1\n        "
        again = f"(1 + {error} * (self._calls % 2 == 0))"
        parameter = mutant(
            Square, "self.dw +=", f"{calls}self.dw += (1 + {2 * error} * (self._calls % 2 == 0)) *"
        )
        of_input = mutant(Square, END_OF_BACKWARD, f"{calls}return dx * {again}")
        for wrong, message in ((parameter, "double the gradient"), (of_input, "another gradient")):
            expected = pytest.raises(GradientError, match=message) if refused else nullcontext()
            with expected:
                check_layer(wrong(), x)


def test_no_gradient_is_right_where_none_is_wanted(x: Array) -> None:
    layer = mutant(Square, END_OF_BACKWARD, "return np.empty(0)")()
    layer.requires_input_gradient = False
    check_layer(layer, x)


STATE_MUTANTS = {
    "carries nothing": (
        'self.carried = {"h": self._hs[-1 if steps is None else steps - 1].copy()}',
        "pass",
        r"after carry\(None\) forward did not go on from where",
    ),
    "carries zeros": (
        "self._hs[-1 if steps is None else steps - 1].copy()",
        "np.zeros(self._hs.shape[1:])",
        r"after carry\(None\) forward did not go on from where",
    ),
    "carries the end always": (
        "-1 if steps is None else steps - 1",
        "-1",
        r"after carry\(2\) .* where the first 2 steps ended",
    ),
    "moves on by itself": (
        "return self._hs",
        "self.carry()\n        return self._hs",
        "forward changed the carried state",
    ),
    "writes to the state": (
        "return self._hs",
        "self._start[...] = h\n        return self._hs",
        "forward changed the carried state",
    ),
    "starts from ones": (
        "np.zeros(x.shape[1:])",
        "np.ones(x.shape[1:])",
        "without a carried state forward did not start from zeros",
    ),
}


@pytest.mark.parametrize("name", STATE_MUTANTS)
def test_the_broken_rule_of_carried_state_is_named(name: str, sequence: Array, h: Array) -> None:
    *change, message = STATE_MUTANTS[name]
    with pytest.raises(GradientError, match=f"^contract: {message}"):
        check_layer(mutant(Memory, *change)(), sequence, state={"h": h})


@pytest.mark.parametrize(("error", "refused"), [(1.5e-9, True), (0.5e-9, False)])
def test_parts_of_a_sequence_may_differ_by_rounding_only(error: float, refused: bool) -> None:
    sequence = np.zeros((4, 2, 3))
    starts = mutant(Memory, "np.zeros(x.shape[1:])", f"np.full(x.shape[1:], {error})")
    carries = mutant(Memory, "steps - 1].copy()", f"steps - 1] + {error}")
    for wrong, message in ((starts, "did not start from zeros"), (carries, "did not go on")):
        layer = wrong().initialize(np.random.default_rng(0), np.float64)
        layer.w[...] = 1
        expected = pytest.raises(GradientError, match=message) if refused else nullcontext()
        with expected:
            check_layer(layer, sequence, state={"h": np.zeros((2, 3))})


def test_the_memory_of_the_gradient_of_a_state_may_be_used_again(sequence: Array, h: Array) -> None:
    reuses = mutant(
        Memory,
        "h = self._start\n",
        "h = self._start\n        self._memory = getattr(self, '_memory', np.empty(h.shape))\n"
        "        self._memory[...] = 0\n",
    )

    class Reusing(reuses):  # type: ignore[misc]
        def backward(self, dy: Array) -> Array:
            dx: Array = super().backward(dy)
            self._memory[...] = self.dcarried["h"]
            self.dcarried = {"h": self._memory}
            return dx

    check_layer(Reusing(), sequence, state={"h": h})


def test_the_gradient_of_a_state_in_single_precision_is_an_error(sequence: Array, h: Array) -> None:
    wrong = mutant(Memory, '{"h": dh}', '{"h": dh.astype(np.float32)}')
    with pytest.raises(GradientError, match=r"^state h: gradient is float32 for float64"):
        check_layer(wrong(), sequence, state={"h": h})


def test_a_parameter_that_was_replaced_before_is_named(
    x: Array, generator: np.random.Generator
) -> None:
    layer = Square().initialize(generator, np.float64)
    vars(layer)["w"] = np.ones(3)
    with pytest.raises(
        GradientError, match=r"^contract: parameter w is no longer a part of theta; "
    ):
        check_layer(layer, x)


def test_a_replaced_parameter_is_named_before_its_shape_is_met(x: Array) -> None:
    layer = Square().initialize(np.random.default_rng(0), np.float64)
    vars(layer)["w"] = np.ones(5)
    with pytest.raises(GradientError, match=r"^contract: parameter w is no longer a part of theta"):
        check_layer(layer, x)


def test_a_layer_inside_an_initialized_network_is_checked(
    x: Array, generator: np.random.Generator
) -> None:
    network = Sequential(Square(), Dense(3, 2)).initialize(generator, np.float64)
    theta = network.theta.copy()
    assert check_layer(network.layers["dense1"], x).exact
    np.testing.assert_array_equal(network.theta, theta)
    assert network.parameters["dense1.W"].base is network.theta.base


def test_backward_leaves_the_output_alone(x: Array) -> None:
    keeps = mutant(Square, "return y", "self._y = y\n        return y")

    class Wrong(keeps):  # type: ignore[misc]
        def backward(self, dy: Array) -> Array:
            self._y[...] = 0  # such as a buffer that backward uses again
            return super().backward(dy)

    check_layer(keeps(), x)
    with pytest.raises(GradientError, match="contract: backward wrote to what forward had return"):
        check_layer(Wrong(), x)
