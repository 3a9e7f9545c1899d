import numpy as np
import pytest

from glassnet.models import SimpleAutoencoder
from glassnet.nn import OPTIMIZERS, Adam, Array, ExponentialMovingAverage, clip_by_global_norm
from glassnet.train.options import TrainingOptions
from glassnet.train.run.updates import Updates, make_optimizer
from glassnet.train.workers.communicator import SingleProcess


@pytest.fixture
def network(generator: np.random.Generator) -> SimpleAutoencoder:
    return SimpleAutoencoder(code=2).initialize(generator, np.float64)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_is_made_of_its_options(name: str) -> None:
    options = TrainingOptions(
        optimizer=name, learning_rate=0.3, weight_decay=0.2, rho=0.7, beta2=0.6
    )
    optimizer = make_optimizer(options)
    assert type(optimizer) is OPTIMIZERS[name]
    assert (optimizer.learning_rate, optimizer.weight_decay) == (0.3, 0.2)
    assert getattr(optimizer, "rho", 0.7) == 0.7
    assert getattr(optimizer, "beta2", 0.6) == (0.99 if name == "lion" else 0.6)


def test_an_update_is_clipped_scheduled_and_averaged(network: SimpleAutoencoder) -> None:
    options = TrainingOptions(
        optimizer="adam", learning_rate=0.1, schedule="step:1:0.5", clip=1.0, ema=0.9
    )
    updates = Updates(network, options, SingleProcess())
    theta, optimizer, average = network.theta.copy(), Adam(0.1), ExponentialMovingAverage(0.9)
    for step in range(4):  # 2 an epoch
        network.grad[...] = np.linspace(-1, step, network.grad.size)
        gradient = network.grad.copy()
        norm = clip_by_global_norm(gradient, 1.0)
        updates.apply(norm=norm, step=step, steps=4, steps_per_epoch=2)
        optimizer.learning_rate = 0.1 if step < 2 else 0.05
        optimizer.step(theta, gradient)
        average.update(theta)
        assert updates.learning_rate == optimizer.learning_rate
    np.testing.assert_array_equal(network.theta, theta)
    with updates.averaged_weights():
        np.testing.assert_array_equal(network.theta, average.average)
    np.testing.assert_array_equal(network.theta, theta)


def test_they_go_on_where_they_stopped_and_start_afresh(network: SimpleAutoencoder) -> None:
    options = TrainingOptions(optimizer="adam", ema=0.9)

    def update(updates: Updates, step: int) -> None:
        network.grad[...] = step + 1
        updates.apply(norm=1.0, step=step, steps=4, steps_per_epoch=4)

    whole = Updates(network, options, SingleProcess())
    update(whole, 0)
    vectors = {name: vector.copy() for name, vector in whole.vectors().items()}
    assert set(vectors) == {"optimizer/mean", "optimizer/mean_square", "average/theta"}
    theta = network.theta.copy()
    update(whole, 1)
    expected = network.theta.copy()
    network.theta[...] = theta
    resumed = Updates(network, options, SingleProcess())
    resumed.restore(vectors | {"state/order": np.arange(3)}, steps=1)
    update(resumed, 1)
    np.testing.assert_array_equal(network.theta, expected)
    for name, vector in whole.vectors().items():
        np.testing.assert_array_equal(resumed.vectors()[name], vector)
    whole.restart()
    assert whole.steps == 0
    assert not whole.vectors()


class Half(SingleProcess):
    """A worker that updates the second half; the others' is filled with the number of the call."""

    size = 2

    def __init__(self) -> None:
        self.calls: list[str] = []

    def local_slice(self, length: int) -> slice:
        return slice(length // 2, length)

    def all_gather(self, vector: Array) -> None:
        self.calls.append("gather")
        vector[: vector.size // 2] = len(self.calls)

    def barrier(self) -> None:
        self.calls.append("barrier")


def test_a_worker_has_a_part_and_saves_the_whole(network: SimpleAutoencoder) -> None:
    communicator = Half()
    updates = Updates(network, TrainingOptions(optimizer="sgd", ema=0.5), communicator)
    half = network.theta.size // 2
    first = network.theta.copy()
    network.grad[...] = 1
    for step in range(2):
        updates.apply(norm=1.0, step=step, steps=2, steps_per_epoch=2)
    assert updates.own == slice(half, 2 * half)
    assert np.all(network.theta[:half] == 2)
    second = network.theta[half:].copy()
    assert np.all(second < first[half:])
    vectors = updates.vectors()
    assert communicator.calls == ["gather"] * 4
    assert [vector[0] for vector in vectors.values()] == [3, 4]
    assert [len(vector) for vector in vectors.values()] == [2 * half] * 2
    np.testing.assert_allclose(vectors["optimizer/velocity"][half:], 1 + 0.9, rtol=1e-12)
    average = vectors["average/theta"][half:]
    with updates.averaged_weights():
        np.testing.assert_array_equal(network.theta[half:], average)
        assert np.all(network.theta[:half] == 5)
    assert communicator.calls[4:] == ["gather", "barrier", "gather"]
    np.testing.assert_array_equal(network.theta[half:], second)
    assert np.all(network.theta[:half] == 7)

    kept = {name: vector.copy() for name, vector in vectors.items()}
    resumed = Updates(network, TrainingOptions(optimizer="sgd", ema=0.5), communicator)
    resumed.restore(vectors, steps=2)
    network.grad[...] = 1
    resumed.apply(norm=1.0, step=1, steps=2, steps_per_epoch=2)
    for name, vector in kept.items():
        np.testing.assert_array_equal(vectors[name], vector)  # those of the checkpoint are whole
    resumed.restore({}, steps=0)
