"""What `fit` saves, and training that goes on exactly from there."""

import csv
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.models import CheckpointError, StructureError, load, load_checkpoint
from glassnet.nn import (
    Array,
    Dense,
    Layer,
    ReLU,
    Sequential,
    softmax_cross_entropy,
)
from glassnet.train import fit
from tests.train.fitting.calls.small import data, fitted, network


def same_files(one: Path, other: Path) -> None:
    assert (one / "log.csv").read_bytes() == (other / "log.csv").read_bytes()
    first, second = load_checkpoint(one / "last.npz"), load_checkpoint(other / "last.npz")
    for name, value in (first.weights | first.training).items():
        np.testing.assert_array_equal(value, (second.weights | second.training)[name])
    for name in ("step", "random", "best_loss", "epochs_since_best"):
        assert first.progress[name] == second.progress[name]


def test_a_run_is_saved(tmp_path: Path) -> None:
    net, history = fitted(save=tmp_path, validation=0.3, metrics=["accuracy"], restore_best=True)
    assert sorted(os.listdir(tmp_path)) == ["best.npz", "last.npz", "log.csv"]
    np.testing.assert_array_equal(load(tmp_path / "best.npz").theta, net.theta)
    with (tmp_path / "log.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["event"] == "epoch"]
    for name in ("training_loss", "validation_loss", "validation_accuracy"):
        assert [float(row[name]) for row in rows] == history[name]


@pytest.mark.parametrize("stop", [1, 3, 6, 9])
@pytest.mark.parametrize("kind", ["arrays", "batches"])
def test_a_run_that_was_stopped_goes_on_exactly(stop: int, kind: str, tmp_path: Path) -> None:
    """Ctrl-C in the middle of an epoch, or in its last update."""
    x, targets = data(15)
    options: dict[str, Any] = {"validation": data(4), "metrics": ["accuracy"], "ema": 0.5}
    options["data"] = (x, targets)
    if kind == "batches":
        options["data"] = [(x[i : i + 5], targets[i : i + 5]) for i in (0, 5, 10)]
    whole, history = fitted(save=tmp_path / "whole", **options)

    calls = 0

    def interrupted(output: Array, answers: Array) -> tuple[float, Array]:
        nonlocal calls
        calls += answers.size == 5
        if calls == stop and answers.size == 5:
            os.kill(os.getpid(), signal.SIGINT)
        return softmax_cross_entropy(output, answers)

    interrupted.__name__ = "softmax_cross_entropy"
    net = network()
    first = fit(
        net,
        interrupted,
        save=tmp_path / "parts",
        **({"epochs": 4, "batch": 5, "learning_rate": 0.02, "progress": False} | options),
    )
    assert not first.finished
    assert load_checkpoint(tmp_path / "parts" / "last.npz").progress["step"] == stop
    _, second = fitted(net, save=tmp_path / "parts", resume=True, **options)
    assert second.finished
    assert len(second) == len(history) == 4
    assert second["validation_loss"] == history["validation_loss"]
    same_files(tmp_path / "whole", tmp_path / "parts")
    np.testing.assert_array_equal(net.theta, whole.theta)


def test_resume_begins_where_nothing_is_and_extends_what_is_done(tmp_path: Path) -> None:
    whole, _ = fitted(save=tmp_path / "whole", epochs=5)
    fitted(save=tmp_path / "parts", resume=True, epochs=2)
    net = network()
    _, history = fitted(net, save=tmp_path / "parts", resume=True, epochs=5)
    assert len(history) == 5
    np.testing.assert_array_equal(net.theta, whole.theta)
    _, again = fitted(network(), save=tmp_path / "parts", resume=True, epochs=5)
    assert [epoch["training_loss"] for epoch in again] == history["training_loss"]


def test_a_file_goes_on_in_its_folder_or_another(tmp_path: Path) -> None:
    whole, _ = fitted(save=tmp_path / "whole", epochs=4)
    fitted(save=tmp_path / "parts", epochs=2)
    other, _ = fitted(resume=tmp_path / "parts" / "last.npz", save=tmp_path / "other", epochs=4)
    assert load_checkpoint(tmp_path / "parts" / "last.npz").progress["step"] == 10
    there, _ = fitted(resume=str(tmp_path / "parts"), epochs=4)
    for net in (other, there):
        np.testing.assert_array_equal(net.theta, whole.theta)
    same_files(tmp_path / "whole", tmp_path / "parts")
    same_files(tmp_path / "whole", tmp_path / "other")


def test_the_best_of_a_run_that_goes_on_may_lie_before(tmp_path: Path) -> None:
    def run(epochs: int, rate: float) -> Layer:
        net = network()
        fitted(
            net,
            save=tmp_path,
            resume=True,
            epochs=epochs,
            optimizer="sgd",
            learning_rate=rate,
            schedule="step:2:0.001",
            restore_best=True,
        )
        return net

    best = run(2, 0.05).theta.copy()
    checkpoint = load_checkpoint(tmp_path / "best.npz")
    checkpoint.progress["best_loss"] = None
    again = run(2, 0.05)
    np.testing.assert_array_equal(again.theta, best)


def changed(**options: Any) -> dict[str, Any]:
    return options


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (changed(batch=6), "last.npz: was trained with batch=5, which can't become 6 on resume"),
        (changed(seed=2), "last.npz: was trained with seed=1, which can't become 2 on resume"),
        (changed(data=data(seed=9)), "last.npz: was trained on other data than is given now"),
        (changed(net=Sequential(Dense(4, 2))), "last.npz: holds another network than is given now"),
        (changed(resume="missing.npz", save=None), "missing.npz: there is no such file"),
        (changed(resume="best.npz"), "best.npz: holds only weights; glassnet.models.load gives"),
    ],
)
def test_what_can_not_go_on(
    options: dict[str, Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fitted(save=tmp_path, epochs=2)
    with pytest.raises(CheckpointError, match=message.replace(".", r"\.")):
        fitted(**({"save": tmp_path, "resume": True} | options))


def test_what_a_recipe_saved_is_not_gone_on_with(tmp_path: Path) -> None:
    fitted(save=tmp_path, epochs=2)
    checkpoint = load_checkpoint(tmp_path / "last.npz")
    checkpoint.recipe = "shakespeare"
    from glassnet.models import save_checkpoint

    save_checkpoint(tmp_path / "last.npz", checkpoint)
    with pytest.raises(CheckpointError, match="was trained by the recipe 'shakespeare'; glassnet"):
        fitted(save=tmp_path, resume=True)


class Unknown(ReLU):
    pass


def test_a_class_unknown_to_files_trains_and_is_refused_before_training(tmp_path: Path) -> None:
    net = Sequential(Dense(4, 3), Unknown(), Dense(3, 2))
    fitted(net)
    before = net.theta.copy()
    with pytest.raises(StructureError, match="layer 'unknown1' can't be saved"):
        fitted(net, save=tmp_path)
    np.testing.assert_array_equal(net.theta, before)
