"""Recipes of your own: a network that glassnet does not have, and one that it has, set up anew.

Run it with `glassnet train examples/own_recipes.py:matrix-autoencoder`.
"""

from dataclasses import dataclass

from glassnet.models import CharacterLSTM, ImageAutoencoder, register
from glassnet.nn import Dense, Flatten, Reshape, Sequential
from glassnet.options import whole_number
from glassnet.train import Recipe
from glassnet.train.experiments import (
    CharacterExperiment,
    ImageExperiment,
    ImageOptions,
    LSTMOptions,
)
from glassnet.train.options import option


@register  # so that checkpoints may hold it
class MatrixAutoencoder(ImageAutoencoder):
    """Encodes and decodes images by one matrix each."""

    kind = "matrix-autoencoder"  # its name in checkpoints

    def __init__(self, code):
        super().__init__(
            Sequential(Flatten(), Dense(784, code)),
            Sequential(Dense(code, 784), Reshape((28, 28))),
        )


@dataclass(frozen=True, kw_only=True)
class MatrixOptions(ImageOptions):
    """Options of the network are arguments of its class, and on the command line --code."""

    code: int = option(16, whole_number(1), "length of the code", "N", "network", structural=True)


digits = MatrixOptions(data="mnist-5k", epochs=10, optimizer="adam")
plays = LSTMOptions(data="tinyshakespeare", cell="gru", layers=1, units=128, epochs=2)
RECIPES = (
    Recipe("matrix-autoencoder", "784-16-784, linear", MatrixAutoencoder, ImageExperiment, digits),
    Recipe("small-gru", "GRU of 128 units", CharacterLSTM, CharacterExperiment, plays),
)
