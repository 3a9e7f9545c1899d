"""Parameters and gradients are views into two vectors, whatever a user sets."""

import copy

import numpy as np
import pytest

from glassnet.nn import Array, Dense, Layer, Sequential, Tanh
from glassnet.nn.initializers import zeros
from tests.nn.networks import NAMES, SIZE, network, whole


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


def test_a_name_is_declared_once() -> None:
    layer = Layer()
    layer.declare("t", (2,), zeros)
    with pytest.raises(ValueError, match="a parameter named 't' is already there"):
        layer.declare("t", (2,), zeros)


def test_all_attributes_are_written_into_the_vectors(generator: np.random.Generator) -> None:
    net = network().initialize(generator)
    inner = net.layers["residual1"].layers["dense"]
    assert isinstance(inner, Dense)
    theta: Array = np.arange(SIZE) * 1.0
    net.theta = theta
    net.grad = -theta
    np.testing.assert_array_equal(inner.W, theta[20:36].reshape(4, 4))
    np.testing.assert_array_equal(inner.dW, -theta[20:36].reshape(4, 4))
    theta[...] = 0  # it was copied
    assert net.theta[20] == 20
    inner.W = np.full((4, 4), 5.0)
    inner.db = [1, 2, 3, 4]  # type: ignore[assignment]
    np.testing.assert_array_equal(net.theta[20:36], np.full(16, 5))
    np.testing.assert_array_equal(net.grad[36:40], [1, 2, 3, 4])
    inner.theta = np.arange(20)
    np.testing.assert_array_equal(net.theta[20:40], np.arange(20))
    inner.W = inner.W.T  # overlaps with what it is copied to
    np.testing.assert_array_equal(inner.W, np.arange(16).reshape(4, 4).T)
    inner.dW += 3
    inner.dW = inner.dW + 3
    np.testing.assert_array_equal(net.grad[20:36], 6 - np.arange(20, 36))
    assert whole(net)


def test_attributes_of_another_shape_are_refused(generator: np.random.Generator) -> None:
    layer = Dense(3, 2).initialize(generator)
    for name, shape in (("W", (3, 2)), ("dW", (3, 2)), ("theta", (8,)), ("grad", (8,))):
        for values in (1.0, np.zeros((2, 3)), np.zeros(7), np.zeros((1, 3, 2))):
            expected = rf"^Dense\.{name} has shape \({shape[0]},.*: it can't be set to values of"
            with pytest.raises(ValueError, match=expected):
                setattr(layer, name, values)
    assert whole(layer)


