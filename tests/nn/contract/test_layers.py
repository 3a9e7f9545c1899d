"""The layers inside a layer are there to read; `add` alone puts one there."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glassnet.nn import Dense, Layer, Sequential, Tanh
from tests.nn.networks import network, whole

CHANGES: dict[str, Callable[[Any], object]] = {
    "set": lambda layers: layers.__setitem__("dense1", Dense(3, 4)),
    "set anew": lambda layers: layers.__setitem__("more", Dense(3, 4)),
    "delete": lambda layers: layers.__delitem__("dense1"),
    "clear": lambda layers: layers.clear(),
    "pop": lambda layers: layers.pop("dense1"),
    "popitem": lambda layers: layers.popitem(),
    "setdefault": lambda layers: layers.setdefault("more", Dense(3, 4)),
    "update": lambda layers: layers.update(more=Dense(3, 4)),
    "merge": lambda layers: layers.__ior__({"more": Dense(3, 4)}),
}


@pytest.mark.parametrize("initialized", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_layers_are_not_replaced_or_removed(
    change: str, initialized: bool, generator: np.random.Generator
) -> None:
    net = network()
    if initialized:
        net.initialize(generator)
    before = dict(net.layers)
    with pytest.raises(TypeError, match=r"^layers can't be set or removed here: put one"):
        CHANGES[change](net.layers)
    with pytest.raises(
        TypeError, match=r"^Sequential\.layers can't be replaced: put a layer insid"
    ):
        net.layers = {}  # type: ignore[assignment]
    with pytest.raises(
        TypeError, match=r"^Sequential\.layers can't be deleted: put a layer inside"
    ):
        del net.layers
    assert net.layers == before
    assert whole(net.initialize(generator))


def test_copies_of_layers(generator: np.random.Generator) -> None:
    net = network().initialize(generator)
    for plain in (copy.copy(net.layers), net.layers.copy(), dict(net.layers)):
        assert type(plain) is dict
        plain.pop("dense1")
    assert next(iter(net.layers)) == "dense1"
    other = copy.deepcopy(net)
    with pytest.raises(TypeError, match=r"^layers can't be set"):
        other.layers["dense1"] = Dense(3, 4)
    assert other.layers["dense1"] is not net.layers["dense1"]


def test_a_network_has_names_and_no_positions() -> None:
    net: Any = Sequential(Dense(2, 2), Tanh())
    message = "^a Sequential can't be indexed, sliced or iterated over: `layers` holds the layers"
    for use in (lambda: net[0], lambda: net[:1], lambda: net["tanh1"], lambda: list(net)):
        with pytest.raises(TypeError, match=message):
            use()
    with pytest.raises(TypeError, match=r"^a Layer can't be indexed"):
        Layer()[0]  # type: ignore[index]
