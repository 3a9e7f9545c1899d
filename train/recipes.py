"""The recipes: which network, on which data, trained how. `--NAME` overrides any value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """A network and its training.

    Attributes
    ----------
    description : one line for `--list`.
    network : its kind, a key of `models.checkpoint.NETWORKS`.
    options : defaults of its options, by name; these are the options that the recipe has.
    """

    description: str
    network: str
    options: dict[str, Any]


_REGULARIZATION = {"weight-decay": 0.0, "clip": 0.0, "ema": 0.0, "patience": 0}
_RUN = {"seed": 1, "dtype": "float32", "workers": 0}


def _images(
    description: str,
    network: str,
    epochs: int,
    batch: int,
    optimizer: str = "adadelta",
    **structure: Any,
) -> Recipe:
    """Return the recipe of an autoencoder of handwritten digits.

    The optimizers are those of Keras 2: Adadelta with learning rate 1 and rho 0.95, RMSprop with
    1e-3 and 0.9.
    """
    learning_rate, rho = {"adadelta": (1.0, 0.95), "rmsprop": (1e-3, 0.9)}[optimizer]
    options = {
        # data
        "data": "mnist",
        "batch": batch,
        # network
        **structure,
        # training
        "epochs": epochs,
        "optimizer": optimizer,
        "learning-rate": learning_rate,
        "rho": rho,
        "schedule": "constant",
        **_REGULARIZATION,
        **_RUN,
    }
    return Recipe(description, network, options)


RECIPES = {
    "shakespeare": Recipe(
        "two-layer, 512-unit character LSTM that writes Shakespeare",
        network="character-lstm",
        options={
            # data
            "data": "tinyshakespeare",
            "validation": 0.1,
            "chunks": 25,
            "k1": 100,
            "k2": 100,
            # network
            "layers": 2,
            "units": 512,
            "dropout": 0.0,
            "variational": False,
            "weight-drop": 0.0,
            # training
            "epochs": 7,
            "optimizer": "rmsprop",
            "learning-rate": 1e-3,
            "rho": 0.95,
            "schedule": "constant",
            **_REGULARIZATION,
            **_RUN,
        },
    ),
    "shakespeare-regularized": Recipe(
        "the same network, trained longer and against overfitting",
        network="character-lstm",
        options={
            # data
            "data": "tinyshakespeare",
            "validation": 0.1,
            "chunks": 32,
            "k1": 100,
            "k2": 100,
            # network
            "layers": 2,
            "units": 512,
            "dropout": 0.5,
            "variational": False,
            "weight-drop": 0.0,
            # training
            "epochs": 20,
            "optimizer": "adam",
            "learning-rate": 3e-3,
            "rho": 0.95,
            "schedule": "one-cycle:0.04",
            "weight-decay": 0.05,
            "clip": 1.0,
            "ema": 0.998,
            "patience": 0,
            **_RUN,
        },
    ),
    "text-autoencoder": Recipe(
        "convolutional autoencoder of lines of text, whose filters can be looked at",
        network="text-autoencoder",
        options={
            # data
            "data": "austen",
            "validation": 0.1,
            "length": 80,
            "batch": 64,
            # network
            "embedding": 40,
            "filters1": 32,
            "filters2": 24,
            "width": 3,
            # training
            "epochs": 10,
            "optimizer": "rmsprop",
            "learning-rate": 1e-3,
            "rho": 0.9,
            "schedule": "constant",
            **_REGULARIZATION,
            **_RUN,
        },
    ),
    "simple-autoencoder": _images(
        "784-32-784: the simplest autoencoder of digits",
        network="simple-autoencoder",
        epochs=50,
        batch=256,
        code=32,
        l1=0.0,
    ),
    "sparse-autoencoder": _images(
        "the same with an L1 penalty on the code",
        network="simple-autoencoder",
        epochs=100,
        batch=256,
        code=32,
        l1=1e-7,
    ),
    "deep-autoencoder": _images(
        "784-128-64-32-64-128-784",
        network="deep-autoencoder",
        epochs=100,
        batch=256,
        code=32,
    ),
    "stacked-autoencoder": _images(
        "784-128-64, each layer pre-trained as an autoencoder, then trained to classify digits",
        network="stacked-autoencoder",
        epochs=50,
        pretraining=10,
        batch=256,
        code=64,
    ),
    "convolutional-autoencoder": _images(
        "three convolutions to a code (4, 4, 8), and back",
        network="convolutional-autoencoder",
        epochs=50,
        batch=128,
    ),
    "denoising-autoencoder": _images(
        "convolutions that take the noise off digits",
        network="denoising-autoencoder",
        epochs=100,
        batch=128,
        noise=0.5,
    ),
    "variational-autoencoder": _images(
        "784-256-2-256-784, from whose code new digits can be drawn",
        network="variational-autoencoder",
        epochs=50,
        batch=100,
        optimizer="rmsprop",
        code=2,
    ),
    "variational-autoencoder-deconv": _images(
        "the same of convolutions and transposed convolutions",
        network="variational-autoencoder-deconv",
        epochs=5,
        batch=100,
        optimizer="rmsprop",
        code=2,
    ),
    "concept-autoencoder": _images(
        "784-164-10-164-784: ten sparse concepts",
        network="concept-autoencoder",
        epochs=100,
        batch=256,
        code=10,
        l1=2.5e-6,
        dropout=0.3,
    ),
    "concept-autoencoder-conv": _images(
        "convolutions to ten sparse concepts at each of 4 by 4 places, and back",
        network="concept-autoencoder-conv",
        epochs=50,
        batch=128,
        code=10,
        l1=2.5e-6,
    ),
}
DEFAULT_RECIPE = "shakespeare"
