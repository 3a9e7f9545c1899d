"""Penalties, factors of learning rates and frozen parameters, with one worker and several."""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import load_checkpoint
from glassnet.nn import (
    Adam,
    Dense,
    ExponentialMovingAverage,
    Layer,
    Sequential,
    Tanh,
    WeightPenalty,
    mean_squared_error,
    parameter_groups,
)
from glassnet.train import Trainer
from glassnet.train.objectives import BatchObjective
from glassnet.train.options import OptionError, TrainingOptions
from glassnet.train.run.updates import Updates
from glassnet.train.workers.communicator import SingleProcess

BY_NAME = TrainingOptions(
    optimizer="adam",
    weight_decay=0.1,
    ema=0.9,
    weight_l1="*.W=0.01",
    weight_l2="*.b=0.1,*.W=0.02",
    rate_factors="dense2.*=0.5",
    freeze="*dense1.b",
)


def dense_network(seed: int = 0) -> Sequential:
    """Parameters at 0:12 (W), 12:16 (b), 16:24 (W), 24:26 (b)."""
    layers = Sequential(Dense(3, 4), Tanh(), Dense(4, 2))
    return layers.initialize(np.random.default_rng(seed), np.float64)


def update(network: Layer, workers: list[Updates], step: int) -> float:
    """One update by all workers, which share the network; the penalty."""
    network.zero_grad()
    y = network.forward(np.random.default_rng(step).standard_normal((5, 3)))
    network.backward(y - 1)
    penalty = sum(worker.penalize() for worker in workers)
    for worker in workers:
        worker.apply(norm=1.0, step=step, steps=9, steps_per_epoch=9)
    return penalty


def test_they_are_what_nn_says() -> None:
    network, by_hand = dense_network(), dense_network()
    updates = Updates(network, BY_NAME, SingleProcess())
    assert network.frozen == ("dense1.b",)
    by_hand.freeze("dense1.b")
    penalty = WeightPenalty({"*.W": 0.01}, {"*.b": 0.1, "*.W": 0.02})
    optimizer, average = Adam(1e-3, weight_decay=0.1), ExponentialMovingAverage(0.9)
    optimizer.groups = parameter_groups(by_hand, {"dense2.*": 0.5})
    for step in range(5):
        found = update(network, [updates], step)
        by_hand.zero_grad()
        y = by_hand.forward(np.random.default_rng(step).standard_normal((5, 3)))
        by_hand.backward(y - 1)
        assert found == penalty.add(by_hand) > 0
        optimizer.step(by_hand.theta, by_hand.grad)
        average.update(by_hand.theta)
    np.testing.assert_array_equal(network.theta, by_hand.theta)
    np.testing.assert_array_equal(network.theta[12:16], dense_network().theta[12:16])
    np.testing.assert_array_equal(updates.vectors()["average/theta"], average.average)


@pytest.mark.parametrize("cuts", [[0, 13, 26], [0, 5, 14, 26], [0, 16, 16, 26]])
def test_workers_make_the_same_updates(cuts: list[int]) -> None:
    @dataclass
    class Worker(SingleProcess):
        part: slice

        def local_slice(self, length: int) -> slice:
            return self.part

    whole, shared = dense_network(), dense_network()
    alone = [Updates(whole, BY_NAME, SingleProcess())]
    parts = [slice(*pair) for pair in itertools.pairwise(cuts)]
    workers = [Updates(shared, BY_NAME, Worker(part)) for part in parts]
    for step in range(6):
        if step == 3:
            whole.freeze("dense2.W")
            shared.freeze("dense2.W")
        assert update(shared, workers, step) == pytest.approx(update(whole, alone, step), rel=1e-12)
    np.testing.assert_allclose(shared.theta, whole.theta, rtol=1e-12)
    assert (whole.theta != dense_network().theta).sum() >= 20


def test_frozen_weights_are_their_own_average() -> None:
    network = dense_network()
    network.theta[12:16] = np.random.default_rng(3).standard_normal(4)
    before = network.theta[12:16].copy()
    updates = Updates(network, BY_NAME, SingleProcess())
    for step in range(9):
        update(network, [updates], step)
    with updates.averaged_weights():
        np.testing.assert_array_equal(network.theta[12:16], before)


def test_what_is_frozen_on_the_way_stays_and_moves_again() -> None:
    network = dense_network()
    updates = Updates(network, TrainingOptions(weight_decay=0.1), SingleProcess())
    update(network, [updates], 0)
    network.freeze("dense1.*")
    before = network.theta.copy()
    update(network, [updates], 1)
    np.testing.assert_array_equal(network.theta[:16], before[:16])
    assert (network.theta[16:] != before[16:]).all()
    network.unfreeze()
    update(network, [updates], 2)
    assert (network.theta[:16] != before[:16]).all()


@pytest.mark.parametrize("name", ["freeze", "weight_l1", "weight_l2", "rate_factors"])
def test_patterns_that_fit_nothing_name_the_option(name: str) -> None:
    text = "gru.*" if name == "freeze" else "gru.*=0.1"
    options = TrainingOptions(**{name: text})  # type: ignore[arg-type]
    message = f"--{name.replace('_', '-')} {text}: no parameter has a name like 'gru.*'; there are"
    with pytest.raises(OptionError, match=re.escape(message)) as error:
        Updates(dense_network(), options, SingleProcess())
    assert "\n" not in str(error.value)


def test_an_optimizer_with_groups_is_refused() -> None:
    optimizer = Adam()
    optimizer.groups = []
    with pytest.raises(ValueError, match=r"^the optimizer has groups, which are set here"):
        Updates(dense_network(), TrainingOptions(), SingleProcess(), optimizer)


def test_what_is_frozen_is_saved_and_resumed(tmp_path: Path) -> None:
    x = np.random.default_rng(0).standard_normal((20, 3))

    def trainer(network: Sequential, epochs: int = 4) -> Trainer:
        generator = np.random.default_rng(1)
        objective = BatchObjective(
            network, mean_squared_error, training=(x, x[:, :2]), batch=5, generator=generator
        )
        options = TrainingOptions(epochs=epochs, optimizer="adam", weight_decay=0.1)
        return Trainer(
            network, objective, options, generator=generator, folder=tmp_path, quiet=True
        )

    whole = dense_network()
    whole.freeze("dense1.W")
    trainer(whole).run()
    first = dense_network()
    first.freeze("dense1.W")
    trainer(first).run(steps=7)
    checkpoint = load_checkpoint(tmp_path / "last.npz")
    resumed = dense_network(seed=8)
    resumed.theta[...] = first.theta
    again = trainer(resumed)
    again.resume(checkpoint)
    assert resumed.frozen == ("dense1.W",)
    again.run()
    np.testing.assert_array_equal(resumed.theta, whole.theta)
    np.testing.assert_array_equal(resumed.theta[:12], dense_network().theta[:12])
