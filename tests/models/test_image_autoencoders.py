"""Image autoencoders: their shapes, and each trained alongside the same network in PyTorch."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.models import (
    IMAGE_AUTOENCODERS,
    Checkpoint,
    ImageAutoencoder,
    load_network,
    save_checkpoint,
)
from glassnet.models.image_autoencoders import (
    ConceptAutoencoder,
    DenoisingAutoencoder,
    SimpleAutoencoder,
    StackedAutoencoder,
    VariationalAutoencoder,
    forward_in_parts,
)
from glassnet.nn import (
    NO_GRADIENT,
    OPTIMIZERS,
    Array,
    BatchShard,
    GaussianSampling,
    ReLU,
    Sequential,
    mean_squared_error,
    sigmoid_binary_cross_entropy,
    softmax_cross_entropy,
)
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.train.recipes import RECIPES
from tests.mutate import mutant

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


@pytest.fixture
def images(generator: np.random.Generator) -> Array:
    return generator.random((5, 28, 28), dtype=np.float32)


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


# Those of convolutions have so many ReLUs that one is always near its kink.
@pytest.mark.parametrize(
    "kind", [kind for kind in IMAGE_AUTOENCODERS if "conv2d1" not in kind().encoder.layers]
)
@pytest.mark.parametrize("train", [False, True])
def test_gradients(
    kind: type[ImageAutoencoder], train: bool, generator: np.random.Generator
) -> None:
    network = kind().initialize(generator, np.float64)
    images = generator.random((2, 28, 28))
    check_layer(network, images, train=train, every_coordinate=0, directions=1)


def test_a_wrong_gradient_of_the_classifier_is_rejected(generator: np.random.Generator) -> None:
    wrong = mutant(
        StackedAutoencoder,
        "self.encoder.backward(self.classifier.backward(dy))",
        "self.encoder.backward(2 * self.classifier.backward(dy))",
    )
    with pytest.raises(GradientError, match=r"^input: "):
        check_layer(wrong(), generator.random((2, 28, 28)), every_coordinate=0, directions=1)


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


def test_noise_is_only_for_training(images: Array, generator: np.random.Generator) -> None:
    network = DenoisingAutoencoder(noise=0.5).initialize(generator)
    still = network.forward(images).copy()
    np.testing.assert_array_equal(network.forward(images), still)
    assert np.abs(network.forward(images, train=True) - still).max() > 1e-3
    noisy = network.noisy(images)
    np.testing.assert_array_equal(noisy, network.noisy(images))
    assert not np.array_equal(noisy, network.noisy(images, seed=1))
    assert 0 <= noisy.min() < noisy.max() <= 1
    dark = np.full((100, 28, 28), 0.5, np.float32)
    assert DenoisingAutoencoder(noise=0.1).noisy(dark).std() == pytest.approx(0.1, rel=0.02)


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


# -- alongside PyTorch ----------------------------------------------------------------------------


def train_both(
    network: Any, layers: list[Any], x: Array, targets: Array, options: dict[str, Any], loss: Any
) -> tuple[list[float], list[float], Any]:
    """Make three updates of the network and of its twin; return both losses, and the twin."""
    torch = pytest.importorskip("torch")
    from benchmarks.common.pytorch_twin import Twin, optimizer_like

    torch.set_num_threads(1)  # these products are too small to share
    twin = Twin(layers, np.random.default_rng(5))
    their_optimizer = optimizer_like(options, twin)
    optimizer = OPTIMIZERS[options["optimizer"]](
        learning_rate=options["learning-rate"], rho=options["rho"]
    )
    their_loss = {
        sigmoid_binary_cross_entropy: torch.nn.functional.binary_cross_entropy_with_logits,
        softmax_cross_entropy: torch.nn.functional.cross_entropy,
        mean_squared_error: torch.nn.functional.mse_loss,
    }[loss]
    losses: tuple[list[float], list[float]] = ([], [])
    for _ in range(3):
        network.zero_grad()
        value, dy = loss(network.forward(x, train=True), targets)
        losses[0].append(value + network.total_auxiliary_loss())
        network.backward(dy)
        optimizer.step(network.theta, network.grad)
        total = their_loss(twin(torch.from_numpy(x)), torch.from_numpy(targets))
        total = total + twin.auxiliary_loss
        losses[1].append(total.item())
        their_optimizer.zero_grad()
        total.backward()
        their_optimizer.step()
    return *losses, twin


def assert_same(ours: list[float], theirs: list[float], twin: Any) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    for layer, W, b in twin.weights():
        np.testing.assert_allclose(layer.W, W, atol=1e-9, err_msg=type(layer).__name__)
        np.testing.assert_allclose(layer.b, b, atol=1e-9, err_msg=type(layer).__name__)


def start(network: Any) -> Any:
    """Initialize in float64, with biases away from zero; noise comes from seed 5."""
    network.initialize(np.random.default_rng(5), np.float64)
    generator = np.random.default_rng(6)
    for name, parameter in network.parameters.items():
        if name.endswith(".b"):
            parameter[...] = 0.1 * generator.standard_normal(parameter.shape)
    network.set_batch_shard(BatchShard(np.random.default_rng(5)))
    return network


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


@pytest.mark.parametrize("number", [0, 1])
def test_pretraining_trains_as_in_pytorch(number: int, generator: np.random.Generator) -> None:
    network = start(StackedAutoencoder())
    below, autoencoder = network.pretraining()[number]
    before = network.theta.copy()
    autoencoder.theta, autoencoder.grad = network.theta, network.grad
    x = forward_in_parts(below, generator.random((4, 28, 28)))
    loss = [sigmoid_binary_cross_entropy, mean_squared_error][number]
    options = RECIPES["stacked-autoencoder"].options.header()
    layers = list(autoencoder.layers.values())
    assert_same(*train_both(autoencoder, layers, x, x, options, loss))
    moved = {
        name.rpartition(".")[0]
        for name, old in zip(network.parameters, split_like(network, before), strict=True)
        if not np.array_equal(network.parameters[name], old)
    }
    assert (
        moved
        == [{"encoder.dense1", "decoder.dense2"}, {"encoder.dense2", "decoder.dense1"}][number]
    )


def split_like(network: Any, theta: Array) -> list[Array]:
    sizes = [value.size for value in network.parameters.values()]
    parts = np.split(theta, np.cumsum(sizes)[:-1])
    return [p.reshape(v.shape) for p, v in zip(parts, network.parameters.values(), strict=True)]


def heavier_divergence(network: Any) -> None:
    layer = network.encoder.layers["gaussiansampling1"]
    assert isinstance(layer, GaussianSampling)
    layer.weight *= 1.01


def heavier_penalty(network: Any) -> None:
    network.encoder.layers["activityregularization1"].l1 *= 1.5


def other_dropout(network: Any) -> None:
    network.encoder.layers["dropout1"].rate = 0.35


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (VariationalAutoencoder, heavier_divergence),
        (ConceptAutoencoder, heavier_penalty),
        (ConceptAutoencoder, other_dropout),
    ],
)
def test_the_comparison_finds_what_is_wrong(
    kind: Any, change: Any, generator: np.random.Generator
) -> None:
    """The twin is made before the change, as if glassnet's layer were wrong."""
    pytest.importorskip("torch")
    network = start(kind())
    layers = [copy.copy(layer) for layer in network.path]
    change(network)
    images = generator.random((3, 28, 28))
    options = RECIPES["simple-autoencoder"].options.header()
    found = train_both(network, layers, images, images, options, sigmoid_binary_cross_entropy)
    with pytest.raises(AssertionError):
        assert_same(*found)


def test_stacked_pretraining_shares_its_layers(generator: np.random.Generator) -> None:
    network = StackedAutoencoder().initialize(generator)
    for below, autoencoder in network.pretraining():
        assert isinstance(below, Sequential)
        for _, layer in autoencoder.walk():
            if layer.parameter_count and not layer.layers:
                assert any(layer is other for _, other in network.walk())
