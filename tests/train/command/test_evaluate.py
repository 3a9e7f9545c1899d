"""`glassnet evaluate` and `train --evaluate`: the loss of a checkpoint, from the command line."""

import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import CharacterLSTM, Checkpoint, Vocabulary, save_checkpoint
from glassnet.nn import softmax_cross_entropy
from glassnet.train.command import evaluate as evaluate_command
from glassnet.train.command.main import main

TEXT = "the quick brown fox jumps over the lazy dog. " * 20


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    network = CharacterLSTM(Vocabulary.of(TEXT), units=8).initialize(np.random.default_rng(1))
    (tmp_path / "corpus.txt").write_text(TEXT)
    path = tmp_path / "network.npz"
    options = {"data": str(tmp_path / "corpus.txt"), "validation": 0.25}
    saved = Checkpoint(
        network.kind, network.configuration, network.parameters, "shakespeare", options
    )
    save_checkpoint(path, saved)
    return path


@pytest.fixture
def evaluate(
    checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: object) -> tuple[int, str, str]:
        words = [str(checkpoint), *map(str, arguments)]
        status = main(["--evaluate", *words])
        return (status, *capsys.readouterr())

    return run


def naive_loss(checkpoint: Path, text: str) -> tuple[float, float]:
    vocabulary = Vocabulary.of(TEXT)
    network = CharacterLSTM(vocabulary, units=8).initialize(np.random.default_rng(1))
    ids = vocabulary.encode(text)
    logits = network.forward(ids[:-1, None])[:, 0]
    loss, _ = softmax_cross_entropy(logits, ids[1:])
    return loss, float(np.mean(logits.argmax(axis=1) == ids[1:]))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [([], TEXT[-225:]), (["--validation", "0.5"], TEXT[-450:]), (["--data", "other"], "lazy fox")],
)
def test_the_loss_is_that_of_reading_the_text_in_one_go(
    arguments: list[str],
    text: str,
    evaluate: Callable[..., tuple[int, str, str]],
    checkpoint: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(checkpoint.parent)
    Path("other").write_text("lazy fox")
    status, printed, _ = evaluate(*arguments)
    assert status == 0
    pattern = r": loss (\S+) nats a character, (\S+) bits a character, accuracy (\S+)%"
    found = re.search(pattern, printed)
    assert found
    loss, bits, accuracy = map(float, found.groups())
    expected, right = naive_loss(checkpoint, text)
    assert loss == pytest.approx(expected, abs=1e-4)
    assert bits == pytest.approx(expected / math.log(2), abs=1e-4)
    assert accuracy == pytest.approx(100 * right, abs=0.01)


@pytest.mark.parametrize(
    ("content", "arguments", "status", "message"),
    [
        ("fox?", [], 1, "other: character '?' (U+003F) at position 3"),
        ("f", [], 1, "other: too short"),
        ("fox", ["--epochs", "3"], 2, "--evaluate goes with --data and --validation only"),
        ("fox", ["--resume"], 2, "--evaluate goes with --data and --validation only"),
        ("fox", ["--validation", "0"], 1, "other: nothing is held out; --validation names a part"),
        ("fox", ["--data", "missing"], 1, "there is no file 'missing'"),
    ],
)
def test_what_cannot_be_evaluated_is_said_in_one_line(
    content: str,
    arguments: list[str],
    status: int,
    message: str,
    evaluate: Callable[..., tuple[int, str, str]],
    checkpoint: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(checkpoint.parent)
    Path("other").write_text(content)
    found, printed, error = evaluate("--data", "other", *arguments)
    assert found == status
    assert printed == ""
    assert error.startswith("glassnet train: ")
    assert message in error
    assert error.count("\n") == 1


def test_a_file_that_is_no_checkpoint(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--evaluate", str(tmp_path / "none.npz")]) == 1
    assert "there is no such file" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--validation", "0.5"]])
def test_both_commands_are_the_same_code(
    arguments: list[str],
    evaluate: Callable[..., tuple[int, str, str]],
    checkpoint: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected = evaluate(*arguments)
    assert evaluate_command.main([str(checkpoint), *arguments]) == 0
    without_time = re.compile(r" \(\d+ s\)")
    assert without_time.sub("", capsys.readouterr().out) == without_time.sub("", expected[1])


def test_only_its_own_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate_command.main(["network.npz", "--date", "corpus.txt"]) == 2
    expected = "glassnet evaluate: there is no option --date; did you mean --data?\n"
    assert capsys.readouterr().err == expected
