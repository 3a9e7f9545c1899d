"""Dynamic evaluation against its equations, a parameter and a segment at a time."""

import numpy as np
import pytest

from glassnet.models import CharacterLSTM, Vocabulary
from glassnet.nn import Array, softmax_cross_entropy
from glassnet.train.objectives import text_loss
from glassnet.train.objectives.dynamic_evaluation import (
    dynamic_text_loss,
    root_mean_square_gradient,
)
from tests.mutate import mutant

LETTERS = "abcdefgh"


@pytest.fixture
def network(generator: np.random.Generator) -> CharacterLSTM:
    network = CharacterLSTM(
        Vocabulary(LETTERS), units=5, embedding=3, dropout=0.5, temperature=1.25
    )
    return network.initialize(generator, np.float64)


@pytest.fixture
def ids(generator: np.random.Generator) -> Array:
    return generator.integers(0, len(LETTERS), 98)


@pytest.fixture
def root(generator: np.random.Generator, network: CharacterLSTM) -> Array:
    """What is about as large as gradients, and so large for one weight that its decay is cut."""
    root = 0.01 * generator.random(network.theta.size)
    root[0] = 1e4
    return root


def naive_loss(
    network: CharacterLSTM, ids: Array, root: Array, rate: float, decay: float
) -> tuple[float, float, Array]:
    """The loss and accuracy with segments of 20, and the last weights, by the paper's equations."""
    trained = network.theta.copy()
    losses, right = [], []
    for start in range(0, len(ids) - 1, 20):
        x, targets = ids[start : start + 20], ids[start + 1 : start + 21]
        x = x[: len(targets)]
        network.zero_grad()
        logits = network.forward(x[:, None])
        mean, dlogits = softmax_cross_entropy(logits, targets[:, None])
        losses += [mean] * len(targets)
        right += list(logits[:, 0].argmax(axis=1) == targets)
        network.backward(dlogits)
        network.carry()
        for i in range(len(trained)):
            gradient, r = network.grad[i], root[i]
            towards = decay * min(r / root.mean(), 1 / decay) * (trained[i] - network.theta[i])
            network.theta[i] += towards - rate * gradient / (r + 2e-5)
    last = network.theta.copy()
    network.theta = trained
    network.reset_state()
    return float(np.mean(losses)), float(np.mean(right)), last


def test_it_is_what_the_equations_say(network: CharacterLSTM, ids: Array, root: Array) -> None:
    *expected, last = naive_loss(network, ids, root, rate=1e-3, decay=0.1)
    assert np.abs(last - network.theta).max() > 1e-3
    found = dynamic_text_loss(network, ids, root, rate=1e-3, decay=0.1)
    assert found == pytest.approx(tuple(expected), abs=1e-12)


MUTANTS = {
    "decay away from the trained weights": (
        "np.subtract(trained, theta, out=change)",
        "np.subtract(theta, trained, out=change)",
    ),
    "no limit to the decay": (", 1 / decay)", ", np.inf)"),
    "a step up": ("theta -= np.multiply", "theta += np.multiply"),
    "no state carried to the next segment": (
        "mean, logits = _gradient(",
        "network.reset_state()\n        mean, logits = _gradient(",
    ),
    "a short segment counts like a long one": ("mean * (stop - start)", "mean * segment"),
    "predicted after the step": ("loss += mean", "loss += softmax_cross_entropy(network.forward("
        "ids[start:stop, None]), targets)[0]"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_variants_are_noticed(
    name: str, network: CharacterLSTM, ids: Array, root: Array
) -> None:
    wrong = mutant(dynamic_text_loss, *MUTANTS[name])
    loss, accuracy, _ = naive_loss(network, ids, root, rate=1e-3, decay=0.1)
    found = wrong(network, ids, root, rate=1e-3, decay=0.1)
    assert found != pytest.approx((loss, accuracy), abs=1e-9)


def test_without_a_rate_it_is_static(network: CharacterLSTM, ids: Array, root: Array) -> None:
    found = dynamic_text_loss(network, ids, root, rate=0, decay=0.1)
    assert found == pytest.approx(text_loss(network, ids), abs=1e-12)


def test_the_network_is_left_as_it_was(network: CharacterLSTM, ids: Array, root: Array) -> None:
    network.forward(ids[:6].reshape(3, 2))
    network.carry()
    theta = network.theta.copy()
    state = {name: rows.copy() for name, rows in network.state.items()}
    dynamic_text_loss(network, ids, root, rate=1e-3, decay=0.1)
    root_mean_square_gradient(network, ids, streams=2)
    np.testing.assert_array_equal(network.theta, theta)
    for name, rows in state.items():
        np.testing.assert_array_equal(network.state[name], rows)


def test_root_mean_square_of_gradients(network: CharacterLSTM, ids: Array) -> None:
    found = root_mean_square_gradient(network, ids, segment=10, streams=3, segments=2)
    squares = []
    starts = 32 * np.arange(3)  # (98 - 1) // 3
    for first in (0, 10):
        positions = starts + np.arange(first, first + 10)[:, None]
        network.zero_grad()
        _, dlogits = softmax_cross_entropy(network.forward(ids[positions]), ids[positions + 1])
        network.backward(dlogits)
        network.carry()
        squares.append(network.grad**2)
    network.reset_state()
    np.testing.assert_allclose(found, np.sqrt(np.mean(squares, axis=0)), atol=1e-14)
    with pytest.raises(ValueError, match="more than 20 characters, not 20"):
        root_mean_square_gradient(network, ids[:20])
    short = root_mean_square_gradient(network, ids[:21])  # one stream of one segment
    assert short.shape == network.theta.shape


def test_float32_stays_float32(ids: Array) -> None:
    network = CharacterLSTM(Vocabulary(LETTERS), units=5).initialize(np.random.default_rng(1))
    root = root_mean_square_gradient(network, ids)
    assert root.dtype == np.float32
    dynamic_text_loss(network, ids, root, rate=1e-3, decay=0.1)
    assert network.theta.dtype == network.grad.dtype == np.float32
