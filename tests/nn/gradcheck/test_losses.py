import numpy as np
import pytest
from hypothesis import given

from glassnet.nn import Array, softmax_cross_entropy
from glassnet.nn.gradcheck import GradientError, check_loss
from glassnet.nn.testing import generators, shapes
from tests.mutate import mutant
from tests.nn.gradcheck.cases import square_loss


@given(generator=generators(), shape=shapes(2))
def test_right_losses_pass(generator: np.random.Generator, shape: tuple[int, ...]) -> None:
    output, targets = generator.standard_normal((2, *shape))
    check_loss(square_loss, output, targets)


END = "return value, gradient"
MUTANTS = {
    "scaled": (END, "return value, 2 * gradient", "output: analytic .* numeric"),
    "wrong sign": (END, "return value, -gradient", "output: analytic .* numeric"),
    "one wrong element": (END, f"gradient[-1, -1] += 1e-3; {END}", "output: analytic .* numeric"),
    "gradient not finite": (
        END,
        "return value, gradient * np.nan",
        "output: the analytic gradient is not finite",
    ),
    "value not finite": (END, "return np.nan, gradient", "output: analytic .* numeric nan"),
    "one row": (
        END,
        "return value, gradient[0]",
        r"output: gradient of shape \(3,\) for shape \(1, 3\)",
    ),
    "writes to the output": (
        "= output - targets",
        "= output; gradient -= targets",
        "the loss wrote",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_losses_are_rejected(name: str, generator: np.random.Generator) -> None:
    *change, message = MUTANTS[name]
    output, targets = generator.standard_normal((2, 1, 3))
    with pytest.raises(GradientError, match=f"^{message}"):
        check_loss(mutant(square_loss, *change), output, targets)


def test_single_precision_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="float64, but the output is float32"):
        check_loss(softmax_cross_entropy, np.zeros((4, 3), np.float32), np.zeros(4, int))


def test_a_gradient_in_single_precision_is_an_error() -> None:
    wrong = mutant(square_loss, END, "return value, gradient.astype(np.float32)")
    with pytest.raises(GradientError, match=r"^output: gradient is float32 for float64$"):
        check_loss(wrong, np.ones((2, 3)), np.zeros((2, 3)))


def test_nan_in_the_output_is_not_taken_for_a_change() -> None:
    with pytest.raises(GradientError, match=r"^output: the analytic gradient is not finite"):
        check_loss(square_loss, np.array([1.0, np.nan]), np.zeros(2))


def test_a_loss_may_use_the_memory_of_its_gradient_again() -> None:
    memory = np.empty(3)

    def loss(output: Array, targets: Array) -> tuple[float, Array]:
        memory[...] = (output - targets).real
        return 0.5 * np.sum((output - targets) ** 2).item(), memory

    def listed(output: Array, targets: Array) -> tuple[float, Array]:
        value, gradient = loss(output, targets)
        return value, gradient.tolist()  # type: ignore[return-value]

    for right in (loss, listed):
        assert check_loss(right, np.array([1.0, 2.0, -3.0]), np.zeros(3)).exact
