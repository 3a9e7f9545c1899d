"""The recipe `text-autoencoder`, from lines to a network that reconstructs them."""

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.models import TextAutoencoder, Vocabulary, load_checkpoint
from glassnet.train.command.main import main
from glassnet.train.experiments.lines import (
    LineExperiment,
    LineOptions,
    lines_of,
)
from tests.train.same_run import assert_close, assert_same_run

SMALL = [
    *("--length", "16", "--embedding", "6", "--filters1", "8", "--filters2", "6"),
    *("--batch", "16", "--epochs", "2", "--workers", "1"),
]


def text_of(generator: np.random.Generator, lines: int) -> str:
    words = ["to", "be", "or", "not", "that", "is", "the", "question"]
    return "\n".join(" ".join(generator.choice(words, 3)) for _ in range(lines)) + "\n"


@pytest.fixture
def corpus(tmp_path: Path, generator: np.random.Generator) -> Path:
    path = tmp_path / "corpus.txt"
    path.write_text(text_of(generator, 100))
    return path


@pytest.fixture
def train(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.chdir(corpus.parent)
    return lambda *arguments: main(["text-autoencoder", "--data", str(corpus), *SMALL, *arguments])


def test_lines_that_hold_nothing_are_left_out() -> None:
    assert lines_of("one\n\n  two \n \t\nthree") == ["one", "  two ", "three"]
    assert lines_of("\n \n") == []


def experiment_of(path: Path, length: int = 8, validation: float = 0.1) -> LineExperiment:
    options = LineOptions(data=str(path), length=length, validation=validation)
    return LineExperiment(TextAutoencoder, options)


def test_the_network_is_the_one_of_the_recipe(corpus: Path) -> None:
    experiment = experiment_of(corpus, length=80)
    network = experiment.network()
    assert network.configuration == {
        "vocabulary": " abehinoqrstu",  # without the newline
        "length": 80,
        "embedding": 40,
        "filters1": 32,
        "filters2": 24,
        "width": 3,
    }
    assert experiment.summary == f"100 lines of {corpus}"
    assert experiment.rows == 64


def test_a_text_without_spaces_gets_one_to_fill_lines_with(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("ab\nba\n")
    assert experiment_of(path).network().configuration["vocabulary"] == " ab"


class _Constant(TextAutoencoder):
    """A network that always writes the line that it is given."""

    line = ""

    def forward(self, x: Any, train: bool = False) -> Any:
        written = np.eye(len(self.vocabulary))[self.encode([self.line])]
        return np.repeat(written, len(x), axis=0)


def test_accuracy_is_over_the_characters_of_lines_without_padding(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("ccc\nccc\nb b\nabcdefghij\n")  # the last two are held out
    network = _Constant(Vocabulary(" abcdefghij"), length=8, embedding=1, filters1=1, filters2=1)
    network.initialize(np.random.default_rng(0), np.float64)
    objective = experiment_of(path, validation=0.5).objective(
        network, generator=np.random.default_rng(0)
    )
    network.line = "a bcdefg"
    # Of "b b" all but the first is right, of "abcdefgh" the first; padding does not count.
    assert objective.validate()["validation_accuracy"] == (2 + 1) / (3 + 8)
    network.line = "b"  # the space within "b b" is right too
    assert objective.validate()["validation_accuracy"] == (2 + 0) / 11


def test_it_learns_and_says_so(
    train: Callable[..., int], corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--epochs", "30", "--learning-rate", "0.01", "--save", "run") == 0
    checkpoint = load_checkpoint("run/best.npz")
    assert (checkpoint.kind, checkpoint.recipe) == ("text-autoencoder", "text-autoencoder")
    assert not checkpoint.training
    assert checkpoint.options["data"] == str(corpus)
    first, *_, last = load_checkpoint("run/last.npz").history
    assert set(first) == {
        *("epoch", "training_loss", "validation_loss", "validation_accuracy", "seconds")
    }
    assert last["validation_loss"] < 0.6 * first["validation_loss"]
    assert last["validation_accuracy"] > first["validation_accuracy"] + 0.2
    printed = capsys.readouterr().err
    words = " ".join(printed.split())
    assert f"100 lines of {corpus}, 6 updates an epoch, 1 worker" in words  # 90 lines by 16
    assert f"accuracy {last['validation_accuracy']:.4f}" in printed
    with Path("run/log.csv").open() as file:
        assert sum(row["event"] == "step" for row in csv.DictReader(file)) == 30 * 6


def test_evaluating_gives_what_validation_gave(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    train("--save", "run")
    last = load_checkpoint("run/last.npz").history[-1]
    capsys.readouterr()
    assert main(["--evaluate", "run/last.npz"]) == 0
    printed = capsys.readouterr().out
    assert f"loss {last['validation_loss']:.4f} nats a character, " in printed
    assert f"accuracy {last['validation_accuracy']:.2%}" in printed


@pytest.mark.parametrize("stops", [(1,), (6,), (4, 5)])  # 6 updates an epoch
def test_stopped_and_resumed_equals_never_stopped(
    train: Callable[..., int], stops: tuple[int, ...]
) -> None:
    train("--save", "whole")
    train("--save", "parts", "--steps", str(stops[0]))
    for more in stops[1:]:
        assert main(["--resume", "parts/last.npz", "--steps", str(more)]) == 0
    assert main(["--resume", "parts/last.npz"]) == 0
    assert_same_run("whole", "parts")


def test_workers_train_the_same_network(train: Callable[..., int]) -> None:
    # The last of the 6 batches has 10 rows.
    train("--dtype", "float64", "--epochs", "1", "--save", "alone")
    assert train("--dtype", "float64", "--epochs", "1", "--save", "two", "--workers", "2") == 0
    assert_close("alone/last.npz", "two/last.npz")
    one, two = (load_checkpoint(f"{name}/last.npz").history[0] for name in ("alone", "two"))
    assert two["validation_accuracy"] == one["validation_accuracy"]


def test_init_from_takes_weights_and_structure(train: Callable[..., int], corpus: Path) -> None:
    train("--save", "first")
    corpus.write_text(corpus.read_text().replace("question", "bet"))
    arguments = ["text-autoencoder", "--data", str(corpus), "--steps", "1", "--workers", "1"]
    assert main([*arguments, "--init-from", "first/best.npz", "--save", "b"]) == 0
    first, second = load_checkpoint("first/best.npz"), load_checkpoint("b/last.npz")
    assert second.configuration == first.configuration


WRONG = {
    "length": (["--length", "6"], 2, "--length must be a multiple of 4, not '6'"),
    "no length": (["--length", "0"], 2, "--length must be a whole number from 1 to"),
    "batch": (["--batch", "0"], 2, "--batch must be a whole number"),
    "validation": (["--validation", "0.001"], 1, "0.10% of 100 lines is too little"),
    "foreign option": (
        ["--units", "3"],
        2,
        "--units does not apply to the recipe 'text-autoencoder'",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_options_get_one_clear_line(
    name: str, train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, status, message = WRONG[name]
    try:
        found = train(*arguments)
    except SystemExit as exit_:
        found = exit_.code
    printed = capsys.readouterr().err
    assert found == status
    last = printed.strip().splitlines()[-1]
    assert last.startswith("glassnet train: ")
    assert message in last


BAD = {
    "empty": (b"", "is empty"),
    "blank": (b" \n \n", "is empty"),
    "not UTF-8": (b"good\nbad \xff\n", "is not UTF-8 text (byte 0xff at offset 9)"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_texts_get_one_clear_line(
    name: str, train: Callable[..., int], corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, message = BAD[name]
    corpus.write_bytes(content)
    assert train() == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("glassnet train: ")
    assert message in line
    assert not os.path.exists("saves")


def test_an_unknown_character_gets_one_clear_line(
    train: Callable[..., int], corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train("--steps", "1", "--save", "first")
    corpus.write_text(corpus.read_text() + "to be é\n")
    capsys.readouterr()
    assert train("--init-from", "first/last.npz") == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "character 'é' (U+00E9) at position 6" in line
    assert "in the line 'to be é'" in line


def test_lines_longer_than_the_network_reads_are_cut(
    train: Callable[..., int], corpus: Path
) -> None:
    corpus.write_text("to be or not to be, that is the question\n" * 20)
    assert train("--steps", "2") == 0


def test_one_line_trains_without_validation(train: Callable[..., int], corpus: Path) -> None:
    corpus.write_text("to be\n")
    assert train("--validation", "0", "--save", "run") == 0
    history = load_checkpoint("run/last.npz").history
    assert [set(entry) for entry in history] == [{"epoch", "training_loss", "seconds"}] * 2
