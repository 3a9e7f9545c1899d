from typing import Any

import numpy as np
import pytest

from glassnet.models import CharacterLSTM, Vocabulary
from glassnet.nn import Array, softmax_cross_entropy
from glassnet.train.objectives import CorpusError, StreamObjective, split, text_loss
from glassnet.train.workers.communicator import SingleProcess, shard

LETTERS = "abcdefgh"


def network_of(generator: np.random.Generator, dropout: float = 0.0) -> CharacterLSTM:
    network = CharacterLSTM(
        Vocabulary(LETTERS),
        units=5,
        dropout=dropout,
        embedding=3,
        input_dropout=dropout,
        state_dropout=dropout,
    )
    return network.initialize(generator, np.float64)


def objective_of(
    network: CharacterLSTM, ids: Array, k1: int, k2: int, **changes: Any
) -> StreamObjective:
    options: dict[str, Any] = {"streams": 3, "validation": 0.1, "communicator": SingleProcess()}
    options |= {"generator": np.random.default_rng(1)} | changes
    return StreamObjective(network, ids, k1=k1, k2=k2, **options)


@pytest.fixture
def ids(generator: np.random.Generator) -> Array:
    return generator.integers(0, len(LETTERS), 200)


def plain_update(
    network: CharacterLSTM, ids: Array, streams: int, k1: int, k2: int, step: int
) -> tuple[float, Array]:
    """Loss and gradients of update `step` of an epoch, from the definition of BPTT(k2; k1).

    The state at the start of the window is computed from the start of the stream; weights are
    those of now, so this agrees with the objective while no update has changed them.
    """
    length = (len(ids) - 1) // streams
    end = (step + 1) * k1
    start = max(0, end - k2)
    starts = np.arange(streams) * length
    inputs = np.stack([ids[s : s + end] for s in starts], axis=1)
    targets = np.stack([ids[s + 1 : s + end + 1] for s in starts], axis=1)
    network.reset_state()
    if start:
        network.forward(inputs[:start])
        network.carry()
    logits = network.forward(inputs[start:])
    loss, dlast = softmax_cross_entropy(logits[-k1:], targets[-k1:])
    dlogits = np.zeros_like(logits)
    dlogits[-k1:] = dlast
    network.zero_grad()
    network.backward(dlogits)
    return loss, network.grad.copy()


@pytest.mark.parametrize(("k1", "k2"), [(10, 10), (10, 20), (10, 25), (7, 7), (4, 60)])
def test_every_update_of_an_epoch_is_truncated_bptt(
    k1: int, k2: int, ids: Array, generator: np.random.Generator
) -> None:
    network, other = network_of(generator), network_of(generator)
    other.theta[...] = network.theta
    objective = objective_of(network, ids, k1, k2)
    training, _ = split(ids, 0.1)
    assert objective.steps_per_epoch == (len(training) - 1) // 3 // k1
    for _ in range(2):  # a second epoch is the same again
        objective.start_epoch()
        for step in range(objective.steps_per_epoch):
            network.zero_grad()
            loss = objective.compute(step)
            expected, gradients = plain_update(other, training, 3, k1, k2, step)
            assert loss == pytest.approx(expected, abs=1e-12)
            np.testing.assert_allclose(network.grad, gradients, atol=1e-12)


def test_longer_truncation_gives_other_gradients(
    ids: Array, generator: np.random.Generator
) -> None:
    network = network_of(generator)
    gradients = []
    for k2 in (10, 20):
        objective = objective_of(network, ids, 10, k2)
        objective.start_epoch()
        objective.compute(0)
        network.zero_grad()
        objective.compute(1)
        gradients.append(network.grad.copy())
    assert np.abs(gradients[0] - gradients[1]).max() > 1e-6


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_shares_of_workers_add_up(
    size: int, dropout: float, ids: Array, generator: np.random.Generator
) -> None:
    class Rank(SingleProcess):
        def __init__(self, rank: int) -> None:
            self.rank, self.size = rank, size

    network = network_of(generator, dropout)
    results = []
    for communicators in ([SingleProcess()], [Rank(rank) for rank in range(size)]):
        network.zero_grad()
        loss = 0.0
        for communicator in communicators:
            objective = objective_of(
                network, ids, 10, 20, streams=5, reset_state=dropout, communicator=communicator
            )
            objective.start_epoch()
            loss += sum(objective.compute(step) for step in range(2))
        results.append((loss, network.grad.copy()))
    assert results[0][0] == pytest.approx(results[1][0], abs=1e-12)
    np.testing.assert_allclose(results[0][1], results[1][1], atol=1e-12)


def test_a_state_is_reset_now_and_then(ids: Array, generator: np.random.Generator) -> None:
    network, other = network_of(generator), network_of(generator)
    other.theta[...] = network.theta
    random = np.random.default_rng(4)
    objective = objective_of(
        network, ids, 5, 5, streams=6, reset_state=0.3, generator=np.random.default_rng(4)
    )
    length = (180 - 1) // 6
    starts = np.arange(6) * length
    state: dict[str, Array] = {}
    resets = 0
    objective.start_epoch()
    for step in range(objective.steps_per_epoch):
        dropped = random.random((6, 1), np.float32) < 0.3
        resets += int(dropped.sum()) if step else 0
        other.state = {name: np.where(dropped, 0, rows) for name, rows in state.items()}
        window = ids[starts + np.arange(step * 5, step * 5 + 5)[:, None]]
        targets = ids[starts + np.arange(step * 5 + 1, step * 5 + 6)[:, None]]
        loss, _ = softmax_cross_entropy(other.forward(window), targets)
        other.carry()
        state = other.state
        assert objective.compute(step) == pytest.approx(loss, abs=1e-12)
        for name, rows in state.items():
            np.testing.assert_allclose(network.state[name], rows, atol=1e-12)
    assert 0 < resets < 6 * (objective.steps_per_epoch - 1)


