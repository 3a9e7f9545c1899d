"""The arguments that a layer was made with are recorded, however they were given."""

import copy

import numpy as np
import pytest

from glassnet.nn import Array, Dense, Dropout, Layer, MaxPool1D, ReLU, Sequential
from glassnet.nn.initializers import glorot_uniform


class Many(Layer):
    """Every kind of parameter that Python has."""

    def __init__(
        self, first: int, /, second: str, *rest: float, third: bool = True, **others: object
    ) -> None:
        super().__init__()
        self.seen = (first, second, rest, third, others)

    def forward(self, x: Array, train: bool = False) -> Array:
        return x


def test_arguments_are_recorded_by_name_with_defaults() -> None:
    assert Dense(3, out_features=2).configuration == {
        "in_features": 3,
        "out_features": 2,
        "initializer": glorot_uniform,
    }
    assert ReLU().configuration == {}


def test_what_a_base_class_is_given_is_not_recorded() -> None:
    assert MaxPool1D(3).configuration == {"pool_size": 3, "stride": None, "padding": "valid"}


@pytest.mark.parametrize(
    "layer",
    [
        Many(1, "a"),
        Many(1, "a", 0.5, 1.5, third=False, fourth=4),
        Many(1, second="a", third=False, fifth=[5]),
    ],
)
def test_every_kind_of_parameter_comes_back(layer: Many) -> None:
    assert Many.from_configuration(layer.configuration).seen == layer.seen


def test_a_number_that_was_changed_is_the_present_one() -> None:
    layer = Dropout(0.25)
    layer.rate = 0.75
    assert layer.configuration["rate"] == 0.75
    assert Dropout.from_configuration(layer.configuration).rate == 0.75


def test_an_attribute_of_another_type_is_not_the_argument() -> None:
    layer = MaxPool1D(3)
    assert layer.pool_size == (3, 1)
    assert layer.configuration["pool_size"] == 3


def test_sequential_has_the_layers_added_later() -> None:
    network = Sequential(Dense(2, 3))
    network.add("last", ReLU())
    assert network.configuration == {"layers": tuple(network.layers.items())}
    assert list(network.layers) == ["dense1", "last"]


def test_a_sequential_with_a_constructor_of_its_own() -> None:
    class Two(Sequential):
        def __init__(self, units: int) -> None:
            super().__init__(Dense(2, units), ReLU())

    assert Two(5).configuration == {"units": 5}
    assert Two.kind == "Two"
    assert Two.from_configuration({"units": 4}).parameter_shapes["dense1.W"] == (2, 4)


def test_a_copy_describes_itself() -> None:
    network = Sequential(Dense(2, 3), Dropout(0.5)).initialize(np.random.default_rng(0))
    again = copy.deepcopy(network)
    (_, dense), _ = again.configuration["layers"]  # type: ignore[misc]
    assert dense is again.layers["dense1"]
    again.theta += 1
    assert again.layers["dense1"].parameters["W"].min() > network.theta.min()


def test_a_configuration_may_leave_defaults_out() -> None:
    assert Dropout.from_configuration({"rate": 0.25}).batch_axis == Dropout(0.25).batch_axis
