"""The view of an autoencoder of digits."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import SHIPPED
from tests.visualize.command.program import ROOT, fails, run


def test_each_picture_is_told(
    saved_autoencoder: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    path, folder = saved_autoencoder("simple-autoencoder"), tmp_path / "new" / "figures"
    assert run(path, "--out", folder, "--images", tmp_path / "digits.npz") == 0
    output, errors = capsys.readouterr()
    told = {f"wrote {folder / name}" for name in os.listdir(folder)}
    assert set(output.splitlines()) == told
    assert len(told) == 5
    assert errors == ""


def test_pictures_go_into_a_folder_of_the_recipe(
    saved_autoencoder: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    images = tmp_path / "digits.npz"
    assert run(saved_autoencoder("variational-autoencoder"), "--images", images) == 0
    assert (tmp_path / "figures" / "variational-autoencoder" / "manifold.png").exists()


def test_all_pictures_are_written_though_nobody_reads_their_names(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    path = SHIPPED / "simple-autoencoder.npz"
    command = [sys.executable, str(ROOT / "_visualize.py"), path, "--out", tmp_path / "pictures"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(list((tmp_path / "pictures").iterdir())) == 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--images", "none.npz"), "none.npz: there is no such file"),
        (("--images", "four.npz"), "four.npz: has 4 digits, and the pictures need at least 5"),
        (("--out", "digits.npz"), "digits.npz"),
    ],
)
def test_one_line_says_what_is_wrong(
    saved_autoencoder: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("four.npz", images=np.zeros((4, 28, 28), np.uint8), labels=np.arange(4))
    assert message in fails(capsys, saved_autoencoder("variational-autoencoder"), *arguments)


@pytest.mark.parametrize("module", ["matplotlib.figure", "sklearn.manifold"])
def test_what_is_not_installed_is_named(
    saved_autoencoder: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    module: str,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    images = str(tmp_path / "digits.npz")
    path = saved_autoencoder("simple-autoencoder")
    assert run(path, "--out", tmp_path / "f", "--images", images) == 1
    assert 'pip install "glassnet[plots]"' in capsys.readouterr().err
