import numpy as np
import pytest

from glassnet.nn import LSTM, Dense, Layer, ReLU, Sequential
from glassnet.nn.initializers import zeros


def test_a_network_is_printed_with_its_layers_and_parameters() -> None:
    network = Sequential(Dense(4, 8), ReLU(), ("tail", Sequential(Dense(8, 3))))
    assert repr(network).splitlines() == [
        "Sequential",
        "  dense1: Dense W (4, 8), b (8,)",
        "  relu1: ReLU",
        "  tail: Sequential",
        "    dense1: Dense W (8, 3), b (3,)",
    ]
    assert repr(Layer()) == "Layer"


def test_parameters_before_initialize() -> None:
    layer = Dense(3, 2)
    for name in ("W", "dW", "b", "db", "theta", "grad"):
        with pytest.raises(AttributeError, match=f"^Dense has no '{name}' yet: call initialize"):
            getattr(layer, name)
    with pytest.raises(AttributeError, match="call initialize first"):
        layer.forward(np.zeros((1, 3)))
    assert not hasattr(layer, "theta")


def test_backward_before_forward(generator: np.random.Generator) -> None:
    layer = Dense(3, 2).initialize(generator)
    with pytest.raises(AttributeError, match=r"^Dense has no attribute '_x'; if forward sets it"):
        layer.backward(np.zeros((1, 2)))


def test_attributes_that_do_not_exist() -> None:
    for name in ("weights", "__array__"):
        with pytest.raises(AttributeError, match=f"^ReLU has no attribute '{name}'$"):
            getattr(ReLU(), name)


def test_a_layer_without_the_init_of_layers() -> None:
    class Forgetful(Layer):
        def __init__(self) -> None:
            self.declare("W", (3,), zeros)

    with pytest.raises(AttributeError, match=r"^Forgetful\.__init__ must begin with super\(\)"):
        Forgetful()


@pytest.mark.parametrize("wrong", [1, None, np.random, np.random.RandomState(0)])
def test_initialize_needs_a_generator(wrong: object) -> None:
    with pytest.raises(TypeError, match=r"such as np\.random\.default_rng\(0\), not "):
        Dense(3, 2).initialize(wrong)  # type: ignore[arg-type]


def test_sizes_that_are_not_whole_numbers_from_0() -> None:
    with pytest.raises(ValueError, match=r"^Dense: the sizes of W must not be negative.*\(-3, 2\)"):
        Dense(-3, 2)
    with pytest.raises(TypeError, match=r"^LSTM: the sizes of Wx must be whole numbers.*3\.5"):
        LSTM(3.5, 2)  # type: ignore[arg-type]
    assert Dense(np.int64(3), 0).parameter_count == 0


def test_a_layer_set_before_the_init_of_layers() -> None:
    class Hasty(Layer):
        def __init__(self) -> None:
            self.size = 3
            self.inner = Dense(self.size, 3)
            super().__init__()

    with pytest.raises(AttributeError, match=r"^Hasty\.__init__ must begin with super\(\)"):
        Hasty()


@pytest.mark.parametrize("wrong", ["relu", None, np.zeros((2, 3))])
def test_the_initializer_is_a_function(wrong: object) -> None:
    with pytest.raises(
        TypeError, match=r"^Dense: the initializer of W must be .* such as ReLU\(\)$"
    ):
        Dense(2, 3, wrong)  # type: ignore[arg-type]
