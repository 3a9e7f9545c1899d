"""Every layer of the contract suite is described in JSON and built again from it."""

import json
import re

import numpy as np
import pytest

from glassnet.models import StructureError, register
from glassnet.models.structure.layers import build, describe
from glassnet.nn import Array, Dense, Dropout, Layer, ReLU, Sequential
from glassnet.nn.initializers import zeros
from tests.nn.contract_suite.tables.layers import LAYERS, LayerLine


def through_json(layer: Layer) -> Layer:
    return build(json.loads(json.dumps(describe(layer))))


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_comes_back_with_the_same_outputs(name: str) -> None:
    line: LayerLine = LAYERS[name]
    layer, x = line.layer(), line.input()
    again = through_json(layer)
    assert type(again) is type(layer)
    assert repr(again) == repr(layer)
    assert describe(again) == describe(layer)
    again.initialize(np.random.default_rng(5), np.float64)
    again.arrays.update(layer.arrays)
    for train in (False, True):
        for each in (layer, again):
            each.set_generator(np.random.default_rng(3))
        y = layer.forward(x, train).copy()
        np.testing.assert_array_equal(again.forward(x, train), y)


@register
class StructurePair(Layer):
    def __init__(self, options: dict[str, float], first: Layer, *, scale: float = 1.0) -> None:
        super().__init__()
        self.first, self.options, self.scale = first, options, scale

    def forward(self, x: Array, train: bool = False) -> Array:
        return self.scale * self.options["gain"] * self.first.forward(x, train)


def test_layers_and_mappings_as_arguments() -> None:
    network = StructurePair({"gain": np.float32(0.5)}, Sequential(("inner", Dense(2, 3))))
    network.scale = 4.0
    again = through_json(network)
    assert isinstance(again, StructurePair)
    assert (again.options, again.scale) == ({"gain": 0.5}, 4.0)
    assert list(again.parameter_shapes) == ["first.inner.W", "first.inner.b"]


def test_initializers_are_left_out() -> None:
    assert describe(Dense(2, 3, zeros)) == describe(Dense(2, 3))


def refused(layer: Layer, message: str) -> None:
    with pytest.raises(StructureError, match=f"^{re.escape(message)}"):
        describe(layer)


def test_what_can_not_be_described() -> None:
    class Unknown(ReLU):
        pass

    refused(Unknown(), "a Unknown can't be saved: glassnet.models.register(Unknown) makes")
    refused(Sequential(("top", Sequential(Unknown()))), "layer 'top.unknown1' can't be saved: gla")
    wrong = StructurePair({"gain": np.zeros(2)}, ReLU())  # type: ignore[dict-item]
    refused(wrong, "a StructurePair can't be saved: its options is a ndarray; files hold numbers")
    late = Sequential(StructurePair({}, ReLU()))
    late.layers["structurepair1"].add("late", Dense(2, 2))
    refused(late, "a Sequential can't be saved: from its arguments another network is built")


@pytest.mark.parametrize(
    ("structure", "message"),
    [
        (None, "does not describe a network"),
        ({"layer": "Dense"}, "does not describe a network"),
        ({"layer": "Evil", "configuration": {}}, "holds a 'Evil', which is not known here"),
        ({"layer": "os.system", "configuration": {}}, "holds a 'os.system', which is not known"),
        (
            {"layer": "Dense", "configuration": {"in_features": 2**40, "out_features": 1}},
            "holds 1099511627776, which describes no network",
        ),
        (
            {"layer": "Dropout", "configuration": {"rate": {"a": 1, "b": 2}}},
            "holds {'a': 1, 'b': 2}, which describes no network",
        ),
    ],
)
def test_structures_that_are_wrong(structure: object, message: str) -> None:
    with pytest.raises(StructureError, match=f"^{re.escape(message)}"):
        build(structure)


def test_too_many_layers() -> None:
    layer = {"layer": "ReLU", "configuration": {}}
    layers = [[f"relu{number}", layer] for number in range(10_000)]
    with pytest.raises(StructureError, match=r"^holds more than 10,000 layers"):
        build({"layer": "Sequential", "configuration": {"layers": layers}})


def test_a_rate_that_was_changed_is_described() -> None:
    network = Sequential(Dropout(0.5))
    network.layers["dropout1"].rate = 0.25  # type: ignore[attr-defined]
    dropout = through_json(network).layers["dropout1"]
    assert isinstance(dropout, Dropout)
    assert dropout.rate == 0.25


def test_copies_of_arguments_count_as_layers() -> None:
    """Each `Bidirectional` copies what is inside it: 30 levels would make 2³⁰ layers."""
    structure: object = {"layer": "LSTM", "configuration": {"in_features": 1, "units": 1}}
    for _ in range(30):
        structure = {"layer": "Bidirectional", "configuration": {"layer": structure}}
    with pytest.raises(StructureError, match=r"^holds more than 10,000 layers$"):
        build(structure)
