"""Windows of a text: each character once in an epoch, the same updates whatever the workers."""

from typing import Any

import numpy as np
import pytest

from glassnet.models import CharacterTransformer, Vocabulary
from glassnet.nn import Array, softmax_cross_entropy
from glassnet.train.objectives import CorpusError, text_loss
from glassnet.train.objectives.windows import WindowObjective

LETTERS = "abcdefgh"
CONTEXT = 10


class Worker:
    """A worker that is one of several, as far as an objective asks."""

    def __init__(self, rank: int, size: int) -> None:
        self.rank, self.size = rank, size


def network_of(dropout: float = 0.0) -> CharacterTransformer:
    network = CharacterTransformer(
        Vocabulary(LETTERS), layers=1, units=4, heads=2, context=CONTEXT, dropout=dropout
    )
    return network.initialize(np.random.default_rng(0), np.float64)


def objective_of(network: CharacterTransformer, ids: Array, **changes: Any) -> WindowObjective:
    options: dict[str, Any] = {"windows": 3, "generator": np.random.default_rng(1)} | changes
    return WindowObjective(network, ids, **options)


@pytest.fixture
def ids(generator: np.random.Generator) -> Array:
    return generator.integers(0, len(LETTERS), 175)


def test_an_epoch_reads_each_character_at_most_once(ids: Array) -> None:
    network = network_of()
    objective = objective_of(network, np.arange(175) % len(LETTERS))
    assert objective.steps_per_epoch == 5  # 16 windows of 10 characters, three by three
    firsts = set()
    for _ in range(20):
        objective.start_epoch()
        starts = objective.state()["starts"]
        assert len(starts) == 16
        places = np.sort(starts)
        np.testing.assert_array_equal(np.diff(places), CONTEXT)
        assert places[0] >= 0
        assert places[-1] + CONTEXT + 1 <= 175  # with the target of its last character
        assert not np.array_equal(places, starts)
        firsts.add(places[0])
    assert len(firsts) > 5  # of ten places


def test_an_update_is_the_mean_loss_of_its_windows(ids: Array) -> None:
    network = network_of()
    objective = objective_of(network, ids)
    objective.start_epoch()
    starts = objective.state()["starts"][3:6]
    loss = objective.compute(1)
    grad = network.grad.copy()
    network.zero_grad()
    x = np.stack([ids[s : s + CONTEXT] for s in starts], axis=1)
    targets = np.stack([ids[s + 1 : s + CONTEXT + 1] for s in starts], axis=1)
    expected, dlogits = softmax_cross_entropy(network.forward(x), targets)
    network.backward(dlogits)
    assert loss == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(grad, network.grad, atol=1e-14)
    assert objective.items_per_step == 30


def test_workers_together_compute_what_one_computes(ids: Array) -> None:
    network = network_of(dropout=0.4)
    whole = objective_of(network, ids)
    whole.start_epoch()
    loss = whole.compute(2)
    expected = network.grad.copy()
    network.zero_grad()
    parts = 0.0
    for rank in range(2):
        part = objective_of(network, ids, communicator=Worker(rank, 2))
        part.start_epoch()
        parts += part.compute(2)
    assert parts == pytest.approx(loss, abs=1e-12)
    np.testing.assert_allclose(network.grad, expected, atol=1e-13)


def test_it_goes_on_in_the_middle_of_an_epoch(ids: Array) -> None:
    network = network_of()
    first, second = objective_of(network, ids), objective_of(network, ids)
    first.start_epoch()
    second.restore(first.state())
    assert second.compute(1) == first.compute(1)


def test_validation_reads_what_is_held_out(ids: Array) -> None:
    network = network_of(dropout=0.5)
    objective = objective_of(network, ids, validation=0.2)
    loss, accuracy = text_loss(network, ids[140:])
    assert objective.validate() == {"validation_loss": loss, "validation_accuracy": accuracy}
    assert objective_of(network, ids).validate() == {}


def test_a_text_that_is_too_short_is_refused() -> None:
    with pytest.raises(CorpusError, match=r"40 characters to train on .* need at least 41 "):
        objective_of(network_of(), np.zeros(40, int))
    assert objective_of(network_of(), np.zeros(41, int)).steps_per_epoch == 1
    with pytest.raises(CorpusError, match="too little to validate on"):
        objective_of(network_of(), np.zeros(50, int), validation=0.02)
