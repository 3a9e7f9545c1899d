"""A small text autoencoder, and made-up lines to draw."""

import numpy as np
import pytest

from glassnet.models import TextAutoencoder, Vocabulary
from glassnet.visualize.filters.responses import Responses
from tests.visualize.filters.lines import line_of, responses_to


@pytest.fixture
def responses() -> Responses:
    return responses_to(line_of("pray, sit", "pray, mit"), line_of("down", "down"))


@pytest.fixture
def network(generator: np.random.Generator) -> TextAutoencoder:
    network = TextAutoencoder(
        Vocabulary(" abcdef."), length=12, embedding=5, filters1=4, filters2=3
    ).initialize(generator)
    network.theta += 0.5 * generator.standard_normal(network.theta.size, np.float32)
    for number in (1, 2):
        bias = network.parameters[f"convolution{number}.b"]
        bias[...] = np.abs(bias)
        bias[-1] = -100  # the last filter never responds
    return network
