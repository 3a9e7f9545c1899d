"""What a command line asks for, and what it must not."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from glassnet.errors import UsageError, UserError
from glassnet.train.command.request import Request, read_request
from glassnet.train.run.run import Run

WRONG = {
    "no recipe": (["shakespear"], 2, "no recipe 'shakespear'.*shakespeare"),
    "help of no recipe": (["shakespear", "--help"], 2, "no recipe 'shakespear'"),
    "initials of an option": (["--lr", "1"], 2, "no option --lr; did you mean --learning-rate"),
    "no option of this recipe": (
        ["--filter", "3"],
        2,
        "no option --filter; --help lists the options",
    ),
    "no option at all": (["--minutes", "3"], 2, "no option --minutes; --help lists the options"),
    "data of another type": (["--data", "mnist5k"], 1, "did you mean 'mnist-5k'. It needs a recip"),
    "no option": (["--unit", "3"], 2, "no option --unit; did you mean --units"),
    "an option of another recipe": (["--code", "3"], 2, "--code does not apply to the recipe 'sh"),
    "a value left out": (["--units"], 2, "--units needs a value"),
    "a word for a number": (["--units", "many"], 2, "whole number from 1 to [0-9,]+, not 'many'"),
    "zero": (["--k1", "0"], 2, "whole number from 1 to [0-9,]+, not '0'"),
    "not a number": (["--learning-rate", "nan"], 2, "above 0, not 'nan'"),
    "too much dropout": (["--dropout", "1"], 2, "below 1, not '1'"),
    "no optimizer": (["--optimizer", "adm"], 2, "no optimizer 'adm'; did you mean 'adam'"),
    "no schedule": (["--schedule", "linear"], 2, "constant.*cosine"),
    "k2 below k1": (["--k2", "5"], 2, r"--k2 \(5\) must be at least --k1 \(10\)"),
    "missing data": (["--data", "none.txt"], 1, "none.txt"),
    "too short": (
        ["--chunks", "1000"],
        1,
        r"^glassnet train: \S+: a corpus.* too short.*--chunks",
    ),
    "missing checkpoint": (["--resume", "none.npz"], 1, "none.npz: there is no such file"),
    "a recipe to resume": (
        ["--resume", "shakespeare"],
        2,
        "no file 'shakespeare'; shakespeare --resume goes on",
    ),
    "resume and init": (["--resume", "a", "--init-from", "b"], 2, "exclude each other"),
    "save to a file": (["--save", "corpus.txt", "--log", "a.csv"], 1, "corpus.txt: is a file"),
    "a huge network": (["--units", "2000000000"], 2, "parameters: that is too large"),
    "save below a file": (["--save", "corpus.txt/x", "--steps", "1"], 1, "corpus.txt"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_options_get_one_clear_line(
    name: str, train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, status, message = WRONG[name]
    assert train("--k2", "10", *arguments) == status
    printed = capsys.readouterr().err
    assert "Traceback" not in printed
    last = printed.strip().splitlines()[-1]
    assert last.startswith("glassnet train: ")
    assert re.search(message, last), last


def test_a_recipe_and_changes_of_it() -> None:
    words = ["deep-autoencoder", "--code", "8", "--save", "here", "--steps", "3"]
    run = read_request(words, under_mpi=False)
    assert isinstance(run, Run)
    assert (run.recipe, run.options.header()["code"], run.options.epochs) == (words[0], 8, 100)
    assert (run.folder, run.log, run.steps) == (Path("here"), Path("here/log.csv"), 3)
    assert run.fallback  # the data was not asked for
    run = read_request(["--data", "mine.txt"], under_mpi=False)
    assert isinstance(run, Run)
    assert not run.fallback
    assert run.folder == Path("saves/shakespeare")


def test_a_folder_to_resume(tmp_path: Path) -> None:
    (tmp_path / "last.npz").touch()
    (tmp_path / "best.npz").touch()
    with pytest.raises(UserError) as error:
        read_request(["--resume", str(tmp_path)], under_mpi=False)
    assert str(error.value) == f"{tmp_path}: is a folder; did you mean {tmp_path / 'last.npz'}?"


def test_what_is_no_run() -> None:
    assert read_request(["--list"], under_mpi=False) == Request()
    words = ["--evaluate", "a.npz", "--data", "b.txt", "--validation", "0"]
    assert read_request(words, under_mpi=False) == Request(Path("a.npz"), "b.txt", 0.0)


def test_mpiexec_says_how_many_work() -> None:
    with pytest.raises(UsageError, match="under mpiexec its -n says how many train"):
        read_request(["--workers", "2"], under_mpi=True)
