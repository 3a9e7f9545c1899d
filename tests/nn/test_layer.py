import numpy as np
import pytest

from glassnet.nn import LSTM, Array, BatchShard, Dense, Dropout, Layer, Sequential, Tanh
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.initializers import normal
from tests.mutate import mutant
from tests.nn.networks import SIZE, network, whole

# -- one network, one vector --------------------------------------------------------------------


def test_initialize_draws_from_the_generator_and_zeroes_the_gradients() -> None:
    first, second = (network().initialize(np.random.default_rng(1)) for _ in range(2))
    other = network().initialize(np.random.default_rng(2))
    np.testing.assert_array_equal(first.theta, second.theta)
    assert not np.array_equal(first.theta, other.theta)
    np.testing.assert_array_equal(first.parameters["residual1.gain"], np.ones(4))
    np.testing.assert_array_equal(first.parameters["output.b"], np.zeros(2))
    np.testing.assert_array_equal(first.grad, np.zeros(SIZE))
    assert first.theta.dtype == first.grad.dtype == np.float32


def test_the_same_draws_whatever_the_data_type() -> None:
    single = network().initialize(np.random.default_rng(1), np.float32)
    double = network().initialize(np.random.default_rng(1), np.float64)
    assert double.theta.dtype == double.grad.dtype == np.float64
    np.testing.assert_array_equal(single.theta, double.theta.astype(np.float32))


def test_zero_grad_zeroes_the_gradients_alone(generator: np.random.Generator) -> None:
    net = network().initialize(generator)
    theta = net.theta.copy()
    net.grad[...] = 1
    net.layers["residual1"].zero_grad()
    np.testing.assert_array_equal(net.grad[16:40], np.zeros(24))
    assert net.grad[:16].all()
    assert net.grad[40:].all()
    net.zero_grad()
    np.testing.assert_array_equal(net.grad, np.zeros(SIZE))
    np.testing.assert_array_equal(net.theta, theta)


def test_walk_yields_every_layer_with_its_prefix() -> None:
    assert [prefix for prefix, _ in network().walk()] == [
        "",
        "dense1.",
        "tanh1.",
        "residual1.",
        "residual1.dense.",
        "output.",
    ]


def test_names_are_taken_once() -> None:
    net = network()
    with pytest.raises(ValueError, match="'output' is already there"):
        net.add("output", Tanh())
    with pytest.raises(ValueError, match="'dense1' is already there"):
        Sequential(("dense1", Dense(2, 2)), Dense(2, 2))


