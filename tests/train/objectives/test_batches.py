"""Mini-batches: shares that add up, an order that resumes, validation without chance."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.errors import UserError
from glassnet.nn import Array, Dense, Dropout, Layer, Sequential, softmax_cross_entropy
from glassnet.nn.layers.gaussian import GaussianSampling
from glassnet.nn.layers.regularization import ActivityRegularization
from glassnet.nn.losses import mean_squared_error
from glassnet.train.objectives.batches import BatchObjective
from glassnet.train.workers.communicator import SingleProcess

ROWS = 13


@dataclass
class Worker(SingleProcess):
    """What an objective needs to know of its worker."""

    rank: int = 0
    size: int = 1


def network_of(dropout: float = 0.5) -> Sequential:
    """A network with noise and a loss of its own."""
    network = Sequential(Dense(3, 4), Dropout(dropout), ActivityRegularization(0.1), Dense(4, 2))
    return network.initialize(np.random.default_rng(3), np.float64)


def data(rows: int, seed: int = 5) -> tuple[Array, Array]:
    generator = np.random.default_rng(seed)
    return generator.standard_normal((rows, 3)), generator.standard_normal((rows, 2))


def objective_of(network: Any, batch: int, **changes: Any) -> BatchObjective:
    options: dict[str, Any] = {
        "loss": mean_squared_error,
        "training": data(ROWS),
        "validation": data(7, seed=6),
        "communicator": SingleProcess(),
        "generator": np.random.default_rng(1),
        "unit": "rows",
    }
    return BatchObjective(network, batch=batch, **(options | changes))


class Recorder(Layer):
    """Passes its input on and remembers it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[list[float]] = []

    def forward(self, x: Array, train: bool = False) -> Array:
        self.seen.append(x[:, 0].tolist())
        return x

    def backward(self, dy: Array) -> Array:
        return dy


def numbered(rows: int) -> tuple[Array, Array]:
    numbers = np.arange(float(rows))[:, None]
    return numbers, numbers


@pytest.mark.parametrize(
    ("batch", "sizes"), [(5, [5, 5, 3]), (13, [13]), (20, [13]), (1, [1] * 13), (12, [12, 1])]
)
def test_an_epoch_reads_every_row_once(batch: int, sizes: list[int]) -> None:
    recorder = Recorder()
    objective = objective_of(recorder, batch, training=numbered(ROWS))
    assert objective.steps_per_epoch == len(sizes)
    orders = []
    for _ in range(3):
        recorder.seen = []
        objective.start_epoch()
        for step in range(objective.steps_per_epoch):
            assert objective.compute(step) == 0  # the targets are the rows of the inputs
        assert list(map(len, recorder.seen)) == sizes
        orders.append([number for rows in recorder.seen for number in rows])
        assert sorted(orders[-1]) == list(range(ROWS))
    assert orders[0] != orders[1] != orders[2] != sorted(orders[2])


@given(batch=st.integers(1, 15), size=st.integers(1, 5))
def test_the_shares_of_workers_add_up(batch: int, size: int) -> None:
    """Loss and gradients, with noise and penalty, at partial batches and for idle workers too."""

    def epoch(rank: int, size: int) -> tuple[list[float], Array]:
        network = network_of()
        objective = objective_of(network, batch, communicator=Worker(rank, size))
        objective.start_epoch()
        losses, gradients = [], []
        for step in range(objective.steps_per_epoch):
            network.zero_grad()
            losses.append(objective.compute(step))
            gradients.append(network.grad.copy())
        return losses, np.array(gradients)

    losses, gradients = epoch(0, 1)
    shares = [epoch(rank, size) for rank in range(size)]
    np.testing.assert_allclose(np.sum([part for part, _ in shares], axis=0), losses, atol=1e-13)
    np.testing.assert_allclose(np.sum([part for _, part in shares], axis=0), gradients, atol=1e-13)


def test_an_update_is_that_of_its_rows_alone() -> None:
    network = network_of(dropout=0)
    inputs, targets = data(ROWS)
    objective = objective_of(network, 5)
    objective.start_epoch()
    rows = objective.state()["order"][10:]  # the last, partial batch
    loss = objective.compute(2)
    found = network.grad.copy()
    plain = network_of(dropout=0)
    value, doutput = mean_squared_error(plain.forward(inputs[rows]), targets[rows])
    plain.backward(doutput)
    assert loss == pytest.approx(value + plain.total_auxiliary_loss(), abs=1e-14)
    assert plain.total_auxiliary_loss() > 0
    np.testing.assert_allclose(found, plain.grad, atol=1e-14)


@given(stop=st.integers(0, 6))
def test_stopped_and_resumed_is_as_if_never_stopped(stop: int) -> None:
    """The order of rows and the noise, whether it stops within an epoch or at its end."""

    def run(objective: BatchObjective, network: Any, first: int, last: int) -> list[Array]:
        gradients = []
        for step in range(first, last):
            if step % 3 == 0:
                objective.start_epoch()
            network.zero_grad()
            objective.compute(step % 3)
            gradients.append(network.grad.copy())
        return gradients

    network = network_of()
    whole = run(objective_of(network, 5), network, 0, 7)

    network, generator = network_of(), np.random.default_rng(1)
    objective = objective_of(network, 5, generator=generator)
    parts = run(objective, network, 0, stop)
    kept = {name: value.copy() for name, value in objective.state().items()}
    random = generator.bit_generator.state

    network, generator = network_of(), np.random.default_rng(99)
    objective = objective_of(network, 5, generator=generator)
    generator.bit_generator.state = random
    objective.restore(kept)
    parts += run(objective, network, stop, 7)
    np.testing.assert_array_equal(parts, whole)


