"""The training loop against updates that are computed by hand."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import load_checkpoint
from glassnet.nn import SGD, Array
from glassnet.train import DivergedError
from glassnet.train.workers.communicator import SingleProcess
from tests.train.run.loop.script import Script, dense, trainer


class FirstOfTwo(SingleProcess):
    """The first of two workers; the other one's part of each sum is given, three numbers each."""

    size = local_size = 2

    def __init__(self, gradients: Sequence[Sequence[float]], sums: Sequence[float]) -> None:
        self._gradients, self._sums = iter(gradients), iter(sums)
        self.gathered = 0

    def local_slice(self, length: int) -> slice:
        return slice(0, 2)

    def reduce_scatter(self, vector: Array) -> None:
        vector[:2] += next(self._gradients)
        vector[2:] = 99  # undefined

    def all_gather(self, vector: Array) -> None:
        self.gathered += 1
        vector[2:] = 40 + self.gathered

    def all_reduce(self, values: Array) -> Array:
        if len(values) < 4:
            return values
        loss, square = next(self._sums), next(self._sums)
        return values + np.array([loss, square, 0, 0])


def rows_of(log: Path) -> list[list[float | str]]:
    """The rows of a log, without its header: event, then numbers; "" where there is none."""
    with log.open() as file:
        return [
            [row["event"], *(float(v) if v else "" for v in list(row.values())[1:])]
            for row in csv.DictReader(file)
        ]


def test_each_row_of_the_log_has_its_loss_norm_and_rate(tmp_path: Path) -> None:
    network, log = dense(), tmp_path / "log.csv"
    objective = Script(
        network,
        losses=[10, 20, 30, 40],
        gradients=[[3, 0, 0, 4], [0, 0, 6, 8], [0, 5, 12, 0], [1, 1, 1, 1]],
        validation=[7, 9],
    )
    options = {"schedule": "step:1:0.1", "clip": 1e9}
    assert trainer(network, objective, log=log, options=options).run()
    assert rows_of(log) == [
        # event, epoch, step, training loss, validation loss, learning rate, gradient norm
        ["step", 1, 1, 10, "", 0.5, 5],
        ["step", 1, 2, 20, "", 0.5, 10],
        ["epoch", 1, 2, 15, 7, "", ""],
        ["step", 2, 3, 30, "", 0.05, 13],
        ["step", 2, 4, 40, "", 0.05, 2],
        ["epoch", 2, 4, 35, 9, "", ""],
    ]
    assert objective.seen == [
        (0, [1, 2, 3, 4]),
        (1, [-0.5, 2, 3, 2]),
        (0, [-0.5, 2, 0, -2]),
        (1, pytest.approx([-0.5, 1.75, -0.6, -2])),
    ]
    np.testing.assert_allclose(network.theta, [-0.55, 1.7, -0.65, -2.05], rtol=1e-12)


def test_rates_follow_the_schedule_of_the_whole_run_and_measures_have_columns(
    tmp_path: Path,
) -> None:
    network, log = dense(), tmp_path / "log.csv"
    objective = Script(network, [1] * 4, [[0, 0, 0, 0]] * 4, validation=[3, 2])
    run = trainer(
        network, objective, log=log, measures=("validation_wit",), options={"schedule": "cosine"}
    )
    run.run()
    rows = rows_of(log)
    expected = [0.5 * (1 + math.cos(math.pi * step / 4)) / 2 for step in range(4)]
    assert [row[5] for row in rows if row[0] == "step"] == pytest.approx(expected, abs=1e-12)
    assert [row[7] for row in rows] == ["", "", 1.5, "", "", 1]
    assert [entry["validation_wit"] for entry in run.history] == [1.5, 1]
    assert run.best is None


def test_losses_and_norms_are_sums_over_the_workers(tmp_path: Path) -> None:
    network, log = dense(), tmp_path / "log.csv"
    objective = Script(network, [1, 2], [[1, 2, 7, 7], [0, 3, 7, 7]], per_epoch=2)
    # The sum of the gradients is (3, 4) and (0, 12); the other worker has the rest of it.
    other = FirstOfTwo([[2, 2], [0, 9]], sums=[0.5, 144, 0.25, 25])
    assert trainer(network, objective, communicator=other, log=log, options={"epochs": 1}).run()
    steps = [row for row in rows_of(log) if row[0] == "step"]
    assert [(row[3], row[6]) for row in steps] == [(1.5, 13), (2.25, 13)]
    assert objective.seen == [(0, [1, 2, 3, 4]), (1, [-0.5, 0, 41, 41])]
    assert network.theta.tolist() == [-0.5, -6, 42, 42]


def test_clipping_takes_the_norm_over_all_workers() -> None:
    network = dense()
    objective = Script(network, [1], [[3, 4, 0, 0]], per_epoch=1)
    other = FirstOfTwo([[0, 0]], sums=[0, 144])  # the whole norm is 13
    options = {"clip": 1.3, "epochs": 1}
    trainer(network, objective, communicator=other, options=options).run()
    np.testing.assert_allclose(network.theta[:2], [1 - 0.5 * 0.3, 2 - 0.5 * 0.4], rtol=1e-12)


