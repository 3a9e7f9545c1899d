import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, BatchShard, Dense, Layer, Sequential, Tanh
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.initializers import normal, zeros
from glassnet.nn.testing import arrays
from tests.mutate import mutant
from tests.nn.networks import NAMES, SIZE, RunningSum, network

# -- one network, one vector --------------------------------------------------------------------


def test_parameters_have_dotted_names_in_the_order_of_theta(generator: np.random.Generator) -> None:
    net = network().initialize(generator)
    assert list(net.parameters) == list(net.gradients) == NAMES
    assert net.theta.shape == net.grad.shape == (SIZE,)
    net.theta[...] = np.arange(SIZE)
    net.grad[...] = -np.arange(SIZE)
    for views, vector in ((net.parameters, net.theta), (net.gradients, net.grad)):
        laid_out = np.concatenate([view.reshape(-1) for view in views.values()])
        np.testing.assert_array_equal(laid_out, vector)


def test_parameters_and_gradients_are_views(generator: np.random.Generator) -> None:
    net = network().initialize(generator)
    for name, view in net.parameters.items():
        assert np.shares_memory(view, net.theta), name
        assert not np.shares_memory(view, net.grad), name
        assert np.shares_memory(net.gradients[name], net.grad), name
        assert view.shape == net.gradients[name].shape
    inner = net.layers["residual1"].layers["dense"]
    assert isinstance(inner, Dense)
    inner.W[...] = 7
    np.testing.assert_array_equal(net.theta[20:36], np.full(16, 7))
    net.grad[20:36] = 5
    np.testing.assert_array_equal(inner.dW, np.full((4, 4), 5))
    assert np.shares_memory(inner.theta, net.theta)


def test_the_number_of_parameters_is_known_before_they_are_there() -> None:
    assert network().parameter_count == SIZE
    assert network().layers["residual1"].parameter_count == 24
    assert Layer().parameter_count == 0


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


def test_bind_makes_two_networks_share_their_parameters(generator: np.random.Generator) -> None:
    first = network().initialize(generator, np.float64)
    second = network()
    second.bind(first.theta, np.zeros(SIZE))
    second.layers["dense1"].W[...] = 3  # type: ignore[attr-defined]
    np.testing.assert_array_equal(first.theta[:12], np.full(12, 3))
    x = generator.standard_normal((5, 3))
    np.testing.assert_array_equal(first.forward(x), second.forward(x))
    second.backward(np.ones((5, 2)))
    np.testing.assert_array_equal(first.grad, np.zeros(SIZE))
    assert np.all(second.grad[-2:] == 5)


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


@pytest.mark.parametrize(
    ("theta", "grad"),
    [(SIZE - 1, SIZE - 1), (SIZE + 1, SIZE + 1), (SIZE, SIZE - 1), (SIZE, SIZE + 1), (0, 0)],
)
def test_bind_says_how_many_parameters_the_network_has(theta: int, grad: int) -> None:
    net = network()
    with pytest.raises(ValueError, match=f"has {SIZE} parameters.*{theta}.*{grad}"):
        net.bind(np.zeros(theta), np.zeros(grad))
    assert not hasattr(net, "theta")


def test_a_network_without_parameters_has_empty_vectors(generator: np.random.Generator) -> None:
    net = Sequential(Tanh()).initialize(generator)
    assert net.theta.shape == (0,)
    assert net.parameters == {}


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


@pytest.mark.parametrize(
    ("first", "name", "other"),
    [("t", "dt", "dt"), ("dt", "t", "dt"), ("t", "theta", "theta"), ("t", "grad", "grad"),
     ("t", "state", "state"), ("t", "carried", "carried"), ("t", "state_names", "state_names")],
)  # fmt: skip
def test_parameters_do_not_take_the_place_of_other_attributes(
    first: str, name: str, other: str
) -> None:
    layer = Layer()
    layer.declare(first, (2,), zeros)
    layer.declare("d", (2,), zeros)
    with pytest.raises(
        ValueError, match=f"can't be named '{name}': the layer has another '{other}'"
    ):
        layer.declare(name, (2,), zeros)


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
    with pytest.raises(ValueError, match="'itself', or one inside it, is already there"):
        dense.add("itself", net)


def test_the_base_computes_nothing() -> None:
    with pytest.raises(NotImplementedError):
        Layer().forward(np.ones(1))
    with pytest.raises(NotImplementedError):
        Layer().backward(np.ones(1))


# -- carried state ------------------------------------------------------------------------------


def recurrent_network() -> Sequential:
    return Sequential(RunningSum(), Dense(2, 3), Sequential(RunningSum(), ("last", RunningSum())))


STATES = {"runningsum1.h": 2, "sequential1.runningsum1.h": 3, "sequential1.last.h": 3}


def test_state_is_read_and_set_by_dotted_name(generator: np.random.Generator) -> None:
    net = recurrent_network().initialize(generator, np.float64)
    assert net.state == {}
    values = {name: generator.standard_normal((4, size)) for name, size in STATES.items()}
    net.state = values
    assert list(net.state) == list(STATES)
    for name, value in values.items():
        np.testing.assert_array_equal(net.state[name], value)
        assert not np.shares_memory(net.state[name], value)
    assert [name for name, layer in net.layers.items() if layer.carried] == ["runningsum1"]
    assert net.carried == {}
    assert list(net.layers["sequential1"].state) == ["runningsum1.h", "last.h"]
    net.state = {"sequential1.last.h": values["sequential1.last.h"]}
    assert list(net.state) == ["sequential1.last.h"]  # what is not named starts from zeros
    net.reset_state()
    assert net.state == {}


@pytest.mark.parametrize(
    "name", ["nosuch.h", "sequential1.nosuch.h", "runningsum1.h.h", "runningsum1.hidden", "h"]
)
def test_state_that_nothing_reads_is_rejected(name: str) -> None:
    net = recurrent_network()
    with pytest.raises(ValueError, match=f"no state '{name}'; it has runningsum1.h, sequential1"):
        net.state = {name: np.zeros((1, 2))}


@given(x=arrays(st.tuples(st.integers(2, 6), st.integers(1, 3), st.just(2))), data=st.data())
def test_two_parts_with_carried_state_equal_the_whole(x: Array, data: st.DataObject) -> None:
    net = recurrent_network().initialize(np.random.default_rng(0), np.float64)
    whole = net.forward(x).copy()
    cut = data.draw(st.integers(1, len(x) - 1))
    net.reset_state()
    first = net.forward(x[:cut]).copy()
    net.carry()
    second = net.forward(x[cut:]).copy()
    np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=1e-12)
    # The same from one pass over the whole, carried on from the middle.
    net.reset_state()
    net.forward(x)
    net.carry(cut)
    np.testing.assert_allclose(net.forward(x[cut:]), whole[cut:], atol=1e-12)


def test_gradients_of_the_carried_state(generator: np.random.Generator) -> None:
    x = generator.standard_normal((3, 2, 2))
    state = {name: generator.standard_normal((2, size)) for name, size in STATES.items()}
    check_layer(recurrent_network(), x, state=state)
    net = recurrent_network().initialize(generator, np.float64)
    net.state = state
    net.backward(np.ones_like(net.forward(x)))
    assert {name: value.shape for name, value in net.dstate.items()} == {
        name: value.shape for name, value in state.items()
    }


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
