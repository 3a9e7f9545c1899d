import numpy as np
import pytest

from glassnet.nn import GRU, NO_GRADIENT, LastStep, Sequential
from glassnet.nn.gradcheck import GradientError, check_layer
from tests.mutate import mutant


def test_it_returns_the_last_step_of_any_sequence(generator: np.random.Generator) -> None:
    for shape in ((4, 3), (4, 3, 2), (4, 3, 2, 5)):
        x = generator.standard_normal(shape)
        np.testing.assert_array_equal(LastStep().forward(x), x[3])


def test_a_wrong_variant_is_rejected(generator: np.random.Generator) -> None:
    wrong = mutant(LastStep, "last_steps_gradient(dy,", "last_steps_gradient(2 * dy,")
    with pytest.raises(GradientError):
        check_layer(wrong(), generator.standard_normal((4, 2, 3)))


def test_no_gradient_where_none_is_wanted(generator: np.random.Generator) -> None:
    network = Sequential(LastStep(), GRU(3, 2)).initialize(generator, np.float64)
    network.skip_input_gradient()
    network.layers["laststep1"].forward(np.zeros((4, 2, 3)))
    assert network.layers["laststep1"].backward(np.zeros((2, 3))) is NO_GRADIENT


def test_there_is_a_step_to_return() -> None:
    layer = LastStep().initialize(np.random.default_rng(0))
    for shape in ((0, 2, 3), (4,)):
        with pytest.raises(ValueError, match="LastStep expects"):
            layer.forward(np.zeros(shape))
