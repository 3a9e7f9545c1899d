"""The whole of training through its command line: resume, early stops, errors."""

import csv
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import (
    CharacterLSTM,
    Checkpoint,
    CheckpointError,
    StructureError,
    Vocabulary,
    load_checkpoint,
    load_network,
    save_checkpoint,
)
from glassnet.nn import (
    Adam,
    BatchNorm,
    Dense,
    ExponentialMovingAverage,
    Sequential,
    clip_by_global_norm,
    mean_squared_error,
    parse_schedule,
)
from glassnet.train import BatchObjective, Trainer, TrainingOptions
from glassnet.train.command.main import main
from glassnet.train.objectives import StreamObjective, split, text_loss
from tests.train.same_run import assert_identical, assert_same_run
from tests.train.small import EMBEDDED, REGULARIZED


class KilledError(Exception):
    """What a test throws into a run to end it."""


def killed(*arguments: object) -> None:
    raise KilledError


@pytest.mark.parametrize("stops", [(1,), (7, 1), (48,), (49, 3)])  # 48 updates an epoch
@pytest.mark.parametrize(
    "options",
    [
        ("--k2", "20", "--dropout", "0.3", "--clip", "1", "--schedule", "one-cycle"),
        ("--k2", "10", "--optimizer", "adam", "--dtype", "float64"),
        ("--k2", "10", "--ema", "0.9", *REGULARIZED),
        ("--k2", "10", *EMBEDDED),
        ("--k2", "20", "--cell", "gru", "--embedding", "5", "--state-dropout", "0.3"),
    ],
)
def test_stopped_and_resumed_equals_never_stopped(
    train: Callable[..., int], stops: tuple[int, ...], options: tuple[str, ...]
) -> None:
    assert train(*options, "--save", "whole") == 0
    assert load_checkpoint("whole/last.npz").progress["step"] == 96
    assert train(*options, "--save", "parts", "--steps", str(stops[0])) == 0
    for more in stops[1:]:
        assert main(["--resume", "parts/last.npz", "--steps", str(more)]) == 0
    assert load_checkpoint("parts/last.npz").progress["step"] == sum(stops)
    assert main(["--resume", "parts/last.npz"]) == 0
    assert_same_run("whole", "parts")
    assert_identical("whole/best.npz", "parts/best.npz")


def test_rows_after_the_last_save_are_written_once(train: Callable[..., int]) -> None:
    """A run that was killed has logged updates that its checkpoint does not know of."""
    train("--k2", "10", "--save", "whole", "--steps", "20")
    train("--k2", "10", "--save", "killed", "--steps", "10")
    shutil.copy("whole/log.csv", "killed/log.csv")
    with Path("killed/log.csv").open("a") as file:
        file.write("step,1,2")  # cut off in the middle
    main(["--resume", "killed/last.npz", "--steps", "10"])
    assert Path("whole/log.csv").read_bytes() == Path("killed/log.csv").read_bytes()


