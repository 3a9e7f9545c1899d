"""Variational autoencoders: a wrong weight of the divergence is found beside PyTorch."""

import copy
from typing import Any

import numpy as np
import pytest

from glassnet.models import VariationalAutoencoder
from glassnet.nn import GaussianSampling, sigmoid_binary_cross_entropy
from glassnet.train.recipes import RECIPES
from tests.models.image_autoencoders.twin import assert_same, start, train_both


def heavier_divergence(network: Any) -> None:
    layer = network.encoder.layers["gaussiansampling1"]
    assert isinstance(layer, GaussianSampling)
    layer.weight *= 1.01


@pytest.mark.parametrize("change", [heavier_divergence])
def test_the_comparison_finds_what_is_wrong(change: Any, generator: np.random.Generator) -> None:
    """The twin is made before the change, as if glassnet's layer were wrong."""
    pytest.importorskip("torch")
    network = start(VariationalAutoencoder())
    layers = [copy.copy(layer) for layer in network.path]
    change(network)
    images = generator.random((3, 28, 28))
    options = RECIPES["simple-autoencoder"].options.header()
    found = train_both(network, layers, images, images, options, sigmoid_binary_cross_entropy)
    with pytest.raises(AssertionError):
        assert_same(*found)


def test_the_code_that_is_read_is_the_mean(generator: np.random.Generator) -> None:
    network = VariationalAutoencoder(code=3).initialize(generator)
    images = generator.random((4, 28, 28), np.float32)
    x = images
    for layer in list(network.encoder.layers.values())[:-1]:
        x = layer.forward(x)
    np.testing.assert_array_equal(network.encode(images), x[:, :3])