def test_it_validates_on_texts_of_their_own(ids: Array, generator: np.random.Generator) -> None:
    network = network_of(generator)
    texts = [generator.integers(0, len(LETTERS), length) for length in (50, 80)]
    objective = objective_of(network, ids, 10, 10, validation=0.0, validation_texts=texts)
    assert objective.steps_per_epoch == (len(ids) - 1) // 3 // 10  # nothing is cut off
    (first, right), (second, also_right) = (text_loss(network, text) for text in texts)
    found = objective.validate()
    assert found["validation_loss"] == pytest.approx((49 * first + 79 * second) / 128, abs=1e-12)
    expected = (49 * right + 79 * also_right) / 128
    assert found["validation_accuracy"] == pytest.approx(expected, abs=1e-12)
    assert objective_of(network, ids, 10, 10, validation=0.0).validate() == {}


def test_shares_differ_by_one_at_most() -> None:
    for size in range(1, 9):
        shares = [shard(25, rank, size) for rank in range(size)]
        lengths = [part.stop - part.start for part in shares]
        assert sum(lengths) == 25
        assert max(lengths) - min(lengths) <= 1


def test_state_survives_another_number_of_workers(
    ids: Array, generator: np.random.Generator
) -> None:
    objective = objective_of(network_of(generator), ids, 10, 20)
    objective.start_epoch()
    objective.compute(0)
    objective.compute(1)
    saved = objective.state()
    other = objective_of(network_of(generator), ids, 10, 20)
    other.restore(saved)
    for name, rows in saved.items():
        np.testing.assert_array_equal(other.network.state[name], rows)


class Summing(SingleProcess):
    """One of two workers; what the other adds to a sum is given."""

    size = local_size = 2

    def __init__(self, rank: int, other: dict[int, Array]) -> None:
        self.rank, self.other = rank, other  # by the number of the sum
        self.given: list[Array] = []

    def all_reduce(self, values: Array) -> Array:
        self.given.append(values.copy())
        return values + self.other[len(self.given)]


@pytest.mark.parametrize("rank", [0, 1])
def test_a_checkpoint_holds_the_state_of_all_workers(
    rank: int, ids: Array, generator: np.random.Generator
) -> None:
    own, others = (slice(0, 1), slice(1, 3)) if rank == 0 else (slice(1, 3), slice(0, 1))
    other = {n: np.zeros((3, 5)) for n in (1, 2, 3, 4)}
    for number, rows in other.items():
        rows[others] = number
    communicator = Summing(rank, other)
    objective = objective_of(network_of(generator), ids, 10, 20, communicator=communicator)
    objective.start_epoch()
    objective.compute(0)
    state = objective.network.state
    saved = objective.state()
    assert list(saved) == list(state)
    for number, (name, whole) in enumerate(saved.items(), 1):
        assert whole.shape == (3, 5)
        np.testing.assert_array_equal(whole[own], state[name])
        np.testing.assert_array_equal(whole[others], other[number][others])
        assert not communicator.given[number - 1][others].any()
    objective.restore({name: np.arange(15.0).reshape(3, 5) for name in state})
    for rows in objective.network.state.values():
        np.testing.assert_array_equal(rows, np.arange(15.0).reshape(3, 5)[own])


def test_dropout_drops_in_training(
    ids: Array, generator: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, modes = network_of(generator), []
    forward = network.forward

    def recorded(x: Array, train: bool = False) -> Array:
        modes.append(train)
        return forward(x, train)

    monkeypatch.setattr(network, "forward", recorded)
    objective = objective_of(network, ids, 10, 20)
    objective.compute(0)
    objective.validate()
    assert modes == [True, False]


def test_texts_are_trained_in_one_stage(ids: Array, generator: np.random.Generator) -> None:
    objective = objective_of(network_of(generator), ids, 10, 20)
    assert objective.in_last_stage
    assert (objective.unit, objective.items_per_step) == ("characters", 30)


def test_a_corpus_too_short_says_how_long_it_must_be(generator: np.random.Generator) -> None:
    network = network_of(generator)
    needed = 34  # of which 3 are held out; 31 are 3 chunks of 10, and the last one's target
    objective_of(network, np.zeros(needed, int), 10, 10)
    with pytest.raises(CorpusError, match=r"33 characters is too short.*at least 34"):
        objective_of(network, np.zeros(needed - 1, int), 10, 10)
    with pytest.raises(CorpusError, match="too little to validate on"):
        objective_of(network, np.zeros(100, int), 10, 10, validation=0.01)


def test_the_least_to_validate_on(generator: np.random.Generator) -> None:
    """One prediction needs two characters."""
    network = network_of(generator)
    options = {"streams": 1, "validation": 0.02}
    objective = objective_of(network, np.zeros(100, int), 10, 10, **options)
    assert objective.validate().keys() == {"validation_loss", "validation_accuracy"}
    with pytest.raises(
        CorpusError, match=r"^2\.00% of 99 characters is too little to validate on; "
    ):
        objective_of(network, np.zeros(99, int), 10, 10, **options)
    nothing = StreamObjective(
        network, np.zeros(31, int), streams=3, k1=10, k2=10, generator=np.random.default_rng(1)
    )
    assert nothing.validate() == {}
    assert nothing.steps_per_epoch == 1
