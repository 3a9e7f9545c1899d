"""Batches from an iterable: their order, shares of workers, and going on in the middle."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

from glassnet.errors import UserError
from glassnet.nn import LSTM, Array, Dense, Dropout, Embedding, Sequential, softmax_cross_entropy
from glassnet.train.objectives.batches import BatchObjective
from glassnet.train.objectives.examples.iterables import IterableObjective
from glassnet.train.workers.communicator import SingleProcess


@dataclass
class Worker(SingleProcess):
    """What an objective needs to know of its worker."""

    rank: int = 0
    size: int = 1


def sequences() -> list[tuple[Array, Array]]:
    generator = np.random.default_rng(2)
    batches = [generator.integers(0, 5, (3, rows)) for rows in (4, 1, 6)]
    return [(ids, np.where(ids == 3, -1, ids)) for ids in batches]


def network() -> Sequential:
    layers = (Embedding(5, 4), LSTM(4, 3), Dropout(0.5, 1), Dense(3, 5))
    return Sequential(*layers).initialize(np.random.default_rng(1), np.float64)


LOSS = partial(softmax_cross_entropy, ignore_index=-1)


def epoch(net: Sequential, worker: Worker, **options: Any) -> tuple[list[float], Array]:
    chosen: dict[str, Any] = {"training": sequences(), "axes": (1, 1)}
    objective = IterableObjective(
        net, LOSS, generator=np.random.default_rng(4), communicator=worker, **(chosen | options)
    )
    objective.start_epoch()
    losses = [objective.compute(step) for step in range(objective.steps_per_epoch)]
    return losses, net.grad.copy()


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_the_shares_of_workers_add_up(size: int) -> None:
    losses, gradient = epoch(network(), Worker())
    shares = [epoch(network(), Worker(rank, size)) for rank in range(size)]
    np.testing.assert_allclose(np.sum([part for part, _ in shares], axis=0), losses, atol=1e-13)
    np.testing.assert_allclose(np.sum([part for _, part in shares], axis=0), gradient, atol=1e-13)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_rows_of_arrays_along_the_second_axis_add_up(size: int) -> None:
    """The same for `BatchObjective`, with targets that differ in their axis."""
    ids = np.random.default_rng(2).integers(0, 5, (3, 11))

    def gradient(rank: int, size: int) -> Array:
        net = network()
        objective = BatchObjective(
            net,
            LOSS,
            training=(ids, np.where(ids == 3, -1, ids)),
            batch=6,
            generator=np.random.default_rng(4),
            communicator=Worker(rank, size),
            axes=(1, 1),
        )
        objective.start_epoch()
        for step in range(objective.steps_per_epoch):
            objective.compute(step)
        return net.grad.copy()

    parts = [gradient(rank, size) for rank in range(size)]
    np.testing.assert_allclose(np.sum(parts, axis=0), gradient(0, 1), atol=1e-13)


@pytest.mark.parametrize("stop", [0, 1, 2])
def test_going_on_in_the_middle(stop: int) -> None:
    net, generator = network(), np.random.default_rng(4)
    objective = IterableObjective(net, LOSS, training=sequences(), generator=generator, axes=(1, 1))
    objective.start_epoch()
    for step in range(stop):
        objective.compute(step)
    state = objective.state()
    net.zero_grad()
    expected = [objective.compute(step) for step in range(stop, 3)]
    again = network()
    generator = np.random.default_rng(4)
    for x, _ in sequences()[:stop]:
        generator.random((3, x.shape[1], 3), dtype=np.float32)  # the masks of the first batches
    other = IterableObjective(again, LOSS, training=sequences(), generator=generator, axes=(1, 1))
    other.restore(state)
    assert [other.compute(step) for step in range(stop, 3)] == expected
    np.testing.assert_array_equal(again.grad, net.grad)


def test_a_whole_epoch_is_not_read_again() -> None:
    class Once(list[Any]):
        def __iter__(self) -> Any:
            raise AssertionError

    objective = IterableObjective(
        network(), LOSS, training=Once(sequences()), generator=np.random.default_rng(4)
    )
    with pytest.raises(AssertionError):
        objective.restore({"read": np.array(0)})


def test_validation_is_over_all_that_counts() -> None:
    net, batches = network(), sequences()
    objective = IterableObjective(
        net,
        LOSS,
        training=batches,
        validation=batches,
        generator=np.random.default_rng(4),
        axes=(1, 1),
        measures={"rows": lambda output, targets: (1.0, targets.shape[1])},
    )
    together = np.concatenate([ids for ids, _ in batches], axis=1)
    targets = np.concatenate([targets for _, targets in batches], axis=1)
    expected, _ = LOSS(net(together), targets)
    found = objective.validate()
    assert found["validation_loss"] == pytest.approx(expected, rel=1e-12)
    assert found["validation_rows"] == 3 / 11


def test_an_iterable_that_ends_too_early() -> None:
    class Short(list[Any]):
        def __len__(self) -> int:
            return 5

    with pytest.raises(UserError, match=r"^the iterable of batches ended after 3 of the 5 that"):
        epoch(network(), Worker(), training=Short(sequences()))
