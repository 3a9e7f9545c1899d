import numpy as np
import pytest

from glassnet.nn import GRU, LSTM, NO_GRADIENT, Bidirectional, Dropout, Sequential, SimpleRNN
from glassnet.nn.gradcheck import GradientError, check_layer
from tests.mutate import mutant

MUTANTS = {
    "backward output not reversed": (
        "            backward = reversed_steps(backward, self.lengths)\n",
        "            pass\n",
    ),
    "gradient not reversed": (
        "            dbackward = reversed_steps(dbackward, self.lengths)\n",
        "            pass\n",
    ),
    "input gradient not reversed": (
        "dx + reversed_steps(dx_reversed, self.lengths)",
        "dx + dx_reversed",
    ),
    "input gradient of one direction": ("dx + reversed_steps(dx_reversed, self.lengths)", "dx"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_variants_are_rejected(name: str, generator: np.random.Generator) -> None:
    wrong = mutant(Bidirectional, *MUTANTS[name])
    x = generator.standard_normal((4, 3, 3))
    if name == "backward output not reversed":  # another function, and of that the gradient
        layer = wrong(GRU(3, 2)).initialize(np.random.default_rng(0), np.float64)
        right = Bidirectional(GRU(3, 2)).initialize(np.random.default_rng(0), np.float64)
        assert not np.allclose(layer(x), right(x))
    layer = wrong(GRU(3, 2))
    with pytest.raises(GradientError):
        check_layer(layer, x)


def test_the_two_layers_have_parameters_of_their_own(generator: np.random.Generator) -> None:
    layer = Bidirectional(LSTM(3, 4)).initialize(generator, np.float64)
    assert not np.array_equal(layer.forward_layer.Wx, layer.backward_layer.Wx)
    assert [name for name in layer.parameters if name.endswith("Wh")] == [
        "forward_layer.Wh",
        "backward_layer.Wh",
    ]


def test_two_layers_of_different_kind_and_size(generator: np.random.Generator) -> None:
    layer = Bidirectional(GRU(3, 4), SimpleRNN(3, 2))
    check_layer(layer, generator.standard_normal((4, 2, 3)))
    layer = Bidirectional(GRU(3, 4), SimpleRNN(3, 2), last_step=True)
    check_layer(layer, generator.standard_normal((4, 2, 3)))
    assert layer.forward(np.zeros((4, 2, 3))).shape == (2, 6)


def test_layers_in_a_sequential_with_dropout(generator: np.random.Generator) -> None:
    layer = Bidirectional(Sequential(GRU(3, 4), Dropout(0.5, 1), GRU(4, 2)))
    check_layer(layer, generator.standard_normal((4, 2, 3)), train=True)


def test_it_starts_from_a_state_and_carries_none(generator: np.random.Generator) -> None:
    layer = Bidirectional(GRU(3, 4)).initialize(generator, np.float64)
    x = generator.standard_normal((4, 2, 3))
    from_zeros = layer(x)
    layer.carry()
    assert not layer.state
    np.testing.assert_array_equal(layer(x), from_zeros)
    h = generator.standard_normal((2, 4))
    layer.state = {"backward_layer.h": h}
    changed = layer(x) != from_zeros
    assert not changed[..., :4].any()
    assert changed[..., 4:].all()
    check_layer(layer, x, state={"forward_layer.h": h, "backward_layer.h": 2 * h}, train=True)


def test_no_time_steps(generator: np.random.Generator) -> None:
    layer = Bidirectional(GRU(3, 4)).initialize(generator, np.float64)
    assert layer.forward(np.zeros((0, 2, 3))).shape == (0, 2, 8)
    layer = Bidirectional(GRU(3, 4), last_step=True).initialize(generator, np.float64)
    with pytest.raises(ValueError, match="with at least one time step, got shape"):
        layer.forward(np.zeros((0, 2, 3)))


def test_by_default_it_computes_as_outside_training(generator: np.random.Generator) -> None:
    layer = Bidirectional(GRU(3, 4, weight_drop=0.5)).initialize(generator, np.float64)
    x = generator.standard_normal((4, 2, 3))
    np.testing.assert_array_equal(layer.forward(x), layer.forward(x, train=False))
    assert not np.array_equal(layer.forward(x), layer.forward(x, train=True))


def test_neither_direction_computes_a_gradient_that_is_not_wanted(
    generator: np.random.Generator,
) -> None:
    layer = Bidirectional(GRU(3, 4)).initialize(generator, np.float64)
    layer.skip_input_gradient()
    assert not layer.requires_input_gradient
    assert not layer.forward_layer.requires_input_gradient
    assert not layer.backward_layer.requires_input_gradient
    y = layer.forward(generator.standard_normal((4, 2, 3)))
    assert layer.backward(np.ones_like(y)) is NO_GRADIENT


def test_one_direction_may_have_no_gradient(generator: np.random.Generator) -> None:
    layer = Bidirectional(GRU(3, 4)).initialize(generator, np.float64)
    layer.backward_layer.skip_input_gradient()
    y = layer.forward(generator.standard_normal((4, 2, 3)))
    assert layer.backward(np.ones_like(y)) is NO_GRADIENT
