"""Dense autoencoders: a wrong penalty or dropout is found beside PyTorch."""

import copy
from typing import Any

import numpy as np
import pytest

from glassnet.models import ConceptAutoencoder
from glassnet.nn import sigmoid_binary_cross_entropy
from glassnet.train.recipes import RECIPES
from tests.models.image_autoencoders.twin import assert_same, start, train_both


def heavier_penalty(network: Any) -> None:
    network.encoder.layers["activityregularization1"].l1 *= 1.5


def other_dropout(network: Any) -> None:
    network.encoder.layers["dropout1"].rate = 0.35


@pytest.mark.parametrize("change", [heavier_penalty, other_dropout])
def test_the_comparison_finds_what_is_wrong(change: Any, generator: np.random.Generator) -> None:
    """The twin is made before the change, as if glassnet's layer were wrong."""
    pytest.importorskip("torch")
    network = start(ConceptAutoencoder())
    layers = [copy.copy(layer) for layer in network.path]
    change(network)
    images = generator.random((3, 28, 28))
    options = RECIPES["simple-autoencoder"].options.header()
    found = train_both(network, layers, images, images, options, sigmoid_binary_cross_entropy)
    with pytest.raises(AssertionError):
        assert_same(*found)
