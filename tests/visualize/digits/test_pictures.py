"""Pictures of image autoencoders: which are written, and that they show what they say."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.models import IMAGE_AUTOENCODERS, Checkpoint, load_network, save_checkpoint
from glassnet.models.digits import load_digits
from glassnet.models.image_autoencoders import StackedAutoencoder, VariationalAutoencoder
from glassnet.models.image_grid import image_grid
from glassnet.visualize.command.main import main
from glassnet.visualize.digits.figures import DIGIT_COLORS, normal_quantiles
from glassnet.visualize.digits.pictures import _first_weights, _manifold, _stages
from glassnet.visualize.digits.tsne import plane_coordinates

ALWAYS = {"reconstructions.png", "weights.png", "code.png", "codes.npz", "codes.png"}


@pytest.fixture
def saved(tmp_path: Path, generator: np.random.Generator) -> Callable[..., Path]:
    """Return a function that saves an untrained network, and 12 digits beside it."""
    images, labels = load_digits()
    np.savez(
        tmp_path / "digits.npz",
        images=np.rint(images[:12] * 255).astype(np.uint8),
        labels=labels[:12],
    )

    def save(kind: str, **checkpoint: Any) -> Path:
        network = next(c for c in IMAGE_AUTOENCODERS if c.kind == kind)().initialize(generator)
        path = tmp_path / "network.npz"
        save_checkpoint(
            path, Checkpoint(kind, network.configuration, network.parameters, kind, **checkpoint)
        )
        return path

    return save


def written(folder: Path) -> set[str]:
    pytest.importorskip("matplotlib")
    from matplotlib.image import imread

    for path in folder.glob("*.png"):
        picture = imread(path)
        assert min(picture.shape[:2]) > 100, path
        assert np.ptp(picture[..., :3]) > 0.5, path
    return {path.name for path in folder.iterdir()}


HISTORY = [{"epoch": n, "training_loss": 1 / n, "validation_loss": 2 / n} for n in range(1, 5)]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("variational-autoencoder", {"manifold.png", "training.png"}),
        ("denoising-autoencoder", {"training.png"}),
        ("concept-autoencoder-conv", {"training.png"}),
        ("stacked-autoencoder", {"training.png"}),
        ("simple-autoencoder", set()),
    ],
)
def test_every_picture_that_applies_is_written(
    saved: Callable[..., Path],
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    kind: str,
    more: set[str],
) -> None:
    pytest.importorskip("sklearn")
    history = HISTORY if "training.png" in more else []
    path = saved(kind, history=history, options={"pretraining": 1})
    folder = tmp_path / "new" / "figures"
    images = str(tmp_path / "digits.npz")
    assert main([str(path), "--out", str(folder), "--images", images]) == 0
    assert written(folder) == ALWAYS | more
    output, progress = capfd.readouterr()
    assert set(output.splitlines()) == {f"wrote {folder / name}" for name in ALWAYS | more}
    assert progress == ""  # there is no terminal
    network, _ = load_network(path)
    digits, labels = load_digits(images)
    with np.load(folder / "codes.npz") as file:
        np.testing.assert_allclose(file["codes"], network.encode(digits), atol=1e-6)
        np.testing.assert_array_equal(file["labels"], labels)
        assert file["coordinates"].shape == (12, 2)


def test_pictures_go_into_a_folder_of_the_recipe(
    saved: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    images = str(tmp_path / "digits.npz")
    assert main([str(saved("variational-autoencoder")), "--images", images]) == 0
    assert (tmp_path / "figures" / "variational-autoencoder" / "manifold.png").exists()


# -- what they show -------------------------------------------------------------------------------


def test_a_mosaic_reads_row_by_row() -> None:
    images = np.arange(1, 6, dtype=float).reshape(5, 1, 1) * np.ones((5, 2, 3))
    whole = image_grid(images, 3, gap=1)
    assert whole.shape == (2 * 3 - 1, 3 * 4 - 1)
    assert whole[0, [0, 4, 8]].tolist() == [1, 2, 3]
    assert whole[3, [0, 4, 8]].tolist() == [4, 5, 0]
    assert (whole[2] == 0).all()


def test_the_quantiles_are_those_of_the_normal_distribution() -> None:
    values = normal_quantiles(15)
    np.testing.assert_allclose(values[[0, 7, 14]], [-1.644854, 0, 1.644854], atol=1e-6)
    np.testing.assert_allclose(values, -values[::-1], atol=1e-12)
    assert (np.diff(values) > 0).all()


def test_the_manifold_lies_as_its_axes_say(monkeypatch: pytest.MonkeyPatch) -> None:
    from glassnet.visualize.digits import pictures as visualize_images

    """Element 1 of the code grows to the right, element 2 upwards."""

    drawn: dict[str, Any] = {}
    monkeypatch.setattr(
        visualize_images, "manifold_figure", lambda images, values, title: drawn.update(i=images)
    )

    class Shows:
        def decode(self, codes: np.ndarray) -> np.ndarray:
            return codes

    _manifold(Shows(), "name")  # type: ignore[arg-type]
    grid = drawn["i"].reshape(15, 15, 2)
    assert (np.diff(grid[..., 0], axis=1) > 0).all()
    assert (np.diff(grid[..., 1], axis=0) < 0).all()


@pytest.mark.parametrize("kind", IMAGE_AUTOENCODERS, ids=lambda kind: kind.kind)
def test_weights_of_the_first_layer(kind: Any, generator: np.random.Generator) -> None:
    network = kind().initialize(generator)
    weights = _first_weights(network)
    assert weights.ndim == 3
    name = next(n for n, p in network.parameters.items() if p.ndim > 1 and p.shape[-1] > 1)
    first = network.parameters[name]
    assert weights.shape[0] == first.shape[-1]
    np.testing.assert_array_equal(weights[1].reshape(-1), first[..., 1].reshape(-1))


def test_stages_of_a_stacked_training() -> None:
    network = StackedAutoencoder()
    checkpoint = Checkpoint(network.kind, {}, {}, options={"pretraining": 1}, history=HISTORY)
    stages = _stages(network, checkpoint)
    assert [[entry["epoch"] for entry in part] for part in stages.values()] == [[1], [2], [3, 4]]
    checkpoint.history = HISTORY[:1]
    assert len(_stages(network, checkpoint)) == 1
    assert list(_stages(VariationalAutoencoder(), checkpoint)) == [""]


@pytest.mark.parametrize("size", [1, 2, 10])
def test_neighbours_stay_neighbours(size: int, generator: np.random.Generator) -> None:
    pytest.importorskip("sklearn")
    centres = 50 * np.arange(3)[:, np.newaxis] * np.ones(size)
    codes = np.repeat(centres, 10, axis=0) + generator.standard_normal((30, size))
    points = plane_coordinates(codes)
    middles = points.reshape(3, 10, 2).mean(axis=1)
    distances = np.linalg.norm(points[:, np.newaxis] - middles, axis=2)
    assert (distances.argmin(axis=1) == np.repeat(range(3), 10)).all()
    np.testing.assert_array_equal(points, plane_coordinates(codes))


def test_codes_that_are_all_the_same() -> None:
    pytest.importorskip("sklearn")
    assert np.isfinite(plane_coordinates(np.zeros((6, 10)))).all()


def lab(colors: np.ndarray) -> np.ndarray:
    """CIELAB of linear sRGB (N, 3), white D65."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = colors @ to_xyz.T / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


