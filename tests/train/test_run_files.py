"""The files of a run: none is lost or mixed up, whatever a run is told to write."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from models import load_checkpoint
from tests.train.same_run import assert_same_run
from train.command import main


def listed(*folders: str) -> list[list[str]]:
    return [sorted(os.listdir(folder)) for folder in folders]


def test_an_earlier_run_is_kept(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        assert train("--k2", "10", "--epochs", "1") == 0
    folders = ["shakespeare", "shakespeare-1", "shakespeare-2"]
    assert listed("saves") == [folders]
    assert (
        listed(*(f"saves/{folder}" for folder in folders))
        == [["best.npz", "last.npz", "log.csv"]] * 3
    )
    said = "kept the earlier run of saves/shakespeare as saves/shakespeare-2"
    assert said in capsys.readouterr().err


def test_only_the_files_of_the_earlier_run_are_moved(
    train: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkdir("mine")
    Path("mine/thesis.txt").write_text("years")
    train("--k2", "10", "--steps", "1", "--save", "mine")
    monkeypatch.chdir("mine")
    assert train("--k2", "10", "--steps", "1", "--save", ".") == 0
    assert listed(".", "../mine-1") == [
        ["last.npz", "log.csv", "thesis.txt"],
        ["last.npz", "log.csv"],
    ]


def test_a_run_that_can_not_begin_moves_nothing(train: Callable[..., int]) -> None:
    train("--k2", "10", "--steps", "1", "--save", "run")
    assert train("--k2", "10", "--data", "none.txt", "--save", "run") == 1
    assert train("--k2", "10", "--chunks", "1000", "--save", "run") == 1
    assert train("--k2", "10", "--init-from", "none.npz", "--save", "run") == 1
    assert sorted(os.listdir()) == ["corpus.txt", "run"]


def test_resuming_into_another_folder(train: Callable[..., int]) -> None:
    train("--k2", "10", "--seed", "2", "--steps", "5", "--save", "whole")
    train("--k2", "10", "--seed", "2", "--steps", "3", "--save", "first")
    train("--k2", "10", "--epochs", "1", "--save", "other")
    before = load_checkpoint("other/last.npz").progress["step"]
    assert main(["--resume", "first/last.npz", "--save", "other", "--steps", "2"]) == 0
    assert_same_run("whole", "other")
    assert load_checkpoint("other-1/last.npz").progress["step"] == before
    assert listed("first", "other", "other-1") == [
        ["last.npz", "log.csv"],
        ["last.npz", "log.csv"],
        ["best.npz", "last.npz", "log.csv"],
    ]


def test_the_best_epoch_goes_along_to_another_folder(train: Callable[..., int]) -> None:
    train("--k2", "10", "--steps", "49", "--save", "first")  # 48 updates an epoch
    assert main(["--resume", "first/last.npz", "--save", "second", "--steps", "1"]) == 0
    assert Path("second/best.npz").read_bytes() == Path("first/best.npz").read_bytes()


def test_resume_knows_the_recipe_of_the_file(
    train: Callable[..., int], corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--data", str(corpus), "--workers", "1", "--steps", "1", "--validation", "0"]
    assert main(["text-autoencoder", *arguments, "--batch", "1", "--save", "run"]) == 0
    capsys.readouterr()
    assert main(["--resume", "--save", "run", "--batch", "9"]) == 2
    assert "--batch is 1 in run/last.npz and can't change" in capsys.readouterr().err


def test_the_value_of_an_option_is_no_recipe(train: Callable[..., int]) -> None:
    assert train("--k2", "10", "--steps", "1", "--save", "simple-autoencoder") == 0
    assert load_checkpoint("simple-autoencoder/last.npz").recipe == "shakespeare"


def test_a_default_that_was_asked_for_by_name_is_not_swapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path))
    Path("tinyshakespeare.txt").write_text("something else")
    assert main(["--data", "tinyshakespeare", "--steps", "1"]) == 1
    printed = capsys.readouterr().err
    assert "tinyshakespeare" in printed
    assert "takes the place" not in printed
