import contextlib
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import NO_GRADIENT, Array, Layer, Sequential
from glassnet.nn.gradcheck import GradientError, check_layer, check_loss
from glassnet.nn.initializers import normal
from glassnet.nn.layers.activations import ReLU, Tanh
from glassnet.nn.layers.dense import Dense
from glassnet.nn.layers.dropout import Dropout
from glassnet.nn.losses import softmax_cross_entropy
from glassnet.nn.testing import arrays, generators, ids, shapes, spaced_arrays


class Square(Layer):
    """y = x² ⊙ w: one parameter, one cache, simple enough to be wrong in one way at a time."""

    w: Array
    dw: Array

    def __init__(self, size: int = 3) -> None:
        super().__init__()
        self.declare("w", (size,), normal(1.0))

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x
        return x * x * self.w

    def backward(self, dy: Array) -> Array:
        self.dw += (dy * self._x * self._x).sum(axis=0)
        return 2 * dy * self._x * self.w


class Memory(Layer):
    """h(t) = w ⊙ h(t-1) + x(t) over a sequence (T, N, D), from the carried state `h`."""

    w: Array
    dw: Array
    state_names = ("h",)

    def __init__(self, size: int = 3) -> None:
        super().__init__()
        self.declare("w", (size,), normal(0.5))

    def forward(self, x: Array, train: bool = False) -> Array:
        self._start = self.carried.get("h", np.zeros(x.shape[1:]))
        self._hs = np.empty_like(x)
        h = self._start
        for t in range(len(x)):
            h = self._hs[t] = self.w * h + x[t]
        return self._hs

    def backward(self, dy: Array) -> Array:
        dx, dh = np.empty_like(dy), np.zeros(dy.shape[1:])
        for t in reversed(range(len(dy))):
            dx[t] = dh = dy[t] + dh
            before = self._hs[t - 1] if t else self._start
            self.dw += (dh * before).sum(axis=0)
            dh = self.w * dh
        self.dcarried = {"h": dh}
        return dx

    def carry(self, steps: int | None = None) -> None:
        self.carried = {"h": self._hs[-1 if steps is None else steps - 1].copy()}


class Scaled(Layer):
    """y = s x with a single number s, of no dimensions."""

    s: Array
    ds: Array

    def __init__(self) -> None:
        super().__init__()
        self.declare("s", (), normal(1.0))

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x
        return self.s * x

    def backward(self, dy: Array) -> Array:
        self.ds += np.sum(dy * self._x)
        return self.s * dy


@pytest.fixture
def x(generator: np.random.Generator) -> Array:
    return generator.standard_normal((4, 3))


@pytest.fixture
def sequence(generator: np.random.Generator) -> Array:
    return generator.standard_normal((5, 2, 3))


@pytest.fixture
def h(generator: np.random.Generator) -> Array:
    return generator.standard_normal((2, 3))


# -- what is right passes -----------------------------------------------------------------------


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


def test_what_training_left_in_a_network_is_as_before_afterwards(
    generator: np.random.Generator, sequence: Array, h: Array
) -> None:
    network = Sequential(Memory(), Dropout(0.5, batch_axis=1)).initialize(generator, np.float64)
    share = network.batch_shard
    network.grad[...] = np.arange(network.grad.size)
    network.state = {"memory1.h": h}
    for wrong in (False, True):
        if wrong:
            network.layers["memory1"].backward = lambda dy: dy  # type: ignore[method-assign]
        with pytest.raises(GradientError) if wrong else contextlib.nullcontext():
            check_layer(network, sequence, state={"memory1.h": h + 1}, train=True)
        np.testing.assert_array_equal(network.grad, np.arange(network.grad.size))
        assert list(network.state) == ["memory1.h"]
        np.testing.assert_array_equal(network.state["memory1.h"], h)
        assert all(layer.batch_shard is share for _, layer in network.walk())


def test_a_parameter_may_be_a_single_number(x: Array) -> None:
    class Doubled(Scaled):
        def backward(self, dy: Array) -> Array:
            self.ds += np.sum(dy * self._x)
            return super().backward(dy)

    check_layer(Scaled(), x)
    with pytest.raises(GradientError, match=r"^parameter s: analytic .* at element \[\]: analytic"):
        check_layer(Doubled(), x)


def test_a_layer_without_parameters_or_elements_passes(generator: np.random.Generator) -> None:
    check_layer(Tanh(), generator.standard_normal((2, 3)))
    check_layer(Square(), np.zeros((0, 3)))