@pytest.mark.parametrize(
    "vision",
    [  # Machado et al. 2009, severity 1: linear RGB as people see it
        np.eye(3),
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]],
    ],
    ids=["normal", "protanopia", "deuteranopia", "tritanopia"],
)  # fmt: skip
def test_everybody_can_tell_the_colors_apart(vision: Any) -> None:
    rgb = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in DIGIT_COLORS]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = lab(np.clip(linear @ np.transpose(vision), 0, 1))
    distances = np.linalg.norm(seen[:, np.newaxis] - seen, axis=2)
    assert distances[np.triu_indices(10, 1)].min() > 5  # 2.3 is just noticeable


# -- what is wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--images", "none.npz"), "none.npz: there is no such file"),
        (("--images", "four.npz"), "four.npz: holds 4 digits; the pictures take at least 5"),
        (("--out", "digits.npz"), "digits.npz"),
        (("--png", "x.png"), "--png does not apply to a variational-autoencoder"),
    ],
)
def test_one_line_says_what_is_wrong(
    saved: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("four.npz", images=np.zeros((4, 28, 28), np.uint8), labels=np.arange(4))
    assert main([str(saved("variational-autoencoder")), *arguments]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("module", ["matplotlib.figure", "sklearn.manifold"])
def test_what_is_not_installed_is_named(
    saved: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    module: str,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    images = str(tmp_path / "digits.npz")
    arguments = [str(saved("simple-autoencoder")), "--out", str(tmp_path / "f"), "--images", images]
    assert main(arguments) == 1
    assert 'pip install "glassnet[plots]"' in capsys.readouterr().err
