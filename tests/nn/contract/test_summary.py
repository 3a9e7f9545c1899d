import numpy as np
import pytest

from glassnet.nn import LSTM, Array, Dense, Dropout, Layer, Sequential
from tests.nn.networks import RunningSum, network


def test_a_network_before_initialize() -> None:
    assert network().summary().splitlines() == [
        "layer                  parameters",
        "Sequential                     50",
        "  dense1: Dense                16",
        "  tanh1: Tanh                   0",
        "  residual1: Residual          24",
        "    dense: Dense               20",
        "  output: Dense                10",
    ]


def test_output_shapes_for_an_input(generator: np.random.Generator) -> None:
    net = Sequential(LSTM(64, 16), Dropout(0.5, 1), ("tail", Sequential(Dense(16, 200))))
    net.initialize(generator)
    assert net.summary(np.zeros((9, 5), int)).splitlines() == [
        "layer                output       parameters",
        "Sequential           (9, 5, 200)       8,584",
        "  lstm1: LSTM        (9, 5, 16)        5,184",
        "  dropout1: Dropout  (9, 5, 16)            0",
        "  tail: Sequential   (9, 5, 200)       3,400",
        "    dense1: Dense    (9, 5, 200)       3,400",
    ]


class Skipping(Layer):
    """It has a layer that it does not use."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = Dense(2, 3)

    def forward(self, x: Array, train: bool = False) -> Array:
        return x


def test_a_layer_that_is_not_used_has_no_shape() -> None:
    assert Skipping().summary(np.zeros(4)).splitlines()[1:] == [
        "Skipping         (4,)             9",
        "  unused: Dense  -                9",
    ]


def test_a_summary_changes_neither_state_nor_layers(generator: np.random.Generator) -> None:
    net = Sequential(RunningSum(), Dense(2, 3)).initialize(generator)
    net.state = {"runningsum1.h": np.ones((4, 2))}
    theta = net.theta.copy()
    net.summary(np.zeros((5, 4, 2)))
    wrong = Sequential(Dense(3, 2)).initialize(generator)
    with pytest.raises(ValueError, match="Dense expects a last axis of 3"):
        wrong.summary(np.zeros((5, 2)))
    assert all("forward" not in vars(layer) for _, layer in [*net.walk(), *wrong.walk()])
    np.testing.assert_array_equal(net.theta, theta)
    np.testing.assert_array_equal(net.state["runningsum1.h"], np.ones((4, 2)))


def test_what_a_layer_leaves_out_is_left_out_in_the_table_too() -> None:
    class Trained(Layer):
        def forward(self, x: Array, train: bool = False) -> Array:
            return x.repeat(2) if train else x

    class Outer(Layer):
        def __init__(self) -> None:
            super().__init__()
            self.add("inner", Trained())

        def forward(self, x: Array, train: bool = False) -> Array:
            return self.layers["inner"].forward(x)

    assert [line.split()[-2] for line in Outer().summary(np.zeros(4)).splitlines()[1:]] == [
        "(4,)",
        "(4,)",
    ]