@pytest.mark.parametrize("batch", [1, 3, 7, 100])
def test_validation_weighs_every_row_alike_and_draws_nothing(batch: int) -> None:
    def divergent() -> Sequential:
        network = Sequential(Dense(3, 4), Dropout(0.5), GaussianSampling(2, 0.1), Dense(2, 2))
        return network.initialize(np.random.default_rng(3), np.float64)

    generator = np.random.default_rng(1)
    objective = objective_of(divergent(), batch, generator=generator)
    before = generator.bit_generator.state
    found = objective.validate()
    assert generator.bit_generator.state == before
    inputs, targets = data(7, seed=6)
    plain = divergent()
    value, _ = mean_squared_error(plain.forward(inputs), targets)
    expected = value + plain.total_auxiliary_loss()
    assert found == {"validation_loss": pytest.approx(expected, abs=1e-13)}


def test_training_goes_on_after_validation_as_without_it() -> None:
    def gradient(validate: bool) -> Array:
        network = network_of()
        objective = objective_of(network, 5)
        objective.start_epoch()
        objective.compute(0)
        if validate:
            objective.validate()
        network.zero_grad()
        objective.compute(1)
        return network.grad.copy()

    np.testing.assert_array_equal(gradient(True), gradient(False))


def test_measures_are_sums_divided_by_their_own_counts() -> None:
    def odd(output: Array, targets: Array) -> tuple[float, int]:
        odd = targets % 2 == 1
        return float(targets[odd].sum()), int(odd.sum())

    def rows(output: Array, targets: Array) -> tuple[float, int]:
        return 1.0, len(output)

    measures = {"odd": odd, "rows": rows}
    objective = objective_of(Recorder(), 3, validation=numbered(7), measures=measures)
    assert objective.validate() == {
        "validation_loss": 0.0,
        "validation_odd": (1 + 3 + 5) / 3,
        "validation_rows": 3 / 7,  # three batches of 7 rows
    }


def test_dropout_drops_in_training_alone() -> None:
    class Modes(Recorder):
        def forward(self, x: Array, train: bool = False) -> Array:
            modes.append(train)
            return super().forward(x, train)

    modes: list[bool] = []
    objective = objective_of(Modes(), 4, training=numbered(4), validation=numbered(4))
    objective.start_epoch()
    objective.compute(0)
    objective.validate()
    assert modes == [True, False]
    assert objective.in_last_stage


def test_each_batch_of_validation_is_whole() -> None:
    """Whatever this worker held of the last batch of training, and with other randomness."""

    class Shards(Recorder):
        def forward(self, x: Array, train: bool = False) -> Array:
            assert self.batch_shard is not None
            shard = self.batch_shard
            shards.append((shard.start, shard.stop, shard.total, shard.generator is generator))
            return super().forward(x, train)

    shards: list[tuple[int, int | None, int | None, bool]] = []
    generator = np.random.default_rng(1)
    objective = objective_of(Shards(), 3, validation=numbered(7), generator=generator)
    objective.validate()
    assert shards == [(0, 3, 3, False), (0, 3, 3, False), (0, 1, 1, False)]


def test_nothing_to_validate_on() -> None:
    assert objective_of(network_of(), 5, validation=data(0)).validate() == {}


# -- rows that do not count -----------------------------------------------------------------------


def labelled(rows: int) -> tuple[Array, Array]:
    """Inputs and classes of which every third is -1."""
    return data(rows)[0], np.where(np.arange(rows) % 3 == 1, -1, np.arange(rows) % 2)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_workers_average_over_the_rows_of_the_batch_that_count(size: int) -> None:
    loss = partial(softmax_cross_entropy, ignore_index=-1, label_smoothing=0.1)
    inputs, targets = labelled(ROWS)
    value, gradient = 0.0, np.zeros(3 * 2 + 2)
    for rank in range(size):
        network = Sequential(Dense(3, 2)).initialize(np.random.default_rng(3), np.float64)
        objective = objective_of(
            network,
            6,
            loss=loss,
            training=(inputs, targets),
            communicator=Worker(rank, size),
            generator=np.random.default_rng(1),
        )
        objective.start_epoch()
        value += objective.compute(0)
        gradient += network.grad
    batch = np.random.default_rng(1).permutation(ROWS)[:6]
    counted = batch[targets[batch] >= 0]
    assert 0 < len(counted) < 6
    network.zero_grad()
    expected, dy = softmax_cross_entropy(
        network.forward(inputs[counted]), targets[counted], label_smoothing=0.1
    )
    network.backward(dy)
    assert value == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradient, network.grad, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("batch", [1, 2, 5, 20])
def test_validation_is_the_mean_over_the_rows_that_count(batch: int) -> None:
    network = Sequential(Dense(3, 2)).initialize(np.random.default_rng(3), np.float64)
    loss = partial(softmax_cross_entropy, ignore_index=-1)
    inputs, targets = labelled(11)
    objective = objective_of(
        network, batch, loss=loss, training=labelled(4), validation=(inputs, targets)
    )
    expected, _ = loss(network(inputs), targets)
    assert objective.validate()["validation_loss"] == pytest.approx(expected, rel=1e-12)


def test_a_batch_without_rows_that_count_is_refused() -> None:
    network = Sequential(Dense(3, 2)).initialize(np.random.default_rng(3))
    loss = partial(softmax_cross_entropy, ignore_index=-1)
    objective = objective_of(
        network, 2, loss=loss, training=(data(4)[0], np.full(4, -1)), validation=None
    )
    objective.start_epoch()
    with pytest.raises(UserError, match=r"^every target of a batch is to be ignored"):
        objective.compute(0)
    none = objective_of(
        network, 2, loss=loss, training=labelled(4), validation=(data(4)[0], np.full(4, -1))
    )
    assert none.validate() == {}
