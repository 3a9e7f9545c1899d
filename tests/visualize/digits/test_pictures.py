"""Pictures of image autoencoders: which are written, and that they show what they say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.models import IMAGE_AUTOENCODERS, Checkpoint, load_network
from glassnet.models.digits import load_digits
from glassnet.models.image_autoencoders import StackedAutoencoder, VariationalAutoencoder
from glassnet.visualize.digits.pictures import (
    _first_weights,
    _manifold,
    _stages,
    save_digits_pictures,
)

ALWAYS = {"reconstructions.png", "weights.png", "code.png", "codes.npz", "codes.png"}


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
    saved_autoencoder: Callable[..., Path],
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    kind: str,
    more: set[str],
) -> None:
    pytest.importorskip("sklearn")
    history = HISTORY if "training.png" in more else []
    path = saved_autoencoder(kind, history=history, options={"pretraining": 1})
    network, checkpoint = load_network(path)
    digits, labels = load_digits(tmp_path / "digits.npz")
    folder = tmp_path / "new" / "figures"
    paths = list(save_digits_pictures(folder, network, checkpoint, digits, labels))
    assert written(folder) == ALWAYS | more
    assert {path.name for path in paths} == ALWAYS | more
    assert capfd.readouterr() == ("", "")  # there is no terminal
    with np.load(folder / "codes.npz") as file:
        np.testing.assert_allclose(file["codes"], network.encode(digits), atol=1e-6)
        np.testing.assert_array_equal(file["labels"], labels)
        assert file["coordinates"].shape == (12, 2)


def test_the_manifold_lies_as_its_axes_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Element 1 of the code grows to the right, element 2 upwards."""
    drawn: dict[str, Any] = {}
    monkeypatch.setattr(
        "glassnet.visualize.digits.pictures.manifold_figure",
        lambda images, values, title: drawn.update(i=images),
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