@pytest.mark.parametrize("name", ["", "a.b"])
def test_names_that_dotted_names_cannot_hold_are_rejected(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        Layer().add(name, Tanh())


def test_a_layer_is_added_once() -> None:
    # Added twice it would be bound twice, and the first part of theta would lead nowhere.
    dense = Dense(2, 2)
    net = Sequential(dense)
    for again in (dense, Sequential(dense)):
        with pytest.raises(ValueError, match="'dense2', or one inside it, is already there"):
            net.add("dense2", again)
    with pytest.raises(ValueError, match="'itself', or one inside it, is already there as 'Dense'"):
        dense.add("itself", net)


def test_the_base_computes_nothing() -> None:
    with pytest.raises(NotImplementedError):
        Layer().forward(np.ones(1))
    with pytest.raises(NotImplementedError):
        Layer().backward(np.ones(1))


# -- losses and batch shards of layers inside -----------------------------------------------------


class Penalty(Layer):
    """L1 penalty on its input, which it passes on: the auxiliary loss of the contract."""

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x
        self.auxiliary_loss = 0.3 * float(np.abs(x).sum())
        return x

    def backward(self, dy: Array) -> Array:
        return dy + 0.3 * np.sign(self._x)


def test_auxiliary_losses_add_up_and_reach_the_gradients(generator: np.random.Generator) -> None:
    net = Sequential(Penalty(), Sequential(Penalty()))
    assert net.total_auxiliary_loss() == 0
    net.forward(np.array([1.0, -2.0]))
    assert net.total_auxiliary_loss() == pytest.approx(2 * 0.3 * 3)
    x = generator.standard_normal((4, 3))
    check_layer(Sequential(Dense(3, 2), Penalty(), Tanh()), x)
    forgotten = mutant(Penalty, "dy + 0.3 * np.sign(self._x)", "dy")
    with pytest.raises(GradientError):
        check_layer(Sequential(Dense(3, 2), forgotten(), Tanh()), x)


def test_every_layer_gets_the_batch_shard(generator: np.random.Generator) -> None:
    net = network()
    assert all(layer.batch_shard is None for _, layer in net.walk())
    net.initialize(generator)
    assert all(layer.batch_shard.generator is generator for _, layer in net.walk())  # type: ignore[union-attr]
    shard = BatchShard(generator, 2, 4, 8)
    net.set_batch_shard(shard)
    assert all(layer.batch_shard is shard for _, layer in net.walk())


def test_initializers_are_called_with_the_declared_shape(generator: np.random.Generator) -> None:
    net = Sequential(Dense(2, 3, initializer=normal(0.5))).initialize(generator, np.float64)
    expected = np.random.default_rng(20).normal(0, 0.5, (2, 3))
    np.testing.assert_array_equal(net.parameters["dense1.W"], expected)


def test_a_layer_is_called_as_when_not_training(generator: np.random.Generator) -> None:
    net = Sequential(Dense(3, 2), Dropout(0.9)).initialize(generator)
    x = generator.standard_normal((4, 3)).astype(np.float32)
    y = net(x)
    np.testing.assert_array_equal(y, net.forward(x))
    np.testing.assert_array_equal(net([[1, 2, 3]]), net.forward(np.array([[1, 2, 3]])))  # type: ignore[arg-type]
    lstm = LSTM(3, 4).initialize(generator)
    first = lstm(x[None])
    kept = first.copy()
    lstm(2 * x[None])
    np.testing.assert_array_equal(first, kept)


def test_a_network_gets_randomness_and_keeps_its_parameters(generator: np.random.Generator) -> None:
    net = Sequential(Dense(3, 2), Dropout(0.5))
    net.bind(np.ones(8), np.zeros(8))
    with pytest.raises(RuntimeError, match=r"^Dropout needs random numbers: .* keep the param"):
        net.forward(np.ones((2, 3)), train=True)
    net.set_generator(np.random.default_rng(0))
    y = net.forward(np.ones((2, 3)), train=True).copy()
    np.testing.assert_array_equal(net.theta, np.ones(8))
    net.set_generator(np.random.default_rng(0))
    np.testing.assert_array_equal(net.forward(np.ones((2, 3)), train=True), y)
    with pytest.raises(TypeError, match=r"^set_generator needs a numpy\.random\.Generator, such"):
        net.set_generator(0)  # type: ignore[arg-type]


# -- layers inside --------------------------------------------------------------------------------


class Block(Layer):
    """Two layers, set as attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Dense(3, 3)
        self._tanh = Tanh()

    def forward(self, x: Array, train: bool = False) -> Array:
        return self._tanh.forward(self.inner.forward(x, train), train)

    def backward(self, dy: Array) -> Array:
        return self.inner.backward(self._tanh.backward(dy))


def test_a_layer_set_as_an_attribute_is_inside(generator: np.random.Generator) -> None:
    net = Sequential(Block(), Dense(3, 2)).initialize(generator, np.float64)
    assert list(net.parameters) == ["block1.inner.W", "block1.inner.b", "dense1.W", "dense1.b"]
    assert whole(net)
    check_layer(net, generator.standard_normal((4, 3)))


def test_an_attribute_names_a_layer_that_was_added() -> None:
    layer = Layer()
    layer.first = layer.add("dense", Dense(2, 2))  # type: ignore[attr-defined]
    layer.first = layer.layers["dense"]  # type: ignore[attr-defined]
    layer.part = layer.add("block", Block())  # type: ignore[attr-defined]
    layer.deep = layer.layers["block"].layers["inner"]  # type: ignore[attr-defined]
    layer.both = [layer.layers["dense"], layer.layers["block"]]  # type: ignore[attr-defined]
    assert list(layer.layers) == ["dense", "block"]


def test_a_layer_is_set_once() -> None:
    block = Block()
    with pytest.raises(
        ValueError, match=r"'other', or one .* is already there as 'inner': a layer"
    ):
        block.other = block.inner  # type: ignore[attr-defined]
    with pytest.raises(
        ValueError, match=r"'other', or one inside it, is already there .* used once"
    ):
        block.other = Sequential(block.inner)  # type: ignore[attr-defined]
    assert list(block.layers) == ["inner", "_tanh"]


@pytest.mark.parametrize("initialized", [False, True])
def test_an_attribute_keeps_its_layer(initialized: bool, generator: np.random.Generator) -> None:
    block = Block()
    if initialized:
        block.initialize(generator)
    inner = block.inner
    for value in (Dense(3, 3), block._tanh, None, 1.0):
        with pytest.raises(
            TypeError, match=r"^Block\.inner can't be replaced: it is a layer inside it$"
        ):
            block.inner = value  # type: ignore[assignment]
    with pytest.raises(
        TypeError, match=r"^Block\.inner can't be deleted: it is a layer inside it$"
    ):
        del block.inner
    block.inner = inner  # as it is
    block.other = None  # type: ignore[attr-defined]
    del block.other  # type: ignore[attr-defined]
    assert block.inner is inner is block.layers["inner"]


def test_an_attribute_does_not_name_another_layer_that_was_added() -> None:
    layer = Layer()
    layer.add("first", Dense(2, 2))
    second = layer.add("second", Dense(2, 2))
    with pytest.raises(ValueError, match="a layer named 'first' is already there"):
        layer.first = second  # type: ignore[attr-defined]


@pytest.mark.parametrize("loose", [[Dense(2, 2)], (1, Dense(2, 2)), {"a": Dense(2, 2)}])
def test_layers_in_a_list_are_added_one_by_one(loose: object) -> None:
    layer = Layer()
    with pytest.raises(
        TypeError, match=r"^Layer\.blocks holds layers that .* self\.add\(name, lay"
    ):
        layer.blocks = loose  # type: ignore[attr-defined]
    assert not hasattr(layer, "blocks")


def test_what_is_no_layer_is_not_added() -> None:
    with pytest.raises(
        TypeError, match=r"^Layer: 'dense' must be a layer, such as Dense\(\.\.\.\)$"
    ):
        Layer().add("dense", Dense)  # type: ignore[type-var]
    with pytest.raises(TypeError, match=r"^Layer: 'tanh' must be a layer, not <ufunc 'tanh'>$"):
        Layer().add("tanh", np.tanh)


def test_a_list_that_gets_a_layer_later_is_noticed(generator: np.random.Generator) -> None:
    """Its parameters would be nowhere in `theta`."""
    for collection in ([], {}):
        layer = Layer()
        layer.blocks = collection  # type: ignore[attr-defined]
        if isinstance(collection, list):
            collection.append(Dense(2, 2))
        else:
            collection["a"] = Dense(2, 2)
        with pytest.raises(TypeError, match=r"^Layer\.blocks holds layers that are not inside"):
            layer.initialize(generator)