def test_it_learns_and_says_so(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--k2", "10", "--learning-rate", "0.01", "--epochs", "4", "--save", "run") == 0
    history = load_checkpoint("run/last.npz").history
    assert [entry["epoch"] for entry in history] == [1, 2, 3, 4]
    assert history[-1]["validation_loss"] < 0.6 * history[0]["validation_loss"]
    assert history[-1]["validation_accuracy"] > 0.6
    assert f"validation loss {history[-1]['validation_loss']:.4f}" in capsys.readouterr().err
    with Path("run/log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["event"] for row in rows].count("step") == 4 * 48
    epochs = [row for row in rows if row["event"] == "epoch"]
    assert [float(row["validation_loss"]) for row in epochs] == [
        entry["validation_loss"] for entry in history
    ]
    steps = [float(row["training_loss"]) for row in rows if row["epoch"] == "1"][:48]
    assert np.mean(steps) == pytest.approx(history[0]["training_loss"], abs=1e-12)


def test_training_is_what_its_options_say(train: Callable[..., int], corpus: Path) -> None:
    options = ["--layers", "1", "--k2", "10", "--dtype", "float64", "--seed", "7", "--clip", "0.1"]
    options += ["--optimizer", "adam", "--learning-rate", "0.01", "--schedule", "one-cycle:0.1"]
    options += ["--beta2", "0.9"]
    assert train(*options, "--weight-decay", "0.3", "--ema", "0.9", "--steps", "9") == 0
    # The same by hand.
    text = corpus.read_text()
    weights_random, training_random = np.random.default_rng(7).spawn(2)
    network = CharacterLSTM(Vocabulary.of(text), layers=1, units=8)
    network.initialize(weights_random, np.float64)
    ids = network.vocabulary.encode(text)
    objective = StreamObjective(
        network, ids, streams=4, k1=10, k2=10, validation=0.1, generator=training_random
    )
    objective.start_epoch()
    optimizer, schedule = Adam(beta2=0.9, weight_decay=0.3), parse_schedule("one-cycle:0.1")
    rates, average = [], ExponentialMovingAverage(0.9)
    for step in range(9):
        network.zero_grad()
        objective.compute(step)
        assert clip_by_global_norm(network.grad, 0.1) > 0.1
        optimizer.learning_rate = 0.01 * schedule(step, 96, 48)  # 2 epochs of 48 updates
        rates.append(optimizer.learning_rate)
        optimizer.step(network.theta, network.grad)
        average.update(network.theta)
    last = load_checkpoint("saves/shakespeare/last.npz")
    np.testing.assert_allclose(last.build().theta, network.theta, rtol=1e-12)
    np.testing.assert_allclose(last.training["average/theta"], average.average, rtol=1e-12)
    with Path("saves/shakespeare/log.csv").open() as file:
        assert [float(row["learning_rate"]) for row in csv.DictReader(file)] == rates


@pytest.mark.parametrize(
    "option",
    [
        *("--seed 2", "--clip 0.001", "--weight-decay 0.5", "--schedule cosine", "--rho 0.5"),
        *("--variational yes", "--weight-drop 0.3", "--dropout 0.5", "--learning-rate 0.01"),
        *("--optimizer sgd", "--layers 1", "--units 9", "--chunks 5", "--k1 9", "--k2 11"),
        *("--epochs 3 --schedule cosine", "--validation 0.2", "--dtype float64"),
        *("--embedding 5", "--state-dropout 0.3", "--skip yes", "--reset-state 0.3"),
        *("--weight-l1 *.Wh=0.01", "--weight-l2 *.Wh=0.01", "--rate-factors *.Wh=0.1"),
        "--freeze *.Wh",
    ],
)
def test_every_option_matters(option: str, train: Callable[..., int]) -> None:
    common = ("--k2", "10", "--dropout", "0.3", "--steps", "6")
    train(*common, "--save", "plain")
    train(*common, *option.split(), "--save", "other", "--log", "mine.csv")
    plain, other = (load_checkpoint(f"{name}/last.npz").weights for name in ("plain", "other"))
    assert any(
        name not in other or not np.array_equal(value, other[name]) for name, value in plain.items()
    )
    assert Path("mine.csv").read_text().count("step,") == 6 + 1  # with the header


def test_best_is_the_epoch_with_the_lowest_validation_loss(train: Callable[..., int]) -> None:
    train("--k2", "10", "--learning-rate", "0.2", "--epochs", "5", "--save", "run")
    last, best = load_checkpoint("run/last.npz"), load_checkpoint("run/best.npz")
    losses = [entry["validation_loss"] for entry in last.history]
    assert best.history[-1]["validation_loss"] == min(losses)
    assert not best.training


def test_the_average_of_the_weights_is_what_is_validated_and_kept(
    train: Callable[..., int], corpus: Path
) -> None:
    train("--k2", "10", "--ema", "0.9", "--dtype", "float64", "--epochs", "1")
    last = load_checkpoint("saves/shakespeare/last.npz")
    network, best = load_network("saves/shakespeare/best.npz")
    np.testing.assert_array_equal(network.theta, last.training["average/theta"])
    assert np.abs(last.build().theta - network.theta).max() > 1e-3
    ids = network.vocabulary.encode(corpus.read_text())
    loss, _ = text_loss(network, split(ids, 0.1)[1])
    assert best.history[0]["validation_loss"] == pytest.approx(loss, abs=1e-12)


def test_patience_stops_early(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    train(
        "--k2", "10", "--learning-rate", "0.5", "--epochs", "50", "--patience", "2", "--save", "run"
    )  # fmt: skip
    losses = [entry["validation_loss"] for entry in load_checkpoint("run/last.npz").history]
    assert len(losses) < 50
    assert np.argmin(losses) == len(losses) - 3
    said = f"stopped after epoch {len(losses)}: no better validation loss for --patience 2"
    assert said in capsys.readouterr().err
    assert main(["--resume", "run/last.npz"]) == 0
    assert said in capsys.readouterr().err


def test_a_run_that_is_done_says_so(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    train("--k2", "10", "--epochs", "1", "--save", "run")
    assert "done already" not in capsys.readouterr().err
    assert main(["--resume", "run/last.npz"]) == 0
    assert "1 of 1 epochs are done already; --epochs can make them more" in capsys.readouterr().err
    assert main(["--resume", "run/last.npz", "--epochs", "3"]) == 0
    assert load_checkpoint("run/last.npz").progress["step"] == 3 * 48
    capsys.readouterr()
    assert main(["--resume", "run/last.npz", "--epochs", "2"]) == 0
    assert "3 of 2 epochs are done already" in capsys.readouterr().err


def test_killed_while_an_epoch_ends(
    train: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A save that is due with the last update of an epoch does not take it for whole."""
    train("--k2", "10", "--save", "whole")
    with monkeypatch.context() as patch:
        patch.setattr("glassnet.train.run.trainer._SECONDS_BETWEEN_SAVES", -1.0)
        patch.setattr(StreamObjective, "validate", killed)
        with pytest.raises(KilledError):
            train("--k2", "10", "--save", "killed")
    assert load_checkpoint("killed/last.npz").progress["step"] == 47  # of 48
    assert main(["--resume", "killed/last.npz"]) == 0
    assert_same_run("whole", "killed")


def test_the_best_epoch_is_remembered_across_a_stop(train: Callable[..., int]) -> None:
    # The second epoch, at a learning rate that destroys, is worse than the first.
    options = ("--k2", "10", "--schedule", "step:1:1", "--optimizer", "sgd", "--patience", "9")
    train(*options, "--steps", "48", "--save", "run")
    best = Path("run/best.npz").read_bytes()
    checkpoint = load_checkpoint("run/last.npz")
    checkpoint.options["learning-rate"] = 1e4
    save_checkpoint("run/last.npz", checkpoint)
    assert main(["--resume", "run/last.npz"]) == 0
    first, second = (e["validation_loss"] for e in load_checkpoint("run/last.npz").history)
    assert first < second
    assert Path("run/best.npz").read_bytes() == best
    assert load_checkpoint("run/last.npz").progress["epochs_since_best"] == 1


def test_it_saves_every_five_minutes(
    train: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    now, saved = 0.0, []

    def clock() -> float:
        return now

    def a_minute(objective: StreamObjective, step: int) -> float:
        nonlocal now
        now += 60.0
        return compute(objective, step)

    def save(path: Path, checkpoint: Checkpoint) -> None:
        if path.name == "last.npz":
            saved.append(checkpoint.progress["step"])

    compute = StreamObjective.compute
    monkeypatch.setattr(StreamObjective, "compute", a_minute)
    monkeypatch.setattr("glassnet.train.run.trainer.save_checkpoint", save)
    monkeypatch.setattr("glassnet.train.run.trainer.time.monotonic", clock)
    assert train("--k2", "10", "--steps", "22") == 0
    assert saved == [6, 12, 18, 22]


def test_init_from_takes_weights_and_vocabulary(train: Callable[..., int], corpus: Path) -> None:
    train("--k2", "10", "--save", "first")
    first = load_checkpoint("first/best.npz")
    first.configuration = {k: v for k, v in first.configuration.items() if k != "embedding"}
    save_checkpoint("first/best.npz", first)  # as before there were embeddings
    corpus.write_text(corpus.read_text().replace("question", "bet"))  # fewer letters
    assert train("--k2", "10", "--steps", "1", "--init-from", "first/best.npz", "--save", "b") == 0
    first, second = load_checkpoint("first/best.npz"), load_checkpoint("b/last.npz")
    assert second.configuration["vocabulary"] == first.configuration["vocabulary"]
    moved = second.weights["lstm2.Wh"] - first.weights["lstm2.Wh"]
    assert 0 < np.abs(moved).max() < 0.01


def test_resume_refuses_what_would_not_be_the_same_run(
    train: Callable[..., int], corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train("--k2", "10", "--steps", "1", "--save", "run")
    assert main(["--resume", "run/last.npz", "--units", "9"]) == 2
    assert "--units is 8 in run/last.npz and can't change" in capsys.readouterr().err
    shutil.copy("run/last.npz", "kept.npz")
    corpus.rename("moved.txt")
    assert main(["--resume", "run/last.npz", "--steps", "1"]) == 1
    assert "corpus.txt'" in (printed := capsys.readouterr().err)
    assert "if it lies elsewhere now, --data says where" in printed
    assert main(["--resume", "run/last.npz", "--steps", "1", "--data", "moved.txt"]) == 0
    assert load_checkpoint("run/last.npz").options["data"] == "moved.txt"
    corpus.write_text(Path("moved.txt").read_text() + "!")
    assert main(["--resume", "run/last.npz", "--data", str(corpus)]) == 1
    assert "trained on other data" in capsys.readouterr().err
    train("--k2", "10", "--save", "full")
    assert main(["--resume", "full/best.npz"]) == 2
    assert "holds only weights" in capsys.readouterr().err


def test_a_loss_that_is_not_a_number_ends_the_run_and_saves_nothing(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    with np.errstate(all="ignore"):
        assert train("--k2", "10", "--learning-rate", "1e38", "--optimizer", "sgd") == 1
    assert "the loss is no longer finite after update" in capsys.readouterr().err
    assert not Path("saves/shakespeare/last.npz").exists()


def test_weights_that_are_not_numbers_are_not_saved(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    wild = ("--k2", "10", "--learning-rate", "1e300", "--steps", "1", "--save", "run")
    train(*wild[:2], "--steps", "1", "--save", "run")
    with np.errstate(all="ignore"):
        assert train(*wild) == 1
    assert "a weight is no longer finite after update 1: try a lower" in capsys.readouterr().err
    assert os.listdir("run") == ["log.csv"]
    load_checkpoint("run-1/last.npz")


def test_a_network_unknown_to_files_is_trained_but_not_saved(tmp_path: Path) -> None:
    class Unknown(Dense):
        pass

    generator = np.random.default_rng(1)
    x = generator.random((20, 3), np.float32)
    network = Sequential(Unknown(3, 1)).initialize(generator)
    objective = BatchObjective(
        network,
        mean_squared_error,
        training=(x, x[:, :1]),
        validation=(x, x[:, :1]),
        batch=5,
        generator=generator,
    )
    options = TrainingOptions(epochs=9, optimizer="adam", learning_rate=0.02)
    trainer = Trainer(network, objective, options, generator=generator, quiet=True)
    assert trainer.run(steps=5)
    assert trainer.run()
    assert len(trainer.history) == 9
    assert trainer.history[-1]["validation_loss"] < trainer.history[0]["validation_loss"]
    assert not list(tmp_path.iterdir())
    with pytest.raises(StructureError, match=r"^layer 'unknown1' can't be saved: glassnet\.models"):
        Trainer(network, objective, options, generator=generator, folder=tmp_path)


def test_running_statistics_are_saved_and_resumed(tmp_path: Path) -> None:
    x = np.random.default_rng(1).random((20, 3), np.float32)

    def trainer(folder: str) -> tuple[Sequential, Trainer]:
        generator = np.random.default_rng(2)
        network = Sequential(Dense(3, 4), BatchNorm(4), Dense(4, 1)).initialize(generator)
        objective = BatchObjective(
            network, mean_squared_error, training=(x, x[:, :1]), batch=5, generator=generator
        )
        options = TrainingOptions(epochs=3, optimizer="adam")
        return network, Trainer(
            network, objective, options, generator=generator, folder=tmp_path / folder, quiet=True
        )

    whole, run = trainer("whole")
    assert run.run()
    _, run = trainer("parts")
    assert run.run(steps=6)
    again, run = trainer("parts")
    checkpoint = load_checkpoint(tmp_path / "parts" / "last.npz")
    assert "batchnorm1.running_var" in checkpoint.weights
    checkpoint.copy_weights(again)
    run.resume(checkpoint)
    assert run.run()
    for name, value in whole.arrays.items():
        np.testing.assert_array_equal(again.arrays[name], value)
    loaded, _ = load_network(tmp_path / "whole" / "last.npz")
    np.testing.assert_array_equal(loaded.forward(x), whole.forward(x))
    del checkpoint.weights["batchnorm1.running_var"]
    with pytest.raises(CheckpointError, match=r"do not fit the network, such as .*running_var"):
        checkpoint.copy_weights(again)
