import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import NO_GRADIENT, Array, Dense, Layer, ReLU, Sequential, Tanh
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.testing import arrays
from tests.mutate import mutant
from tests.nn.networks import Residual, network


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


@pytest.mark.parametrize(
    "wrong",
    [
        Sequential(
            mutant(Residual, "self.dense.backward(dy)", "0 * self.dense.backward(dy)")(3), Tanh()
        ),
        mutant(Sequential, "reversed(self.layers.values())", "self.layers.values()")(
            Dense(3, 3), Tanh()
        ),
    ],
    ids=["dropped branch", "wrong order"],
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


@pytest.mark.parametrize("item", [[Dense(2, 2), ReLU()], Dense, "dense", ("a", ReLU(), ReLU())])
def test_anything_but_layers_and_pairs_is_refused(item: object) -> None:
    with pytest.raises(
        TypeError, match=r"^Sequential takes layers, as in Sequential\(Dense\(4, 8\)"
    ):
        Sequential(item)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^Sequential: 'a' must be a layer, not 3$"):
        Sequential(("a", 3))  # type: ignore[arg-type]
