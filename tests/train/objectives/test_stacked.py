"""Stages: which layers each trains, and its loss."""

import numpy as np
import pytest

from glassnet.models import StackedAutoencoder, load_digits
from glassnet.nn import mean_squared_error, sigmoid_binary_cross_entropy, softmax_cross_entropy
from glassnet.train.data import Images
from glassnet.train.objectives import StackedObjective


@pytest.fixture
def digits() -> Images:
    images, labels = load_digits()
    return Images("digits", "a test", images[:40], labels[:40], images[40:60], labels[40:60])


def test_stages_train_one_layer_after_the_other(digits: Images) -> None:
    generator = np.random.default_rng(3)
    network = StackedAutoencoder().initialize(generator)
    objective = StackedObjective(network, digits, batch=20, pretraining=2, generator=generator)
    stages = [
        ({"encoder.dense1", "decoder.dense2"}, True),
        ({"encoder.dense1", "decoder.dense2"}, False),
        ({"encoder.dense2", "decoder.dense1"}, True),
        ({"encoder.dense2", "decoder.dense1"}, False),
        ({"encoder.dense1", "encoder.dense2", "classifier"}, True),
        ({"encoder.dense1", "encoder.dense2", "classifier"}, False),
    ]
    for expected, begins in stages:
        assert objective.start_epoch() is begins
        network.zero_grad()
        objective.compute(0)
        trained = {
            name.rpartition(".")[0] for name, grad in network.gradients.items() if grad.any()
        }
        assert trained == expected
        assert ("validation_accuracy" in objective.validate()) == ("classifier" in expected)


def test_losses_of_the_stages(digits: Images) -> None:
    generator = np.random.default_rng(3)
    network = StackedAutoencoder().initialize(generator)
    objective = StackedObjective(network, digits, batch=20, pretraining=1, generator=generator)
    x = digits.test_images
    (flatten, first), (below, second) = network.pretraining()
    pixels, codes = flatten.forward(x), below.forward(x).copy()
    for expected in (
        sigmoid_binary_cross_entropy(first.forward(pixels), pixels)[0],
        mean_squared_error(second.forward(codes), codes)[0],
        softmax_cross_entropy(network.forward(x), digits.test_labels)[0],
    ):
        objective.start_epoch()
        assert objective.validate()["validation_loss"] == pytest.approx(expected, rel=1e-5)
