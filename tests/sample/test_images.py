"""Drawing digits: new ones, and one that turns into another."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.models import ImageAutoencoder
from glassnet.models.image_autoencoders import (
    ConvolutionalAutoencoder,
    VariationalAutoencoder,
)
from glassnet.sample import draw_images, morph, morph_digits, save_images


@pytest.fixture
def network(generator: np.random.Generator) -> VariationalAutoencoder:
    return VariationalAutoencoder(code=3).initialize(generator)


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


def test_new_images_need_a_variational_network(generator: np.random.Generator) -> None:
    network = ConvolutionalAutoencoder().initialize(generator)
    with pytest.raises(ValueError, match="a convolutional-autoencoder is not variational"):
        draw_images(network, generator, 1)
