"""A copy of a network is whole: what its layers read is what an optimizer changes."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glassnet.nn import (
    LSTM,
    Array,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    MaxPool2D,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
)
from tests.nn.networks import SIZE, Residual, network, whole

SEQUENCES = np.random.default_rng(1).standard_normal((5, 3, 4)).astype(np.float32)
IMAGES = np.random.default_rng(2).standard_normal((2, 6, 6, 3)).astype(np.float32)
NETWORKS: dict[str, tuple[Callable[[], Layer], Array]] = {
    "dense": (lambda: Sequential(Dense(4, 3), Tanh(), Residual(3)), SEQUENCES),
    "lstm": (lambda: Sequential(LSTM(4, 8, weight_drop=0.2), Dropout(0.5, 1)), SEQUENCES),
    "ids": (lambda: Sequential(Embedding(7, 4), LSTM(4, 8)), np.arange(6).reshape(2, 3)),
    "convolution": (
        lambda: Sequential(Conv2D(3, 4, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(16, 2)),
        IMAGES,
    ),
    "transposed": (lambda: Sequential(Conv2DTranspose(3, 4, 3), Sigmoid()), IMAGES),
    "words": (lambda: Conv1D(4, 5, 3), SEQUENCES),
}
every_network = pytest.mark.parametrize("name", NETWORKS)
both = pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])


def numbers(layer: Layer) -> list[int]:
    """The addresses of all arrays of a layer and the layers inside it."""
    return [
        value.__array_interface__["data"][0]
        for _, part in layer.walk()
        for value in vars(part).values()
        if isinstance(value, np.ndarray) and value.size
    ]


def trained(net: Layer, x: Array) -> tuple[Array, Array]:
    """The output and the parameters after two updates."""
    for _ in range(2):
        y = net.forward(x, train=True).copy()
        net.zero_grad()
        net.backward(np.cos(y))
        net.theta -= 0.1 * net.grad
    return y, net.theta.copy()


@every_network
def test_a_deep_copy_trains_like_the_original(name: str) -> None:
    build, x = NETWORKS[name]
    net = build().initialize(np.random.default_rng(3))
    trained(net, x)
    other = copy.deepcopy(net)  # with what forward has cached
    assert whole(other)
    assert not set(numbers(net)) & set(numbers(other))
    for found, expected in zip(trained(other, x), trained(net, x), strict=True):
        np.testing.assert_array_equal(found, expected)


@both
@every_network
def test_what_forward_has_cached_is_copied(name: str, copied: Any) -> None:
    build, x = NETWORKS[name]
    net = build().initialize(np.random.default_rng(3))
    dy = np.cos(net.forward(x, train=True))
    other = copied(net)
    net.zero_grad()
    dx = np.array(net.backward(dy))
    expected = net.grad.copy()
    other.zero_grad()
    np.testing.assert_array_equal(other.backward(dy), dx)
    np.testing.assert_array_equal(other.grad, expected)


def test_a_copy_shares_the_vectors_and_nothing_else(generator: np.random.Generator) -> None:
    net = network().initialize(generator)
    x = generator.standard_normal((5, 3)).astype(np.float32)
    y = net.forward(x).copy()
    other = copy.copy(net)
    assert other.theta is net.theta
    assert other.grad is net.grad
    assert other.batch_shard is net.batch_shard
    assert whole(other)
    assert whole(net)
    other.layers["dense1"].W += 1  # type: ignore[attr-defined]
    np.testing.assert_array_equal(net.forward(x), other.forward(x))
    assert not np.allclose(net.forward(x), y)
    other.bind(np.zeros(SIZE), np.zeros(SIZE))
    assert whole(net)
    assert net.layers["dense1"] is not other.layers["dense1"]


@both
def test_attributes_name_the_layers_of_the_copy(copied: Any) -> None:
    net = Residual(3).initialize(np.random.default_rng(0))
    other = copied(net)
    assert other.dense is other.layers["dense"]
    assert other.dense is not net.dense
    assert copied(Residual(3)).initialize(np.random.default_rng(0)).dense.W.shape == (3, 3)


@both
def test_networks_without_parameters_are_copied(copied: Any) -> None:
    net = Sequential(Tanh(), Sequential(ReLU())).initialize(np.random.default_rng(0))
    np.testing.assert_array_equal(copied(net).forward(np.ones(2)), net.forward(np.ones(2)))


def test_networks_in_one_list_are_copied_together(generator: np.random.Generator) -> None:
    net = network().initialize(generator)
    first, second = copy.deepcopy([net, net])
    assert first is second
    net = Sequential(Dense(2, 2)).initialize(generator)
    inner, outer = copy.deepcopy([net.layers["dense1"], net])
    assert outer.layers["dense1"] is inner
    assert whole(outer)


def test_a_batch_is_copied_without_the_data_it_is_part_of(generator: np.random.Generator) -> None:
    data = np.zeros((10_000, 3), np.float32)
    net = Sequential(Dense(3, 2), ReLU()).initialize(generator)
    net.forward(data[:4])
    owner = copy.deepcopy(net).layers["dense1"]._x.base  # type: ignore[attr-defined]
    assert owner is None or owner.nbytes < 1000


def test_pickling_says_what_to_do_instead(generator: np.random.Generator) -> None:
    expected = r"^a Dense can't be pickled: save a network with glassnet\.models\.save_checkpoint"
    for layer in (Dense(3, 2), Dense(3, 2).initialize(generator)):
        with pytest.raises(TypeError, match=expected):
            pickle.dumps(layer)


def test_a_method_of_its_own_in_an_attribute_is_that_of_the_copy() -> None:
    class Chooses(Layer):
        def __init__(self) -> None:
            super().__init__()
            self.function = self.double

        def double(self, x: Array) -> Array:
            return 2 * x

    layer = Chooses()
    assert layer.function.__self__ is layer
    other = copy.deepcopy(layer)
    assert other.function.__self__ is other


def test_objects_and_numbers_in_one_memory_are_copied() -> None:
    layer = Tanh()
    layer.records = np.array([("a", 1.0)], [("name", object), ("size", float)])  # type: ignore[attr-defined]
    layer.sizes = layer.records["size"]  # type: ignore[attr-defined]
    other = copy.deepcopy(layer)
    assert other.records.tolist() == [("a", 1.0)]  # type: ignore[attr-defined]
    assert other.sizes.tolist() == [1.0]  # type: ignore[attr-defined]