def test_integer_input_has_no_gradient(generator: np.random.Generator) -> None:
    class Rows(Dense):
        def forward(self, x: Array, train: bool = False) -> Array:
            self._x = x
            return self.W[x] + self.b

        def backward(self, dy: Array) -> Array:
            np.add.at(self.dW, self._x, dy)
            self.db += dy.sum(axis=0)
            return NO_GRADIENT

    class OverwritingRows(Rows):
        def backward(self, dy: Array) -> Array:
            super().backward(dy)
            self.dW[self._x] += dy  # an id that occurs twice counts once
            np.add.at(self.dW, self._x, -dy)
            return NO_GRADIENT

    x = np.array([0, 2, 2, 1])
    check_layer(Rows(3, 2), x)
    with pytest.raises(GradientError, match=r"^parameter W"):
        check_layer(OverwritingRows(3, 2), x)


# -- what is wrong is named ---------------------------------------------------------------------


class _ForgottenFactor(Square):
    def backward(self, dy: Array) -> Array:
        return super().backward(dy) / 2


class _LastElement(Square):
    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        dx[-1, -1] *= 1.5
        return dx


class _NoInputGradient(Square):
    def backward(self, dy: Array) -> Array:
        return 0 * super().backward(dy)


class _ForgottenWeight(Square):
    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        self.dw += (dy * self._x).sum(axis=0) - (dy * self._x * self._x).sum(axis=0)
        return dx


class _NoWeightGradient(Square):
    def backward(self, dy: Array) -> Array:
        kept = self.dw.copy()
        dx = super().backward(dy)
        self.dw[...] = kept
        return dx


class _SlightlyOff(Square):
    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        self.dw += 1e-5 * (dy * self._x * self._x).sum(axis=0)
        return dx


@pytest.mark.parametrize(
    ("wrong", "culprit"),
    [
        (_ForgottenFactor, "input"),
        (_LastElement, "input"),
        (_NoInputGradient, "input"),
        (_ForgottenWeight, "parameter w"),
        (_NoWeightGradient, "parameter w"),
        (_SlightlyOff, "parameter w"),
    ],
)
def test_the_culprit_is_named(wrong: type[Square], culprit: str, x: Array) -> None:
    with pytest.raises(GradientError, match=f"^{culprit}: analytic .* against numeric"):
        check_layer(wrong(), x)


def test_the_culprit_is_named_inside_a_network(x: Array) -> None:
    net = Sequential(Dense(3, 3), Sequential(Tanh(), ("inner", _ForgottenWeight())), Dense(3, 1))
    with pytest.raises(GradientError, match=r"^parameter sequential1\.inner\.w: analytic"):
        check_layer(net, x)


def test_the_message_shows_both_derivatives_and_an_element_that_is_wrong(
    generator: np.random.Generator,
) -> None:
    # More elements than are tried one by one; only the last of them is wrong.
    layer = _LastElement(40).initialize(generator, np.float64)
    with pytest.raises(GradientError) as caught:
        check_layer(layer, generator.standard_normal((30, 40)))
    number = r"(-?[\d.]+(?:e[+-]\d+)?)"
    match = re.search(
        rf"^input: analytic {number} against numeric {number} along a random direction, "
        rf"relative error {number} \(tolerance 1e-06\); at element \[29, 39\]: "
        rf"analytic {number}, numeric {number}$",
        str(caught.value),
    )
    assert match, str(caught.value)
    analytic, numeric, _, analytic_there, numeric_there = map(float, match.groups())
    assert analytic != pytest.approx(numeric, rel=1e-6)
    assert analytic_there == pytest.approx(1.5 * numeric_there, rel=1e-6)


class _FirstElement(Square):
    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        dx[0, 0] += 1e-3
        return dx


def test_small_tensors_are_tried_element_by_element(x: Array) -> None:
    with pytest.raises(GradientError, match=r"^input\[0, 0\]: analytic .* numeric .* relative"):
        check_layer(_FirstElement(), x, directions=0)
    with pytest.raises(GradientError, match=r"^input: analytic .* along a random direction"):
        check_layer(_FirstElement(), x, every_coordinate=0)
    # Neither way of looking: the two options do what they say.
    check_layer(_FirstElement(), x, directions=0, every_coordinate=x.size - 1)


