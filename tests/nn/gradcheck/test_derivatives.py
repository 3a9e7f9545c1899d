"""How derivatives are measured, and that no lost imaginary part lets a wrong layer pass."""

import warnings
from collections.abc import Callable

import numpy as np
import pytest

from glassnet.nn import Array, Layer, ReLU, Sequential
from glassnet.nn.gradcheck import GradientError, check_layer, check_loss
from glassnet.nn.gradcheck.derivatives import (
    COMPLEX_STEP,
    DIFFERENCE,
    Function,
    agree,
    choose_method,
    relative_error,
)
from tests.mutate import mutant
from tests.nn.gradcheck.cases import Absolute, Square, square_loss


def test_a_complex_step_is_exact_and_a_difference_is_not() -> None:
    function = Function(lambda x: np.exp(x) / np.sqrt(np.sin(x) ** 3 + np.cos(x) ** 3), np.ones(1))
    x, one = np.array([1.5]), np.ones(1)  # the example of Squire & Trapp 1998
    right = 4.05342789389862
    assert function.complex_step(x, one) == pytest.approx(right, rel=1e-14)
    assert function.difference(x, one, 1e-4) == pytest.approx(right, rel=1e-9)
    assert function.difference(x, one, 1e-4) != pytest.approx(right, rel=1e-14)
    steep = Function(lambda x: np.exp(1e4 * x), np.ones(1))
    assert steep.complex_step(0 * x, one) == pytest.approx(1e4, rel=1e-14)


def test_errors_are_relative_to_the_larger_number() -> None:
    assert relative_error(0.0, against=5.0, least=1.0) == 1.0
    assert relative_error(5.0, against=0.0, least=1.0) == 1.0
    assert relative_error(0.0, against=5.0, least=10.0) == 0.5


def test_an_error_of_the_tolerance_is_allowed_and_nan_is_not() -> None:
    assert agree(1.0, against=0.5, least=0.0, tolerance=0.5)
    assert not agree(1.0, against=0.49, least=0.0, tolerance=0.5)
    assert not agree(np.nan, against=0.5, least=0.0, tolerance=0.5)


def test_a_function_is_confirmed_at_the_point_itself_where_it_is_defined() -> None:
    class Root(Layer):
        def forward(self, x: Array, train: bool = False) -> Array:
            self._y = np.sqrt(x)
            return self._y

        def backward(self, dy: Array) -> Array:
            return 0.5 * dy / self._y

    assert check_layer(Root(), np.full((2, 8), 5e-4)).exact


def test_a_cast_is_named_as_the_reason(x: Array) -> None:
    report = check_layer(mutant(Square, ONE_LINE, LOST["cast"])(), x)
    assert report.tensors["input"].reason.startswith("ComplexWarning: Casting complex values")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whatever the program says of warnings
        assert check_layer(mutant(Square, ONE_LINE, LOST["cast"])(), x) == report


class Deviation(Layer):
    """y = x - s with s = Σ (x - mean)² / n of each row, as `np.var` computes it."""

    def forward(self, x: Array, train: bool = False) -> Array:
        self._centred = x - x.mean(axis=1, keepdims=True)
        y: Array = x - np.var(x, axis=1, keepdims=True)
        return y

    def backward(self, dy: Array) -> Array:
        share = dy.sum(axis=1, keepdims=True) / dy.shape[1]
        return dy - 2 * share * self._centred


ONE_LINE = "y: Array = x * x * self.w"
LOST = {  # forward, with the same value of y but another one in complex numbers
    "cast": ONE_LINE.replace("x * x", "(x * x).astype(float)"),
    "real part": ONE_LINE.replace("x * x", "x * np.real(x)"),
    "absolute": ONE_LINE.replace("x * x", "np.abs(x * x)"),
    "half of it is lost": ONE_LINE.replace("x * x", "np.abs(x) * np.abs(x)"),
    "sign": ONE_LINE.replace("x * x", "x * x * np.sign(x) * np.sign(x)"),
    "function of real numbers only": ONE_LINE.replace("x * x", "x * x * np.cbrt(1 + 0 * x)"),
    "checks the type": "assert x.dtype == np.float64\n        " + ONE_LINE,
    "buffer": "buffer = np.empty(x.shape)\n        buffer[...] = x * x\n"
    "        y: Array = buffer * self.w",
    "one element": ONE_LINE + "\n        y[0, 0] = y[0, 0].real",
}


@pytest.mark.parametrize("name", LOST)
def test_a_right_layer_that_is_not_analytic_passes_by_differences(name: str, x: Array) -> None:
    report = check_layer(mutant(Square, ONE_LINE, LOST[name])(), x)
    assert not report.exact
    assert report.error < 1e-6
    assert "five-point difference (" in str(report)


