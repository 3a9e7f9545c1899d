"""The files of a run: none is lost or mixed up, whatever a run is told to write."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from glassnet.models import load_checkpoint
from glassnet.train.command.main import main
from glassnet.train.run.files import sole_run_in
from tests.train.same_run import assert_same_run


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
    assert train("--k2", "10", "--log", "/dev/null", "--save", "run") == 1
    assert sorted(os.listdir()) == ["corpus.txt", "run"]
    assert listed("run") == [["last.npz", "log.csv"]]


def test_a_file_is_no_folder(train: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert train("--k2", "10", "--steps", "1", "--save", "corpus.txt") == 1
    assert "corpus.txt: is a file, not a folder\n" in capsys.readouterr().err


def test_a_folder_belongs_to_one_run_at_a_time(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    train("--k2", "10", "--steps", "1", "--save", "run")
    with sole_run_in(Path("run")):
        assert train("--k2", "10", "--steps", "1", "--save", "run") == 1
        printed = capsys.readouterr().err
        assert "run: another run is writing there; choose another folder" in printed
        assert main(["--resume", "run/last.npz"]) == 1
    assert sorted(os.listdir()) == ["corpus.txt", "run"]
    assert main(["--resume", "run/last.npz", "--steps", "1"]) == 0


def test_the_best_weights_are_kept_where_the_last_are_gone(train: Callable[..., int]) -> None:
    train("--k2", "10", "--epochs", "1", "--save", "run")
    best = Path("run/best.npz").read_bytes()
    os.remove("run/last.npz")
    assert train("--k2", "10", "--epochs", "1", "--seed", "2", "--save", "run") == 0
    assert listed("run-1") == [["best.npz", "log.csv"]]
    assert Path("run-1/best.npz").read_bytes() == best


def test_a_log_that_was_left_alone_is_kept(train: Callable[..., int]) -> None:
    train("--k2", "10", "--steps", "1", "--save", "run")
    os.remove("run/last.npz")  # as of a run that diverged
    assert train("--k2", "10", "--steps", "1", "--save", "run") == 0
    assert listed("run", "run-1") == [["last.npz", "log.csv"], ["log.csv"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--log", "mine.csv"), "mine.csv: is there already; choose another file for the log"),
        (("--log", "corpus.txt"), "corpus.txt: is there already"),
        (("--save", "."), "log.csv: is there already"),
        (("--log", "run/best.npz", "--save", "run"), "run/best.npz: is the name of a checkpoint"),
        (("--resume", "old/last.npz", "--log", "mine.csv"), "mine.csv: is not a log of glassnet"),
        (("--resume", "old/last.npz", "--save", "."), "log.csv: is not a log of glassnet"),
    ],
)
def test_a_log_takes_no_other_files_place(
    arguments: tuple[str, ...],
    message: str,
    train: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    train("--k2", "10", "--steps", "1", "--save", "old")
    for name in ("mine.csv", "log.csv"):
        Path(name).write_text("name,amount\nrent,3\n")
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    found = main([*arguments]) if "--resume" in arguments else train("--k2", "10", *arguments)
    assert found == 1
    assert message in capsys.readouterr().err
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


def test_resuming_an_earlier_copy_keeps_what_came_after_it(train: Callable[..., int]) -> None:
    options = ("--k2", "10", "--seed", "2", "--save")
    train(*options, "whole", "--steps", "60")
    train(*options, "run", "--steps", "50")
    shutil.copy("run/last.npz", "run/copy.npz")
    assert main(["--resume", "run/last.npz"]) == 0
    last, log = Path("run/last.npz").read_bytes(), Path("run/log.csv").read_bytes()
    assert main(["--resume", "run/copy.npz", "--steps", "10"]) == 0
    assert_same_run("whole", "run")
    assert Path("run-1/last.npz").read_bytes() == last
    assert Path("run-1/log.csv").read_bytes() == log


def test_a_log_elsewhere_goes_along_or_is_missed(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    train("--k2", "10", "--steps", "5", "--save", "whole")
    train("--k2", "10", "--steps", "3", "--save", "run", "--log", "elsewhere.csv")
    assert main(["--resume", "run/last.npz", "--steps", "2", "--log", "elsewhere.csv"]) == 0
    assert Path("elsewhere.csv").read_bytes() == Path("whole/log.csv").read_bytes()
    assert "begins anew" not in capsys.readouterr().err
    assert main(["--resume", "run/last.npz", "--steps", "1"]) == 0
    assert "run/log.csv: is missing; a new one begins" in capsys.readouterr().err


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