def test_the_tolerance_is_relative_and_can_be_set(x: Array) -> None:
    check_layer(_SlightlyOff(), x, tolerance=1e-4)
    with pytest.raises(GradientError, match="tolerance 1e-07"):
        check_layer(_SlightlyOff(), x, tolerance=1e-7)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gradients_that_are_not_finite_are_named(bad: float, x: Array) -> None:
    class Input(Square):
        def backward(self, dy: Array) -> Array:
            return super().backward(dy) + bad

    class Weight(Square):
        def backward(self, dy: Array) -> Array:
            dx = super().backward(dy)
            self.dw += bad
            return dx

    with pytest.raises(GradientError, match=r"^input: the analytic gradient is not finite"):
        check_layer(Input(), x)
    with pytest.raises(GradientError, match=r"^parameter w: the analytic gradient is not finite"):
        check_layer(Weight(), x)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_outputs_that_are_not_finite_are_rejected(bad: float, x: Array) -> None:
    class OneElement(Square):
        def forward(self, x: Array, train: bool = False) -> Array:
            y = super().forward(x)
            y[0, 0] = bad
            return y

    with (
        np.errstate(invalid="ignore"),
        pytest.raises(GradientError, match=r"^input: .* numeric nan"),
    ):
        check_layer(OneElement(), x)


def test_an_input_that_is_not_finite_is_nobodys_fault(x: Array) -> None:
    x[0, 0] = np.nan
    with pytest.raises(GradientError, match=r"^input: "):
        check_layer(Square(), x)


# -- carried state ------------------------------------------------------------------------------


class _StateGradientOneStepLate(Memory):
    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        self.dcarried = {"h": dx[0].copy()}
        return dx


class _StateGradientForgotten(Memory):
    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        self.dcarried = {}
        return dx


class _StateGradientOfOneRow(Memory):
    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        self.dcarried = {"h": self.dcarried["h"][0]}
        return dx


class _ReadsTheStepAfter(Memory):
    def backward(self, dy: Array) -> Array:
        dx, dh = np.empty_like(dy), np.zeros(dy.shape[1:])
        for t in reversed(range(len(dy))):
            dx[t] = dh = dy[t] + dh
            self.dw += (dh * self._hs[t]).sum(axis=0)
            dh = self.w * dh
        self.dcarried = {"h": dh}
        return dx


class _NoGradientThroughTime(Memory):
    def backward(self, dy: Array) -> Array:
        super().backward(dy)
        return dy


class _ForgetsToCarry(Memory):
    carry = Layer.carry


class _CarriesZeros(Memory):
    def carry(self, steps: int | None = None) -> None:
        self.reset_state()


class _CarriesTheEndAlways(Memory):
    def carry(self, steps: int | None = None) -> None:
        super().carry()


class _MovesOnByItself(Memory):
    def forward(self, x: Array, train: bool = False) -> Array:
        y = super().forward(x, train)
        self.carry()
        return y


class _WritesToTheState(Memory):
    def forward(self, x: Array, train: bool = False) -> Array:
        y = super().forward(x, train)
        self.carried.get("h", y[0])[...] = y[-1]
        return y


class _StartsFromOnes(Memory):
    def forward(self, x: Array, train: bool = False) -> Array:
        kept = self.carried
        self.carried = {"h": np.ones(x.shape[1:])} | kept
        y = super().forward(x, train)
        self.carried = kept
        return y


@pytest.mark.parametrize(
    ("wrong", "culprit"),
    [
        (_ForgetsToCarry, r"^contract: after carry\(None\) forward did not go on from where"),
        (_CarriesZeros, r"^contract: after carry\(None\) forward did not go on from where"),
        (_CarriesTheEndAlways, r"^contract: after carry\(2\) .* where the first 2 steps ended"),
        (_MovesOnByItself, "^contract: forward changed the carried state"),
        (_WritesToTheState, "^contract: forward changed the carried state"),
        (_StartsFromOnes, "^contract: without a carried state forward did not start from zeros"),
        (_StateGradientOneStepLate, "^state h: analytic"),
        (_StateGradientForgotten, "^state h: backward left no gradient"),
        (_StateGradientOfOneRow, r"^state h: gradient of shape \(3,\) for shape \(2, 3\)"),
        (_ReadsTheStepAfter, "^parameter w: analytic"),
        (_NoGradientThroughTime, "^input: analytic"),
    ],
)
def test_wrong_recurrent_layers_are_rejected(
    wrong: type[Memory], culprit: str, sequence: Array, h: Array
) -> None:
    with pytest.raises(GradientError, match=culprit):
        check_layer(wrong(), sequence, state={"h": h})


def test_the_state_handed_in_is_left_as_it_is(sequence: Array, h: Array) -> None:
    before = h.copy()
    h.flags.writeable = False
    check_layer(Memory(), sequence, state={"h": h})
    np.testing.assert_array_equal(h, before)


# -- the contract -------------------------------------------------------------------------------


