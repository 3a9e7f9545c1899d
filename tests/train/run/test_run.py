"""Runs: a checkpoint of an earlier version goes on, and what can't be one is refused."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from glassnet.errors import UsageError
from glassnet.models import CheckpointError, load_checkpoint
from glassnet.train.command.main import main
from glassnet.train.experiments import LSTMOptions
from glassnet.train.recipes import recorded_options
from glassnet.train.run import run as run_module
from glassnet.train.run.run import Run, load_run

FORMAT_1 = Path(__file__).parent / "format1"
"""A run of the version before options were dataclasses: stopped after 17 updates, and whole."""


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copy(FORMAT_1 / "corpus.txt", "corpus.txt"))


def test_a_checkpoint_of_an_earlier_version_goes_on(corpus: Path) -> None:
    shutil.copy(FORMAT_1 / "stopped.npz", "last.npz")
    assert load_checkpoint("last.npz").progress["step"] == 17
    assert main(["--resume", "last.npz"]) == 0
    whole, resumed = load_checkpoint(FORMAT_1 / "whole.npz"), load_checkpoint("last.npz")
    assert resumed.options.items() >= whole.options.items()  # there are more options now
    assert resumed.progress["step"] == whole.progress["step"]
    assert resumed.progress["random"] == whole.progress["random"]
    arrays = resumed.weights | resumed.training
    for name, expected in (whole.weights | whole.training).items():
        # To the last bit on the machine that made it; others may round products otherwise.
        np.testing.assert_allclose(arrays[name], expected, rtol=1e-3, atol=1e-6, err_msg=name)


def test_what_is_trained_is_told_in_80_columns() -> None:
    assert run_module._in_80_columns("a: 3 parameters", "90 lines of b", "1 worker") == (
        "a: 3 parameters, 90 lines of b, 1 worker"
    )
    path = f"/home/{'x' * 60}.txt"
    lines = run_module._in_80_columns(
        "shakespeare: 3 parameters", f"100 lines of {path}", "16 updates an epoch", "1 worker"
    )
    assert lines.splitlines() == [
        "shakespeare: 3 parameters, 100 lines of",
        f"{path},",
        "16 updates an epoch, 1 worker",
    ]


def run_of(corpus: Path, **options: int) -> Run:
    chosen = LSTMOptions(data=str(corpus), units=8, chunks=2, k1=10, k2=10)
    return Run("shakespeare", chosen.updated(dict(options)), Path("run"), Path("run/log.csv"))


def test_the_network_has_the_structure_of_the_options(corpus: Path) -> None:
    network = load_run(run_of(corpus, units=5, layers=3)).network
    assert network.configuration["units"] == 5
    assert network.configuration["layers"] == 3


def test_a_network_that_is_too_large_is_not_made(corpus: Path) -> None:
    with pytest.raises(UsageError, match="parameters: that is too large"):
        load_run(run_of(corpus, units=2**31))


def test_options_that_the_recipe_lacks_are_damage(corpus: Path) -> None:
    checkpoint = load_checkpoint(FORMAT_1 / "stopped.npz")
    checkpoint.options["colour"] = "red"
    with pytest.raises(CheckpointError, match=r"a\.npz: its options can't be read.*--colour"):
        recorded_options("a.npz", checkpoint)
