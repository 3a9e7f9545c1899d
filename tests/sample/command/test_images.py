"""`glassnet sample` with autoencoders of digits."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import SHIPPED, Checkpoint, ImageAutoencoder, save_checkpoint
from glassnet.models.image_autoencoders import SimpleAutoencoder, VariationalAutoencoder
from glassnet.sample.command.main import main

DIGITS = str(SHIPPED / "variational-autoencoder.npz")


@pytest.fixture
def network(generator: np.random.Generator) -> VariationalAutoencoder:
    return VariationalAutoencoder(code=3).initialize(generator)


def save(network: ImageAutoencoder, folder: Path) -> str:
    path = folder / "network.npz"
    save_checkpoint(path, Checkpoint(network.kind, network.configuration, network.parameters))
    return str(path)


def test_the_same_seed_draws_the_same_picture(
    network: VariationalAutoencoder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    path = save(network, tmp_path)
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        out = str(tmp_path / f"{name}.png")
        assert main([path, "--count", "4", "--seed", seed, "--out", out]) == 0
        assert main([path, "--morph", "3,8", "--seed", seed, "--out", out + ".morph.png"]) == 0
    assert capsys.readouterr() == ("", "")
    a, b, c = ((tmp_path / f"{name}.png").read_bytes() for name in "abc")
    assert a == b != c
    a, b, c = ((tmp_path / f"{name}.png.morph.png").read_bytes() for name in "abc")
    assert a == b != c


def test_the_seed_is_told(
    network: VariationalAutoencoder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    path = save(network, tmp_path)
    assert main([path, "--out", str(tmp_path / "a.png")]) == 0
    seed = capsys.readouterr().err.split("--seed ")[1].split()[0]
    assert main([path, "--seed", seed, "--out", str(tmp_path / "b.png")]) == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize(
    ("variational", "arguments", "message"),
    [
        (False, ("--out", "x.png"), "a simple-autoencoder is not variational"),
        (True, ("--out", "."), ".: can't be written"),
    ],
)
def test_one_line_says_what_is_wrong(
    network: VariationalAutoencoder,
    generator: np.random.Generator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variational: bool,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    saved = network if variational else SimpleAutoencoder().initialize(generator)
    assert main([save(saved, tmp_path), *arguments]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("value", ["3", "3,x", "3,10", "-1,2", ""])
def test_a_morph_needs_two_digits(value: str, assert_fails: Callable[..., None]) -> None:
    message = f"--morph must be two digits, as in 3,8, not {value!r}"
    assert_fails(DIGITS, f"--morph={value}", message=message, status=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--morph", "1,7", "--count", "1"), "--count must be from 2 to 10,000 here, not 1"),
        (("--count", "1000000"), "--count must be from 1 to 10,000 here, not 1000000"),
    ],
)
def test_pictures_hold_so_many_digits(
    arguments: tuple[str, ...], message: str, assert_fails: Callable[..., None]
) -> None:
    assert_fails(DIGITS, *arguments, "--out", "none.png", message=message, status=2)


def test_a_picture_needs_a_file(assert_fails: Callable[..., None]) -> None:
    assert_fails(DIGITS, message="--out is missing", status=2)


def test_without_matplotlib(
    assert_fails: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.image", None)
    message = 'x.png: needs matplotlib.image: pip install "glassnet[plots]"'
    assert_fails(DIGITS, "--out", "x.png", message=message)
