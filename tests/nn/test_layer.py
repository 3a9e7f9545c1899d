import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import NO_GRADIENT, Array, BatchShard, Layer, Sequential
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.initializers import constant, normal, zeros
from glassnet.nn.layers.activations import ReLU, Tanh
from glassnet.nn.layers.dense import Dense
from glassnet.nn.testing import arrays, generators, shapes


class RunningSum(Layer):
    """y(t) = x(t) + y(t-1) over a sequence (T, N, D), starting from the carried state `h`."""

    state_names = ("h",)

    def forward(self, x: Array, train: bool = False) -> Array:
        start = self.carried.get("h", np.zeros(x.shape[1:], x.dtype))
        self._y = start + np.cumsum(x, axis=0)
        return self._y

    def backward(self, dy: Array) -> Array:
        dx = np.cumsum(dy[::-1], axis=0)[::-1]
        self.dcarried = {"h": dx[0].copy()}
        return dx

    def carry(self, steps: int | None = None) -> None:
        self.carried = {"h": self._y[-1 if steps is None else steps - 1].copy()}


class Residual(Layer):
    """A branch: y = x + dense(x), with a gain of its own declared before the layer inside."""

    gain: Array
    dgain: Array

    def __init__(self, size: int) -> None:
        super().__init__()
        self.dense = self.add("dense", Dense(size, size))
        self.declare("gain", (size,), constant(1.0))

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x
        return self.gain * x + self.dense.forward(x, train)

    def backward(self, dy: Array) -> Array:
        self.dgain += (dy * self._x).reshape(-1, dy.shape[-1]).sum(axis=0)
        return dy * self.gain + self.dense.backward(dy)


def network() -> Sequential:
    return Sequential(Dense(3, 4), Tanh(), Residual(4), ("output", Dense(4, 2)))


NAMES = [
    "dense1.W",
    "dense1.b",
    "residual1.gain",
    "residual1.dense.W",
    "residual1.dense.b",
    "output.W",
    "output.b",
]
SIZE = 12 + 4 + 4 + 16 + 4 + 8 + 2


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


# -- Sequential ---------------------------------------------------------------------------------


def test_sequential_names_layers_by_kind_and_count() -> None:
    net = Sequential(Dense(2, 3), ReLU(), Dense(3, 3), ("middle", ReLU()), Dense(3, 2), ReLU())
    assert list(net.layers) == ["dense1", "relu1", "dense2", "middle", "dense3", "relu2"]


def test_sequential_is_its_layers_one_after_the_other(generator: np.random.Generator) -> None:
    net = network().initialize(generator, np.float64)
    x, dy = generator.standard_normal((5, 3)), generator.standard_normal((5, 2))
    dense, tanh, residual, output = net.layers.values()
    y = output.forward(residual.forward(tanh.forward(dense.forward(x))))
    np.testing.assert_array_equal(net.forward(x), y)
    dx = net.backward(dy).copy()
    grad = net.grad.copy()
    net.zero_grad()
    by_hand = dense.backward(tanh.backward(residual.backward(output.backward(dy))))
    np.testing.assert_array_equal(dx, by_hand)
    np.testing.assert_array_equal(grad, net.grad)


def test_sequential_hands_train_on(generator: np.random.Generator) -> None:
    seen = []

    class Listener(Layer):
        def forward(self, x: Array, train: bool = False) -> Array:
            seen.append(train)
            return x

    net = Sequential(Listener(), Sequential(Listener()))
    net.forward(np.ones(1))
    net.forward(np.ones(1), True)
    assert seen == [False, False, True, True]


@given(x=arrays(st.tuples(st.integers(1, 5), st.just(3))))
def test_gradients_of_a_network_with_a_branch(x: Array) -> None:
    check_layer(network(), x)


class _DroppedBranch(Residual):
    def backward(self, dy: Array) -> Array:
        super().backward(dy)
        return dy * self.gain


def test_only_the_gradient_for_the_input_is_skipped(generator: np.random.Generator) -> None:
    """It is not computed either: the layers before the first with parameters are left alone."""
    first, dense, last = Tanh(), Dense(3, 4), Dense(4, 2)
    net = Sequential(Sequential(first, dense), Tanh(), last).initialize(generator, np.float64)
    x = generator.standard_normal((5, 3))
    dy = generator.standard_normal(net.forward(x).shape)
    assert net.backward(dy).shape == x.shape
    whole = net.grad.copy()
    net.zero_grad()
    net.skip_input_gradient()
    first.backward = None  # type: ignore[assignment]
    assert net.backward(dy) is NO_GRADIENT
    np.testing.assert_array_equal(net.grad, whole)
    assert not dense.requires_input_gradient
    assert last.requires_input_gradient


class _WrongOrder(Sequential):
    def backward(self, dy: Array) -> Array:
        for layer in self.layers.values():
            dy = layer.backward(dy)
        return dy


