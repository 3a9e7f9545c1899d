"""Drawing digits: new ones, and one that turns into another."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.models import Checkpoint, ImageAutoencoder, save_checkpoint
from glassnet.models.image_autoencoders import (
    ConvolutionalAutoencoder,
    SimpleAutoencoder,
    VariationalAutoencoder,
)
from glassnet.sample import draw_images, morph, morph_digits, save_images
from glassnet.sample.command import main


@pytest.fixture
def network(generator: np.random.Generator) -> VariationalAutoencoder:
    return VariationalAutoencoder(code=3).initialize(generator)


def save(network: ImageAutoencoder, folder: Path) -> str:
    path = folder / "network.npz"
    save_checkpoint(path, Checkpoint(network.kind, network.configuration, network.parameters))
    return str(path)


def test_codes_are_drawn_from_the_normal_distribution(network: VariationalAutoencoder) -> None:
    drawn = np.random.default_rng(4).standard_normal((5, 3), dtype=np.float32)
    images = draw_images(network, np.random.default_rng(4), 5)
    np.testing.assert_array_equal(images, network.decode(drawn))


@pytest.mark.parametrize("kind", [VariationalAutoencoder, ConvolutionalAutoencoder])
def test_a_morph_goes_along_a_line(
    kind: type[ImageAutoencoder], generator: np.random.Generator
) -> None:
    network = kind().initialize(generator)
    first, last = generator.random((2, 28, 28), dtype=np.float32)
    images = morph(network, first, last, 5)
    assert images.shape == (5, 28, 28)
    np.testing.assert_allclose(images[0], network.reconstruct(first[np.newaxis])[0], atol=1e-6)
    np.testing.assert_allclose(images[4], network.reconstruct(last[np.newaxis])[0], atol=1e-6)
    middle = network.encode(np.stack([first, last])).mean(axis=0, keepdims=True)
    np.testing.assert_allclose(images[2], network.decode(middle)[0], atol=1e-6)


def test_the_digits_are_those_asked_for(
    network: VariationalAutoencoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = np.arange(20, dtype=np.float32).reshape(20, 1, 1) * np.ones((20, 28, 28), np.float32)
    monkeypatch.setattr("glassnet.sample.images.load_digits", lambda: (images, np.arange(20) % 10))
    monkeypatch.setattr(
        "glassnet.sample.images.morph", lambda network, a, b, count: (a[0, 0], b[0, 0])
    )
    ends = {morph_digits(network, np.random.default_rng(s), (3, 8), 2) for s in range(20)}
    assert ends == {(3, 8), (13, 8), (3, 18), (13, 18)}


def test_images_lie_row_by_row(tmp_path: Path) -> None:
    imread = pytest.importorskip("matplotlib.image").imread
    images = np.linspace(0, 1, 5, dtype=np.float32).reshape(5, 1, 1) * np.ones((5, 4, 6))
    save_images(tmp_path / "images.png", images, 3)
    picture = imread(tmp_path / "images.png")[..., 0]
    assert picture.shape == (3 * (2 + 2 * (4 + 2)), 3 * (2 + 3 * (6 + 2)))
    rows, columns = [3 * 4, 3 * 10], [3 * 4, 3 * 12, 3 * 20]
    found = picture[np.ix_(rows, columns)].reshape(-1)
    np.testing.assert_allclose(found, [1, 0.75, 0.5, 0.25, 0, 1], atol=0.01)  # ink is dark


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
        (True, (), "say where to with --out"),
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
def test_a_morph_needs_two_digits(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([f"--morph={value}"])
    assert caught.value.code == 2
    assert "is not two digits, as in 3,8" in capsys.readouterr().err
