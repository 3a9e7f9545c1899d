"""The stacked autoencoder: its two autoencoders share its layers, and train as in PyTorch."""

from typing import Any

import numpy as np
import pytest

from glassnet.models import StackedAutoencoder
from glassnet.models.image_autoencoders import forward_in_parts
from glassnet.nn import Array, Sequential, mean_squared_error, sigmoid_binary_cross_entropy
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.train.recipes import RECIPES
from tests.models.image_autoencoders.twin import assert_same, start, train_both
from tests.mutate import mutant


def test_a_wrong_gradient_of_the_classifier_is_rejected(generator: np.random.Generator) -> None:
    wrong = mutant(
        StackedAutoencoder,
        "self.encoder.backward(self.classifier.backward(dy))",
        "self.encoder.backward(2 * self.classifier.backward(dy))",
    )
    with pytest.raises(GradientError, match=r"^input: "):
        check_layer(wrong(), generator.random((2, 28, 28)), every_coordinate=0, directions=1)


@pytest.mark.parametrize("number", [0, 1])
def test_pretraining_trains_as_in_pytorch(number: int, generator: np.random.Generator) -> None:
    network = start(StackedAutoencoder())
    below, autoencoder = network.pretraining()[number]
    before = network.theta.copy()
    vars(autoencoder).update(theta=network.theta, grad=network.grad)  # the optimizer moves all
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


def test_stacked_pretraining_shares_its_layers(generator: np.random.Generator) -> None:
    network = StackedAutoencoder().initialize(generator)
    for below, autoencoder in network.pretraining():
        assert isinstance(below, Sequential)
        for _, layer in autoencoder.walk():
            if layer.parameter_count and not layer.layers:
                assert any(layer is other for _, other in network.walk())