@pytest.mark.parametrize("name", LOST)
def test_a_wrong_layer_that_is_not_analytic_fails(name: str, x: Array) -> None:
    class Wrong(mutant(Square, ONE_LINE, LOST[name])):  # type: ignore[misc]
        def backward(self, dy: Array) -> Array:
            # Zero is what a complex step measures if all of the imaginary part is lost.
            return 0 * super().backward(dy)

    with pytest.raises(GradientError, match=r"^input: .*; by a five-point difference, because"):
        check_layer(Wrong(), x)


def test_a_path_that_is_lost_and_forgotten_alike_does_not_pass(x: Array) -> None:
    report = check_layer(Deviation(), x)
    assert report.tensors["input"].reason.startswith("the imaginary part gets lost")
    wrong = mutant(Deviation, "dy - 2 * share * self._centred", "dy")
    with pytest.raises(GradientError, match=r"^input: analytic"):
        check_layer(wrong(), x)

    # However small its share is, as long as a difference can see it.
    class Slightly(Layer):
        def forward(self, x: Array, train: bool = False) -> Array:
            return x + 1e-5 * np.abs(x)

        def backward(self, dy: Array) -> Array:
            return 1.0 * dy

    with pytest.raises(GradientError, match=r"^input: analytic"):
        check_layer(Slightly(), x)


def test_the_same_in_a_loss(x: Array) -> None:
    def lossy(output: Array, targets: Array) -> tuple[float, Array]:
        value, gradient = square_loss(output, targets)
        return value + float(np.sum(np.abs(output))), gradient + np.sign(output)

    def wrong(output: Array, targets: Array) -> tuple[float, Array]:
        value, gradient = square_loss(output, targets)
        return value + np.sum(np.abs(output)), gradient

    assert not check_loss(lossy, x, np.zeros_like(x)).exact
    with pytest.raises(GradientError, match=r"^output: analytic"):
        check_loss(wrong, x, np.zeros_like(x))


@pytest.mark.parametrize("kind", [ReLU, lambda: Sequential(ReLU(), ReLU())])
def test_many_kinks_within_reach_of_every_step(
    kind: Callable[[], Layer], generator: np.random.Generator
) -> None:
    x = generator.standard_normal((200, 200)) * 10.0 ** generator.integers(-9, 0, (200, 200))
    assert check_layer(kind(), x).exact
    # A third of the elements is so near that differences see a mean of two slopes.
    with pytest.raises(GradientError, match=r"^input: analytic"):
        check_layer(mutant(Absolute, "np.sign(self._x)", "(1 + 1e-3) * np.sign(self._x)")(), x)


def wave(x: Array, keep: Callable[[Array], Array] = lambda x: x) -> Array:
    """Slopes of 2 and of -1 in turn, each 1e-5 wide; `keep` makes the steep ones."""
    phase = x - 1.5e-5 * np.floor(x.real / 1.5e-5)
    return np.where(phase.real < 5e-6, 2 * keep(phase), 1.5e-5 - phase)


def test_a_far_shorter_step_confirms_what_it_can_among_kinks_within_reach_of_all_others() -> None:
    x = np.random.default_rng(1).uniform(0.4, 0.6, 1000)
    weights = np.random.default_rng(2).standard_normal(1000)

    def method(at: Callable[[Array], Array]) -> str:
        return choose_method(Function(at, weights), x, 1.5, 1e-12, np.random.default_rng(3)).name

    assert method(wave) == COMPLEX_STEP
    assert method(lambda v: wave(v, np.real)) == DIFFERENCE  # a part of the derivative is lost


def test_another_point_is_near_relative_to_the_numbers_themselves() -> None:
    tensor, points = np.repeat([0.0, 1.0, -1000.0], 20_000), []

    def at(v: Array) -> Array:
        points.append(v)
        return np.abs(v)  # so that the complex step is never confirmed

    choose_method(Function(at, np.ones(60_000)), tensor, 1.0, 1e-12, np.random.default_rng(0))
    # From the sixth on: a complex step and twice four values at the tensor itself come first.
    away = points[9].real - tensor
    for place, scale in ((0, 1e-3), (1, 2e-3), (2, 1.001)):
        part = away[20_000 * place :][:20_000]
        assert np.std(part) == pytest.approx(scale, rel=0.03)
        assert abs(np.mean(part)) < 0.03 * scale


def test_an_error_in_the_forward_pass_itself_is_not_hidden(x: Array) -> None:
    wrong = mutant(Square, ONE_LINE, "raise ValueError('of its own')")
    with pytest.raises(ValueError, match="of its own"):
        check_layer(wrong(), x)


def test_the_layer_is_bound_to_its_real_parameters_afterwards(
    x: Array, generator: np.random.Generator
) -> None:
    layer = mutant(Square, ONE_LINE, LOST["checks the type"])().initialize(generator, np.float64)
    theta, grad = layer.theta, layer.grad
    check_layer(layer, x)
    assert layer.theta is theta
    assert layer.grad is grad
    assert np.shares_memory(layer.w, theta)
    assert layer.forward(x).dtype == np.float64