@pytest.mark.parametrize(
    "wrong", [Sequential(_DroppedBranch(3), Tanh()), _WrongOrder(Dense(3, 3), Tanh())]
)
def test_wrong_networks_are_rejected(wrong: Layer, generator: np.random.Generator) -> None:
    with pytest.raises(GradientError):
        check_layer(wrong, generator.standard_normal((4, 3)))


def test_a_network_agrees_with_pytorch(generator: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    net = network().initialize(generator, np.float64)
    x, dy = generator.standard_normal((6, 3)), generator.standard_normal((6, 2))
    y, dx = net.forward(x), net.backward(dy)
    weights = {name: torch.tensor(w, requires_grad=True) for name, w in net.parameters.items()}
    W1, b1, gain, W2, b2, W3, b3 = weights.values()
    tx = torch.tensor(x, requires_grad=True)
    hidden = torch.tanh(tx @ W1 + b1)
    ty = (gain * hidden + hidden @ W2 + b2) @ W3 + b3
    ty.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, ty.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(dx, tx.grad.numpy(), atol=1e-12)
    for name, weight in weights.items():
        np.testing.assert_allclose(net.gradients[name], weight.grad.numpy(), atol=1e-12)


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


# -- losses and shares of layers inside ---------------------------------------------------------


class Penalty(Layer):
    """L1 penalty on its input, which it passes on: the auxiliary loss of the contract."""

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x
        self.auxiliary_loss = 0.3 * float(np.abs(x).sum())
        return x

    def backward(self, dy: Array) -> Array:
        return dy + 0.3 * np.sign(self._x)


class _ForgottenPenalty(Penalty):
    def backward(self, dy: Array) -> Array:
        return dy


def test_auxiliary_losses_add_up_and_reach_the_gradients(generator: np.random.Generator) -> None:
    net = Sequential(Penalty(), Sequential(Penalty()))
    assert net.total_auxiliary_loss() == 0
    net.forward(np.array([1.0, -2.0]))
    assert net.total_auxiliary_loss() == pytest.approx(2 * 0.3 * 3)
    x = generator.standard_normal((4, 3))
    check_layer(Sequential(Dense(3, 2), Penalty(), Tanh()), x)
    with pytest.raises(GradientError):
        check_layer(Sequential(Dense(3, 2), _ForgottenPenalty(), Tanh()), x)


def test_every_layer_gets_the_batch_shard(generator: np.random.Generator) -> None:
    net = network()
    assert all(layer.batch_shard is None for _, layer in net.walk())
    net.initialize(generator)
    assert all(layer.batch_shard.generator is generator for _, layer in net.walk())  # type: ignore[union-attr]
    share = BatchShard(generator, 2, 4, 8)
    net.set_batch_shard(share)
    assert all(layer.batch_shard is share for _, layer in net.walk())


@given(
    seed=st.integers(0, 2**32),
    shape=shapes(3),
    axis=st.integers(0, 2),
    cut=st.integers(0, 5),
    kind=st.sampled_from(["uniform", "normal"]),
)
def test_shares_of_random_numbers_together_equal_the_whole(
    seed: int, shape: tuple[int, ...], axis: int, cut: int, kind: str
) -> None:
    total = shape[axis]
    cut = min(cut, total)
    alone = BatchShard(np.random.default_rng(seed))
    whole = getattr(alone, kind)(shape, axis)
    assert whole.shape == shape
    assert whole.dtype == np.float32
    parts = []
    for start, stop in ((0, cut), (cut, total)):
        share = BatchShard(np.random.default_rng(seed), start, stop, total)
        own = (*shape[:axis], stop - start, *shape[axis + 1 :])
        parts.append(getattr(share, kind)(own, axis))
        # Every worker's generator moves on by as much, whatever its share.
        assert share.generator.bit_generator.state == alone.generator.bit_generator.state
    np.testing.assert_array_equal(np.concatenate(parts, axis), whole)


@given(generator=generators())
def test_shares_draw_the_numbers_they_promise(generator: np.random.Generator) -> None:
    share = BatchShard(generator)
    numbers = share.uniform((2000,))
    assert numbers.min() >= 0
    assert numbers.max() < 1
    assert abs(numbers.mean() - 0.5) < 6 / np.sqrt(12 * 2000)
    assert abs(share.normal((2000,)).mean()) < 6 / np.sqrt(2000)


def test_rows_of_the_whole_batch(generator: np.random.Generator) -> None:
    assert BatchShard(generator).rows(5) == 5
    assert BatchShard(generator, 5, 10, 20).rows(5) == 20


@pytest.mark.parametrize("rows", [(2, None), (0, 4)])
def test_a_share_needs_the_rows_of_the_whole_batch(
    rows: tuple[int, int | None], generator: np.random.Generator
) -> None:
    with pytest.raises(ValueError, match="needs the total number of its rows"):
        BatchShard(generator, *rows)


def test_initializers_are_called_with_the_declared_shape(generator: np.random.Generator) -> None:
    net = Sequential(Dense(2, 3, initializer=normal(0.5))).initialize(generator, np.float64)
    expected = np.random.default_rng(20).normal(0, 0.5, (2, 3))
    np.testing.assert_array_equal(net.parameters["dense1.W"], expected)