@pytest.mark.parametrize("name", ["W", "dW", "theta", "grad"])
def test_attributes_are_not_set_before_initialize(name: str) -> None:
    with pytest.raises(AttributeError, match=f"^Dense has no '{name}' yet: call initialize first"):
        setattr(Dense(3, 2), name, np.zeros((3, 2)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_initialize_again_keeps_the_vectors(dtype: type) -> None:
    net = network().initialize(np.random.default_rng(1), dtype)
    theta, grad = net.theta, net.grad
    theta += 1
    grad += 1
    net.initialize(np.random.default_rng(1), dtype)
    assert net.theta is theta
    assert net.grad is grad
    np.testing.assert_array_equal(
        theta, network().initialize(np.random.default_rng(1), dtype).theta
    )
    np.testing.assert_array_equal(grad, np.zeros(SIZE))
    net.layers["dense1"].initialize(np.random.default_rng(2), dtype)  # new values for a part
    assert whole(net)
    other = np.float64 if dtype == np.float32 else np.float32
    assert net.initialize(np.random.default_rng(1), other).theta.dtype == other
    assert whole(net)


def test_parts_come_before_initialize(generator: np.random.Generator) -> None:
    net = network().initialize(generator)
    with pytest.raises(RuntimeError, match=r"^Sequential is initialized: it can't get 'more' now"):
        net.add("more", Tanh())
    with pytest.raises(RuntimeError, match=r"^Sequential is initialized: it can't get 'W' now"):
        net.declare("W", (2,), zeros)
    assert whole(net)


# -- the ways out of a network --------------------------------------------------------------------

PART = (
    "^the parameters of this {} are a part of a {}'s: initialize or bind the {}, or a layer of its"
)


def test_a_part_gets_no_vectors_of_its_own(generator: np.random.Generator) -> None:
    net = network().initialize(generator)
    residual = net.layers["residual1"]
    dense = residual.layers["dense"]
    message = PART.format("Dense", "Residual", "Residual")
    with pytest.raises(RuntimeError, match=message):
        dense.initialize(generator, np.float64)
    with pytest.raises(RuntimeError, match=message):
        dense.bind(np.zeros(20), np.zeros(20))
    with pytest.raises(RuntimeError, match=PART.format("Residual", "Sequential", "Sequential")):
        residual.initialize(generator, np.float64)
    assert whole(net)
    net.initialize(generator, np.float64)
    net.bind(np.zeros(SIZE), np.zeros(SIZE))
    assert whole(net)
    assert dense.theta.base is net.theta


def test_two_networks_do_not_share_a_layer(generator: np.random.Generator) -> None:
    shared = Dense(3, 3)
    first, second = Sequential(shared, Tanh()), Sequential(Sequential(shared), Dense(3, 2))
    first.initialize(generator)
    with pytest.raises(RuntimeError, match=PART.format("Dense", "Sequential", "Sequential")):
        second.initialize(generator)
    assert whole(first)
    assert not hasattr(second, "theta")
    part = Sequential(*first.layers.values())  # the same layers, to compute with
    x = np.ones((2, 3), np.float32)
    np.testing.assert_array_equal(part.forward(x), first.forward(x))
    assert list(part.parameters) == ["dense1.W", "dense1.b"]
    del first
    second.initialize(generator)  # nobody else has the layer now
    assert whole(second)


def test_a_copy_of_a_part_is_a_network_of_its_own(generator: np.random.Generator) -> None:
    net = network().initialize(generator)
    for copied in (copy.copy, copy.deepcopy):
        part = copied(net.layers["residual1"])
        part.initialize(generator, np.float64)
        assert part.theta.dtype == np.float64
        assert whole(part)
        assert whole(net)
        with pytest.raises(RuntimeError, match=PART.format("Dense", "Residual", "Residual")):
            part.layers["dense"].initialize(generator)
    other = copy.deepcopy(net)
    with pytest.raises(RuntimeError, match=PART.format("Dense", "Sequential", "Sequential")):
        other.layers["dense1"].initialize(generator, np.float64)


def test_parameters_are_not_deleted(generator: np.random.Generator) -> None:
    layer = Dense(3, 2).initialize(generator)
    for name in ("W", "dW", "theta", "grad"):
        with pytest.raises(
            TypeError, match=rf"^Dense\.{name} can't be deleted: it is written to, no"
        ):
            delattr(layer, name)
    assert whole(layer)


def test_a_parameter_replaced_behind_the_layer_is_noticed(generator: np.random.Generator) -> None:
    for name, views, vector in (
        ("W", "parameters", "parameter dense1.W is no longer a part of theta"),
        ("db", "gradients", "gradient dense1.b is no longer a part of grad"),
    ):
        net = network().initialize(generator)
        part = vars(net.layers["dense1"])
        part[name] = part[name].copy()
        with pytest.raises(RuntimeError, match=f"^{vector}; write into it"):
            getattr(net, views)


def test_the_vectors_keep_their_size(generator: np.random.Generator) -> None:
    net = network().initialize(generator)
    for vector in (net.theta, net.grad, net.parameters["dense1.W"]):
        for check in (True, False):
            with pytest.raises(ValueError, match=r"cannot resize|does not own its data"):
                vector.resize((3,), refcheck=check)
    assert whole(net)


def test_bind_takes_two_vectors_of_floats(generator: np.random.Generator) -> None:
    net = network()
    vector = np.zeros(SIZE)
    for theta, grad, message in (
        (vector, vector, "^theta and grad must not lie in the same memory$"),
        (vector, vector[::-1], "^theta and grad must not lie in the same memory$"),
        (vector.tolist(), vector, "^theta must be an array, not a list$"),
        (vector, None, "^grad must be an array, not a NoneType$"),
        (
            vector,
            vector.astype(int),
            r"^parameters must be floats, such as np\.float32, not int64$",
        ),
    ):
        with pytest.raises((TypeError, ValueError), match=message):
            net.bind(theta, grad)  # type: ignore[arg-type]
    with pytest.raises(
        TypeError, match=r"^parameters must be floats, such as np\.float32, not bool$"
    ):
        net.initialize(generator, bool)
    assert not hasattr(net, "theta")
    both = np.zeros(2 * SIZE)
    net.bind(both[:SIZE], both[SIZE:])  # beside each other, as workers have them
    net.bind(both[::2], np.zeros(2 * SIZE)[::-2])
    assert whole(net)
