"""What all image autoencoders share: shapes, gradients, checkpoints; each trained as in PyTorch."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.models import (
    IMAGE_AUTOENCODERS,
    Checkpoint,
    ImageAutoencoder,
    SimpleAutoencoder,
    StackedAutoencoder,
    load_network,
    save_checkpoint,
)
from glassnet.models.image_autoencoders import forward_in_parts
from glassnet.nn import (
    NO_GRADIENT,
    Array,
    ReLU,
    sigmoid_binary_cross_entropy,
    softmax_cross_entropy,
)
from glassnet.nn.gradcheck import check_layer
from glassnet.train.recipes import RECIPES
from tests.models.image_autoencoders.twin import assert_same, start, train_both

CODES = {  # shapes of codes and numbers of parameters, counted by hand
    "simple-autoencoder": ((32,), 784 * 32 + 32 + 32 * 784 + 784),
    "deep-autoencoder": (
        (32,),
        784 * 128 + 128 * 64 + 64 * 32 + 32 * 64 + 64 * 128 + 128 * 784
        + 128 + 64 + 32 + 64 + 128 + 784,
    ),
    "concept-autoencoder": (
        (10,), 784 * 164 + 164 * 10 + 10 * 164 + 164 * 784 + 164 + 10 + 164 + 784
    ),
    "stacked-autoencoder": (
        (64,), 784 * 128 + 128 * 64 + 64 * 128 + 128 * 784 + 128 + 64 + 128 + 784 + 64 * 10 + 10
    ),
    "variational-autoencoder": (
        (2,), 784 * 256 + 256 * 4 + 2 * 256 + 256 * 784 + 256 + 4 + 256 + 784
    ),
    "convolutional-autoencoder": ((4, 4, 8), 160 + 1160 + 584 + 584 + 584 + 1168 + 145),
    "concept-autoencoder-conv": ((4, 4, 10), 160 + 1160 + 584 + 90 + 728 + 584 + 1168 + 145),
    "denoising-autoencoder": ((7, 7, 32), 320 + 9248 + 9248 + 9248 + 289),
    "variational-autoencoder-deconv": (
        (2,),
        5 + 320 + 36928 + 36928 + 12544 * 128 + 128 + 128 * 4 + 4
        + 2 * 128 + 128 + 128 * 12544 + 12544 + 36928 + 36928 + 36928 + 257,
    ),
}  # fmt: skip
every_kind = pytest.mark.parametrize("kind", IMAGE_AUTOENCODERS, ids=lambda kind: kind.kind)


@every_kind
def test_shapes_and_sizes(
    kind: type[ImageAutoencoder], images: Array, generator: np.random.Generator
) -> None:
    network = kind().initialize(generator)
    shape, parameters = CODES[kind.kind]
    assert network.parameter_count == parameters
    codes = network.encode(images)
    assert codes.shape == (5, *shape)
    pictures = network.decode(codes)
    assert pictures.shape == images.shape
    assert pictures.dtype == np.float32
    assert 0 <= pictures.min() <= pictures.max() <= 1
    np.testing.assert_array_equal(network.reconstruct(images), pictures)
    assert network.variational == ("variational" in kind.kind)


# The one with transposed convolutions takes too long; benchmarks/gradient_agreement.py checks it.
@pytest.mark.parametrize(
    "kind", [kind for kind in IMAGE_AUTOENCODERS if kind.kind != "variational-autoencoder-deconv"]
)
@pytest.mark.parametrize("train", [False, True])
def test_gradients(
    kind: type[ImageAutoencoder], train: bool, generator: np.random.Generator
) -> None:
    network = kind().initialize(generator, np.float64)
    images = generator.random((2, 28, 28))
    report = check_layer(network, images, train=train, every_coordinate=0, directions=1)
    assert report.exact
    assert report.error < 1e-13


@every_kind
def test_a_checkpoint_brings_it_back(
    kind: type[ImageAutoencoder], images: Array, generator: np.random.Generator, tmp_path: Path
) -> None:
    network = kind().initialize(generator)
    path = tmp_path / "network.npz"
    save_checkpoint(path, Checkpoint(kind.kind, network.configuration, network.parameters))
    again, _ = load_network(path)
    assert type(again) is kind
    np.testing.assert_array_equal(again.reconstruct(images), network.reconstruct(images))


@pytest.mark.parametrize("rows", [1, 250, 251])
def test_parts_make_the_whole(rows: int, generator: np.random.Generator) -> None:
    network = SimpleAutoencoder().initialize(generator, np.float64)
    images = generator.random((rows, 28, 28))
    codes = network.encode(images)
    np.testing.assert_allclose(codes, network.encoder.forward(images), atol=1e-12)
    assert not np.shares_memory(codes, network.encoder.forward(images))


def test_what_it_returns_stays_as_it_is(images: Array, generator: np.random.Generator) -> None:
    """ReLU keeps its output for `backward`: that is not what one gets."""
    relu = ReLU()
    first = forward_in_parts(relu, images)
    kept = first.copy()
    relu._y[...] = 7
    np.testing.assert_array_equal(first, kept)


@every_kind
def test_the_gradient_for_images_can_be_left_out(
    kind: type[ImageAutoencoder], images: Array, generator: np.random.Generator
) -> None:
    network = kind().initialize(generator)
    output = network.forward(images)
    assert network.backward(output).shape == images.shape
    whole = network.grad.copy()
    network.zero_grad()
    network.skip_input_gradient()
    assert network.backward(output) is NO_GRADIENT
    np.testing.assert_array_equal(network.grad, whole)


RECIPES_OF_IMAGES = [name for name in RECIPES if RECIPES[name].network in IMAGE_AUTOENCODERS]


@pytest.mark.parametrize("recipe", RECIPES_OF_IMAGES)
def test_every_recipe_trains_as_in_pytorch(recipe: str, generator: np.random.Generator) -> None:
    pytest.importorskip("torch")
    options = RECIPES[recipe].options.header()
    arguments = RECIPES[recipe].options.network_arguments()
    network = start(RECIPES[recipe].network.from_configuration(arguments))
    images = generator.random((2, 28, 28))
    if isinstance(network, StackedAutoencoder):
        labels = generator.integers(0, 10, 2)
        found = train_both(network, network.path, images, labels, options, softmax_cross_entropy)
    else:
        found = train_both(
            network, network.path, images, images, options, sigmoid_binary_cross_entropy
        )
    assert_same(*found)
    assert found[0][2] < found[0][0]
