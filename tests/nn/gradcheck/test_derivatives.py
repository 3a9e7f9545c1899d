"""How derivatives are measured, and that no lost imaginary part lets a wrong layer pass."""

from collections.abc import Callable

import numpy as np
import pytest

from glassnet.nn import Array, Layer, ReLU, Sequential
from glassnet.nn.gradcheck import GradientError, check_layer, check_loss
from glassnet.nn.gradcheck.derivatives import Function, relative_error
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
    assert relative_error(0.0, 5.0, 1.0) == relative_error(5.0, 0.0, 1.0) == 1.0
    assert relative_error(0.0, 5.0, 10.0) == 0.5


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