class _WritesToInput(Square):
    def forward(self, x: Array, train: bool = False) -> Array:
        y = super().forward(x.copy(), train)
        x += 1
        return y


class _WritesToInputOnce(Layer):
    """y = 2x, the first row aside, which it sets to zero: writing again changes nothing more."""

    def forward(self, x: Array, train: bool = False) -> Array:
        x[0] = 0
        return 2 * x

    def backward(self, dy: Array) -> Array:
        dx = 2 * dy
        dx[0] = 0
        return dx


class _BackwardWritesToInput(Square):
    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        self._x[...] = 0
        return dx


class _WritesToDy(Square):
    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        dy *= 2
        return dx


class _OverwritesGradient(Square):
    def backward(self, dy: Array) -> Array:
        self.dw[...] = (dy * self._x * self._x).sum(axis=0)
        return 2 * dy * self._x * self.w


class _SpoilsItsCache(Square):
    def forward(self, x: Array, train: bool = False) -> Array:
        return super().forward(x.copy(), train)

    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        self._x *= 0.5
        return dx


class _SpoilsItsCacheForTheInput(Tanh):
    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        self._y *= 0.5
        return dx


class _SinglePrecision(Square):
    def forward(self, x: Array, train: bool = False) -> Array:
        return super().forward(x, train).astype(np.float32)


class _SinglePrecisionGradient(Square):
    def backward(self, dy: Array) -> Array:
        return super().backward(dy).astype(np.float32)


class _WrongShape(Square):
    def backward(self, dy: Array) -> Array:
        return super().backward(dy)[0]


class _NoGradient(Square):
    def backward(self, dy: Array) -> Array:
        super().backward(dy)
        return NO_GRADIENT


class _RandomOfItsOwn(Layer):
    def __init__(self) -> None:
        super().__init__()
        self._generator = np.random.default_rng(0)

    def forward(self, x: Array, train: bool = False) -> Array:
        self._mask = self._generator.random(x.shape)
        return x * self._mask

    def backward(self, dy: Array) -> Array:
        return dy * self._mask


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (_WritesToInput, "^contract: forward wrote to its input"),
        (_WritesToInputOnce, "^contract: forward wrote to its input"),
        (_BackwardWritesToInput, "^contract: backward wrote to the input"),
        (_WritesToDy, "^contract: backward wrote to dy"),
        (_OverwritesGradient, "^contract: .* twice did not double the gradients"),
        (_SpoilsItsCache, "^contract: .* twice did not double the gradients"),
        (_SpoilsItsCacheForTheInput, "^contract: .* twice gave another gradient for the input"),
        (_SinglePrecision, "^contract: forward returned float32"),
        (_SinglePrecisionGradient, "^input: gradient is float32 for float64"),
        (_WrongShape, r"^input: gradient of shape \(3,\) for shape \(4, 3\)"),
        (_NoGradient, r"^input: gradient of shape \(0,\) for shape \(4, 3\)"),
        (_RandomOfItsOwn, "^contract: forward gave two outputs for one input"),
    ],
)
def test_the_broken_rule_is_named(wrong: type[Layer], rule: str, x: Array) -> None:
    with pytest.raises(GradientError, match=rule):
        check_layer(wrong(), x)


def test_no_gradient_is_right_where_none_is_wanted(x: Array) -> None:
    layer = _NoGradient()
    layer.requires_input_gradient = False
    check_layer(layer, x)


def test_single_precision_is_a_type_error(
    x: Array, sequence: Array, h: Array, generator: np.random.Generator
) -> None:
    with pytest.raises(TypeError, match="float64, but the input is float32"):
        check_layer(Square(), x.astype(np.float32))
    with pytest.raises(TypeError, match=r"float64, but the parameters .* is float32"):
        check_layer(Square().initialize(generator), x)
    with pytest.raises(TypeError, match="float64, but the state h is float32"):
        check_layer(Memory(), sequence, state={"h": h.astype(np.float32)})
    with pytest.raises(TypeError, match="float64, but the output is float32"):
        check_loss(softmax_cross_entropy, x.astype(np.float32), np.zeros(4, int))


# -- kinks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("distance", [1.5e-4, 1e-5, 4e-6, -1e-5])
def test_a_kink_nearby_is_no_error(distance: float) -> None:
    x = np.array([[distance, 1.0, -1.0]])
    check_layer(ReLU(), x)


def test_a_kink_nearby_hides_no_error() -> None:
    class Wrong(ReLU):
        def backward(self, dy: Array) -> Array:
            return 1.001 * super().backward(dy)

    with pytest.raises(GradientError, match=r"^input"):
        check_layer(Wrong(), np.array([[1e-5, 1.0, -1.0]]))