@pytest.mark.parametrize(
    ("loss", "gradient", "theta", "what"),
    [
        (math.nan, 1, 1, "the loss is no longer finite after update 1: "),
        (math.inf, 1, 1, "the loss is no longer finite after update 1: "),
        (1, math.nan, 1, "the gradient is no longer finite after update 1: "),
        (1, -math.inf, 1, "the gradient is no longer finite after update 1: "),
        (math.nan, math.nan, 1, "the loss is no longer finite after update 1: "),
        (1, 1, math.nan, "a weight is no longer finite after update 2: "),
        (1, 1, math.inf, "a weight is no longer finite after update 2: "),
    ],
)
def test_one_number_that_is_not_finite_ends_the_run(
    loss: float, gradient: float, theta: float, what: str, tmp_path: Path
) -> None:
    """The other losses, gradients and weights are finite."""
    network = dense()
    objective = Script(network, [1, loss], [[1, 1, 1, 1], [1, gradient, 1, 1]])
    compute = objective.compute

    def spoiled(step: int) -> float:
        if step == 1:
            network.theta[1] = theta
        return compute(step)

    objective.compute = spoiled  # type: ignore[method-assign]
    with pytest.raises(DivergedError, match=rf"^{what}try a lower .* than 0\.5, or "):
        trainer(network, objective, folder=tmp_path, options={"epochs": 1}).run()
    assert not list(tmp_path.glob("*.npz"))


def test_the_average_is_validated_and_the_weights_come_back() -> None:
    network = dense()
    objective = Script(network, [0] * 3, [[2, 0, 0, 0]] * 3, validation=[1], per_epoch=3)
    trainer(network, objective, options={"epochs": 1, "ema": 0.9}).run()
    # The weights were 0, -1, -2; decays are 0, 1/10, 2/11.
    average = 2 / 11 * (0.1 * 0 + 0.9 * -1) + 9 / 11 * -2
    assert objective.validated == [pytest.approx([average, 2, 3, 4])]
    assert network.theta.tolist() == [-2, 2, 3, 4]


def test_a_checkpoint_says_where_training_stands(tmp_path: Path) -> None:
    network, generator = dense(), np.random.default_rng(3)
    objective = Script(network, [1, 2, 4], [[2, 0, 0, 0]] * 3, validation=[5])
    parts = {"folder": tmp_path, "generator": generator, "fingerprint": "f", "recipe": "r"}
    run = trainer(
        network, objective, **parts, optimizer=SGD(0.5, momentum=0.5), options={"ema": 0.9}
    )
    run.run(3)
    last, best = (load_checkpoint(tmp_path / f"{name}.npz") for name in ("last", "best"))
    progress = last.progress
    assert progress.pop("epoch_seconds") >= 0  # type: ignore[operator]
    assert progress == {
        "step": 3,
        "epoch_loss": 4,
        "best_loss": 5,
        "epochs_since_best": 0,
        "optimizer_steps": 3,
        "random": generator.bit_generator.state,
        "fingerprint": "f",
        "frozen": [],
    }
    assert last.recipe == best.recipe == "r"
    assert set(last.training) == {"state/seen", "optimizer/velocity", "average/theta"}
    assert last.training["state/seen"].tolist() == [3]
    velocity = last.training["optimizer/velocity"]
    assert velocity.tolist() == [2 + 0.5 * (2 + 0.5 * 2), 0, 0, 0]
    assert last.weights["W"].tolist() == [[1 - 0.5 * (2 + 3 + 3.5), 2]]
    # The best weights are the averages after two updates: 0 and -1.5, with decays 0 and 1/10.
    assert best.weights["W"].tolist() == [[pytest.approx(0.9 * -1.5), 2]]
    assert (best.training, best.progress) == ({}, {})
    assert [entry["epoch"] for entry in last.history] == [1]

    again = dense()
    again.theta[...] = last.build().theta  # type: ignore[attr-defined]
    later = Script(again, [8], [[0, 0, 0, 0]], validation=[6])
    run = trainer(again, later, optimizer=SGD(0.5, momentum=0.5), options={"ema": 0.9})
    last.progress = {**progress, "epoch_seconds": 0.0}
    run.resume(last)
    assert later.restored.keys() == {"seen"}
    assert run.run()
    assert later.seen == [(1, network.theta.tolist())]
    assert again.theta[0] == network.theta[0] - 0.5 * 0.5 * 3.5
    assert run.history[-1]["training_loss"] == (4 + 8) / 2


class SecondOfTwo(FirstOfTwo):
    """The second worker; the first one has validated, and asks to stop after the second epoch."""

    rank = 1

    def __init__(self) -> None:
        super().__init__([[0, 0]] * 9, [0] * 18)
        self.validation, self.stops = iter([7.5, 6.5, 5.5]), iter([0, 1])

    def all_reduce(self, values: Array) -> Array:
        if len(values) == 2:
            return values + np.array([1, next(self.validation)])
        return values + next(self.stops) if len(values) == 1 else super().all_reduce(values)


def test_the_second_worker_follows_the_first(tmp_path: Path) -> None:
    network = dense()
    objective = Script(network, [1] * 9, [[1, 1, 1, 1]] * 9, validation=[0] * 9)
    more = {"folder": tmp_path, "log": tmp_path / "log.csv", "callback": lambda entry: 1 / 0}
    run = trainer(network, objective, communicator=SecondOfTwo(), options={"epochs": 3}, **more)
    assert not run.run()
    assert [entry["validation_loss"] for entry in run.history] == [7.5, 6.5]
    assert not objective.validated
    assert not list(tmp_path.iterdir())
