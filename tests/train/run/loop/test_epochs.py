"""Epochs of the training loop: which is the best, when to stop, what is shown, and the clock."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.models import load_checkpoint
from glassnet.nn import SGD, Array
from glassnet.train import Trainer, TrainingOptions
from glassnet.train.workers.communicator import SingleProcess
from tests.train.run.loop.script import Script, dense, trainer


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
    network, rank_1 = dense(), SingleProcess()
    rank_1.rank = 1
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
    assert [call[0] for call in calls[-2:]] == ["say", "close"]  # it stopped before the end
    for quiet, communicator in ((False, SingleProcess()), (None, SingleProcess()), (False, rank_1)):
        more = {} if quiet is None else {"quiet": quiet}
        Trainer(
            network,
            objective,
            TrainingOptions(epochs=1),
            generator=np.random.default_rng(0),
            communicator=communicator,
            **more,
        ).run(0)
    assert [call[-1] for call in calls if call[0] == 2] == [True, False, False, True]


def test_what_is_said_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr("glassnet.train.run.trainer.Progress", lambda *_: Recorder(calls))
    network = dense()
    run = trainer(network, Script(network, [1] * 4, [[0, 0, 0, 0]] * 4))
    said = []
    for steps in (1, 0, None, None):
        calls.clear()
        run.run(steps)
        said.append("say" in [call[0] for call in calls])
    assert said == [True, True, False, True]  # not where the run came to its end


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


def test_the_shortest_patience_and_a_stage_that_begins_anew() -> None:
    network = dense()
    objective = Script(
        network, [1] * 9, [[0] * 4] * 9, validation=[1, 5, 6, 7], stages=[False, True]
    )
    run = trainer(network, objective, options={"epochs": 4, "patience": 1})
    run.run(3)
    assert run.run()  # in the middle of the second epoch, in which the first no longer counts
    assert [entry["validation_loss"] for entry in run.history] == [1, 5, 6]


def test_a_stop_that_is_asked_for_in_the_last_update_of_an_epoch() -> None:
    class Interrupted(SingleProcess):
        def all_reduce(self, values: Array) -> Array:
            if len(values) == 4 and len(objective.seen) == 2:
                values = values + np.array([0, 0, 1, 0])
            return values

    network = dense()
    objective = Script(network, [1] * 4, [[0] * 4] * 4, validation=[1, 1])
    run = trainer(network, objective, communicator=Interrupted())
    assert not run.run()
    assert (len(objective.seen), len(run.history)) == (2, 1)


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