def test_a_kink_right_there_is_an_error() -> None:
    with pytest.raises(GradientError, match=r"^input.*numeric"):
        check_layer(ReLU(), np.array([[0.0, 1.0]]))


# -- losses -------------------------------------------------------------------------------------


def square_loss(output: Array, targets: Array) -> tuple[float, Array]:
    difference = output - targets
    return 0.5 * float(np.sum(difference**2)), difference


@given(generator=generators(), shape=shapes(2))
def test_right_losses_pass(generator: np.random.Generator, shape: tuple[int, ...]) -> None:
    output, targets = generator.standard_normal((2, *shape))
    check_loss(square_loss, output, targets)


def scaled(output: Array, targets: Array) -> tuple[float, Array]:
    value, gradient = square_loss(output, targets)
    return value, 2 * gradient


def wrong_sign(output: Array, targets: Array) -> tuple[float, Array]:
    value, gradient = square_loss(output, targets)
    return value, -gradient


def last_element(output: Array, targets: Array) -> tuple[float, Array]:
    value, gradient = square_loss(output, targets)
    gradient[-1, -1] += 1e-3
    return value, gradient


def not_a_number(output: Array, targets: Array) -> tuple[float, Array]:
    return square_loss(output, targets)[0], output * np.nan


def value_not_a_number(output: Array, targets: Array) -> tuple[float, Array]:
    return np.nan, square_loss(output, targets)[1]


def one_row(output: Array, targets: Array) -> tuple[float, Array]:
    return 0.5 * float(np.sum(output**2)), output[0]


def writing(output: Array, targets: Array) -> tuple[float, Array]:
    output -= targets
    return 0.5 * float(np.sum(output**2)), output


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (scaled, "^output: analytic .* numeric"),
        (wrong_sign, "^output: analytic .* numeric"),
        (last_element, "^output: analytic .* numeric"),
        (not_a_number, "^output: the analytic gradient is not finite"),
        (value_not_a_number, "^output: analytic .* numeric nan"),
        (one_row, r"^output: gradient of shape \(3,\) for shape \(1, 3\)"),
        (writing, "the loss wrote to its input"),
    ],
)
def test_wrong_losses_are_rejected(
    wrong: object, message: str, generator: np.random.Generator
) -> None:
    output, targets = generator.standard_normal((2, 1, 3))
    with pytest.raises(GradientError, match=message):
        check_loss(wrong, output, targets)  # type: ignore[arg-type]


# -- nn.testing ---------------------------------------------------------------------------------


@given(
    x=st.floats(0.01, 1).flatmap(
        lambda gap: st.tuples(st.just(gap), spaced_arrays(st.integers(1, 3).flatmap(shapes), gap))
    )
)
def test_spaced_arrays_keep_away_from_zero_and_from_ties(x: tuple[float, Array]) -> None:
    gap, values = x
    assert values.dtype == np.float64
    ordered = np.sort(values, axis=None)
    assert np.all(np.diff(ordered) > 0.999 * gap)
    assert np.abs(values).min() > 0.499 * gap
    # and so from every multiple of the gap
    assert np.abs(values / gap - np.round(values / gap)).min() > 0.499


def test_spaced_arrays_are_shuffled_and_of_both_signs() -> None:
    seen = []

    @given(x=spaced_arrays((4, 5)))
    def collect(x: Array) -> None:
        seen.append(x)

    collect()
    assert any(not np.array_equal(x.reshape(-1), np.sort(x, axis=None)) for x in seen)
    assert all(x.min() == pytest.approx(-0.475) for x in seen)
    assert all(x.max() == pytest.approx(0.475) for x in seen)


@given(data=st.data(), shape=st.integers(0, 4).flatmap(lambda n: shapes(n, 2, 4)))
def test_strategies_keep_to_shapes_and_ranges(data: st.DataObject, shape: tuple[int, ...]) -> None:
    assert all(2 <= length <= 4 for length in shape)
    for strategy in (arrays(shape), spaced_arrays(shape), ids(shape, 3)):
        assert data.draw(strategy).shape == shape
    numbers = data.draw(ids(shape, 3))
    assert numbers.dtype == np.int64
    assert numbers.size == 0 or 0 <= numbers.min() <= numbers.max() < 3


@given(generator=generators(), data=st.data())
def test_arrays_have_the_standard_deviation_asked_for(
    generator: np.random.Generator, data: st.DataObject
) -> None:
    values = data.draw(arrays((50, 50), scale=3.0))
    assert values.dtype == np.float64
    assert values.std() == pytest.approx(3, rel=0.15)
