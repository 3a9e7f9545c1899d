"""The training loop against updates that are computed by hand, with losses that are made up."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import load_checkpoint
from glassnet.nn import SGD, Array, Dense
from glassnet.train import DivergedError, Trainer, TrainingOptions
from glassnet.train.workers.communicator import SingleProcess


class Script:
    """An objective whose losses, gradients and validation losses are given."""

    items_per_step, unit = 5, "rows"

    def __init__(
        self,
        network: Dense,
        losses: Sequence[float],
        gradients: Sequence[Sequence[float]],
        validation: Sequence[float] = (),
        per_epoch: int = 2,
        stages: Sequence[bool] = (),
    ) -> None:
        self._network, self._losses, self._gradients = network, iter(losses), iter(gradients)
        self._validation, self._stages = iter(validation), iter(stages)
        self.steps_per_epoch, self.in_last_stage = per_epoch, True
        self.seen: list[tuple[int, list[float]]] = []  # (step of the epoch, weights) at each update
        self.validated: list[list[float]] = []  # the weights at each validation

    def start_epoch(self) -> bool:
        return next(self._stages, False)

    def compute(self, step: int) -> float:
        assert not self._network.grad.any()
        self.seen.append((step, self._network.theta.tolist()))
        self._network.grad += next(self._gradients)
        return next(self._losses)

    def validate(self) -> dict[str, float]:
        self.validated.append(self._network.theta.tolist())
        loss = next(self._validation, None)
        return {} if loss is None else {"validation_loss": loss}

    def state(self) -> dict[str, Array]:
        return {"seen": np.array([len(self.seen)])}

    def restore(self, state: dict[str, Array]) -> None:
        self.restored = state


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


def dense() -> Dense:
    layer = Dense(1, 2).initialize(np.random.default_rng(0), np.float64)
    layer.theta[...] = [1, 2, 3, 4]
    return layer


def trainer(network: Dense, objective: Script, **more: object) -> Trainer:
    options = {"learning_rate": 0.5, "epochs": 2, **more.pop("options", {})}  # type: ignore[dict-item, misc]
    defaults: dict[str, object] = {
        "generator": np.random.default_rng(0),
        "quiet": True,
        "optimizer": SGD(0.5, momentum=0),
    }
    return Trainer(network, objective, TrainingOptions(**options), **{**defaults, **more})  # type: ignore[arg-type]


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


def test_the_best_epoch_and_patience() -> None:
    network = dense()
    validation = [3, 2, 2, 1.5, 1.5, 1.6, 0]
    objective = Script(
        network, range(1, 99), [[-2, 0, 0, 0]] * 99, validation=validation, per_epoch=1
    )
    run = trainer(network, objective, keep_best=True, options={"epochs": 9, "patience": 2})
    assert run.run()
    # The third and the fifth epoch are as good as the ones before, and so no better.
    assert [entry["validation_loss"] for entry in run.history] == [3, 2, 2, 1.5, 1.5, 1.6]
    assert [entry["training_loss"] for entry in run.history] == [1, 2, 3, 4, 5, 6]
    assert [entry["epoch"] for entry in run.history] == [1, 2, 3, 4, 5, 6]
    assert run.best is not None
    assert run.best["W"].tolist() == [[1 + 4, 2]]
    assert network.theta.tolist() == [1 + 6, 2, 3, 4]


def test_without_validation_the_training_loss_judges() -> None:
    network = dense()
    objective = Script(network, [4, 4, 1, 3, 2, 3], [[-2, 0, 0, 0]] * 6)
    run = trainer(network, objective, keep_best=True, options={"epochs": 3})
    assert run.run()
    assert [entry["training_loss"] for entry in run.history] == [4, 2, 2.5]
    assert run.best is not None
    assert run.best["W"].tolist() == [[1 + 4, 2]]


def test_a_new_stage_forgets_the_best_epoch_and_the_optimizer() -> None:
    network = dense()
    objective = Script(
        network,
        [0] * 3,
        [[1, 0, 0, 0]] * 3,
        validation=[1, 5, 6],
        per_epoch=1,
        stages=[False, True, False],
    )
    optimizer = SGD(0.5, momentum=0.5)
    run = trainer(network, objective, keep_best=True, optimizer=optimizer, options={"epochs": 3})
    assert run.run()
    # 1 - 0.5, then again 0.5 with no velocity left, then 0.5 * (1 + 0.5)
    assert [theta[0] for _, theta in objective.seen] == [1, 0.5, 0]
    assert network.theta[0] == -0.75
    assert run.best is not None
    assert run.best["W"].tolist() == [[0, 2]]
    assert not optimizer.state  # it was a prototype


def test_the_average_is_validated_and_the_weights_come_back() -> None:
    network = dense()
    objective = Script(network, [0] * 3, [[2, 0, 0, 0]] * 3, validation=[1], per_epoch=3)
    trainer(network, objective, options={"epochs": 1, "ema": 0.9}).run()
    # The weights were 0, -1, -2; decays are 0, 1/10, 2/11.
    average = 2 / 11 * (0.1 * 0 + 0.9 * -1) + 9 / 11 * -2
    assert objective.validated == [pytest.approx([average, 2, 3, 4])]
    assert network.theta.tolist() == [-2, 2, 3, 4]


@pytest.mark.parametrize(
    ("steps", "updates", "epochs"), [(None, 6, 3), (0, 0, 0), (3, 3, 1), (4, 4, 2), (9, 6, 3)]
)
def test_a_number_of_updates(steps: int | None, updates: int, epochs: int) -> None:
    network = dense()
    objective = Script(network, [1] * 6, [[0, 0, 0, 0]] * 6, validation=[1] * 3)
    run = trainer(network, objective, options={"epochs": 3})
    assert run.run(steps)
    assert [step for step, _ in objective.seen] == [0, 1, 0, 1, 0, 1][:updates]
    assert len(run.history) == len(objective.validated) == epochs
    assert run.run()  # the rest
    assert len(objective.seen) == 6
    assert len(run.history) == 3


def test_a_callback_ends_the_run() -> None:
    network, entries = dense(), []
    objective = Script(network, [1] * 6, [[0, 0, 0, 0]] * 6, validation=[3, 2, 1])

    def callback(entry: dict[str, float]) -> bool:
        entries.append(entry)
        return entry["validation_loss"] < 3

    run = trainer(network, objective, callback=callback, options={"epochs": 3})
    assert not run.run()
    assert [entry["epoch"] for entry in entries] == [1, 2]
    assert entries == run.history
    assert entries[0] is not run.history[0]


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


class Recorder:
    """The arguments of all calls of a `Progress`."""

    def __init__(self, calls: list[tuple[object, ...]]) -> None:
        self._calls = calls

    def __getattr__(self, name: str) -> object:
        return lambda *arguments: self._calls.append((name, *arguments))


def test_progress_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[object, ...]] = []

    def progress(*arguments: object) -> Recorder:
        calls.append(arguments)
        return Recorder(calls)

    monkeypatch.setattr("glassnet.train.run.trainer.Progress", progress)
    network = dense()
    objective = Script(network, [4, 2, 7], [[0, 0, 0, 0]] * 3, validation=[9])
    run = trainer(network, objective, options={"epochs": 3})
    run.run(3)
    assert [call for call in calls if call[0] not in ("close", "say")] == [
        (2, 3, 5, "rows", True),
        ("start_epoch", 1, 0),
        ("step", 1, 4),
        ("step", 2, 3),
        ("end_epoch", run.history[0]),
        ("start_epoch", 2, 0),
        ("step", 1, 7),
    ]
    assert [call[0] for call in calls[-2:]] == ["say", "close"]


def test_the_seconds_of_an_epoch_count_across_a_stop(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now = 1000.0
    network = dense()
    objective = Script(network, [1] * 6, [[0, 0, 0, 0]] * 6, validation=[9, 8], per_epoch=3)
    compute, validate = objective.compute, objective.validate

    def ten_seconds(step: int) -> float:
        nonlocal now
        now += 10
        return compute(step)

    def five_seconds() -> dict[str, float]:
        nonlocal now
        now += 5.04
        return validate()

    objective.compute = ten_seconds  # type: ignore[method-assign]
    objective.validate = five_seconds  # type: ignore[method-assign]
    monkeypatch.setattr("glassnet.train.run.trainer.time.monotonic", lambda: now)
    run = trainer(network, objective, folder=tmp_path)
    run.run(1)
    assert load_checkpoint(tmp_path / "last.npz").progress["epoch_seconds"] == 10
    now += 5000
    run.run(1)
    assert load_checkpoint(tmp_path / "last.npz").progress["epoch_seconds"] == 20
    run.run(1)
    assert load_checkpoint(tmp_path / "last.npz").progress["epoch_seconds"] == 0
    run.run()
    assert [entry["seconds"] for entry in run.history] == [35.0, 35.0]


def test_it_saves_in_the_middle_of_an_epoch_after_five_minutes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now, saved = 0.0, []
    network = dense()
    objective = Script(network, [1] * 8, [[0, 0, 0, 0]] * 8, per_epoch=8)
    compute = objective.compute

    def hundred_seconds(step: int) -> float:
        nonlocal now
        now += 100
        return compute(step)

    objective.compute = hundred_seconds  # type: ignore[method-assign]
    monkeypatch.setattr("glassnet.train.run.trainer.time.monotonic", lambda: now)
    monkeypatch.setattr(
        "glassnet.train.run.trainer.save_checkpoint",
        lambda path, checkpoint: saved.append((path.name, checkpoint.progress.get("step"))),
    )
    trainer(network, objective, folder=tmp_path, options={"epochs": 1}).run()
    # More than 300 s after the start and after the last save; at the end with the best epoch.
    assert saved == [("last.npz", 4), ("best.npz", None), ("last.npz", 8), ("last.npz", 8)]
