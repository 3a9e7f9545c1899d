"""Autoencoders of images of handwritten digits; they are validated on the test set."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from glassnet.models import (
    Checkpoint,
    ConceptAutoencoder,
    ConvolutionalAutoencoder,
    ConvolutionalConceptAutoencoder,
    DeconvolutionalVariationalAutoencoder,
    DeepAutoencoder,
    DenoisingAutoencoder,
    ImageAutoencoder,
    Network,
    SimpleAutoencoder,
    VariationalAutoencoder,
)
from glassnet.nn import sigmoid_binary_cross_entropy
from glassnet.train.data import load_images, load_images_or_fallback
from glassnet.train.experiments.evaluation import Evaluation
from glassnet.train.experiments.experiment import Experiment
from glassnet.train.experiments.recipe import Recipe
from glassnet.train.objectives.batches import BatchObjective
from glassnet.train.objectives.objective import Objective
from glassnet.train.options import TrainingOptions, option
from glassnet.train.options.values import count, fraction, not_negative
from glassnet.train.workers.communicator import Communicator

__all__ = [
    "RECIPES",
    "CodeOptions",
    "ConceptOptions",
    "ImageExperiment",
    "ImageOptions",
    "NoiseOptions",
    "SparseOptions",
]


@dataclass(frozen=True, kw_only=True)
class ImageOptions(TrainingOptions):
    """The options of image networks, in addition to `TrainingOptions`.

    Parameters
    ----------
    data : str, default "mnist"
        Name of a data set of images.
    batch : int, default 128
        Images of an update.

    Examples
    --------
    >>> from glassnet.train.experiments import ImageOptions
    >>> ImageOptions(data="mnist-5k").batch
    128
    """

    data: str = option("mnist", str, "name of a data set of images", "NAME", "data", resumable=True)
    batch: int = option(128, count, "images of one update", "N", "data")


@dataclass(frozen=True, kw_only=True)
class CodeOptions(ImageOptions):
    """The options of networks whose code has a length to choose.

    Parameters
    ----------
    code : int, default 32
        Length of the code.

    Examples
    --------
    >>> from glassnet.train.experiments.images import CodeOptions
    >>> CodeOptions(code=2).network_arguments()
    {'code': 2}
    """

    code: int = option(32, count, "length of the code", "N", "network", structural=True)


@dataclass(frozen=True, kw_only=True)
class SparseOptions(CodeOptions):
    """The options of networks whose code may be sparse.

    Parameters
    ----------
    l1 : float, default 0.0
        Weight of the L1 penalty on the code.

    Examples
    --------
    >>> from glassnet.train.experiments.images import SparseOptions
    >>> SparseOptions(l1=1e-7).network_arguments()
    {'code': 32, 'l1': 1e-07}
    """

    l1: float = option(
        0.0, not_negative, "weight of the L1 penalty on the code", "WEIGHT", "network"
    )


@dataclass(frozen=True, kw_only=True)
class ConceptOptions(SparseOptions):
    """The options of the concept autoencoder.

    Parameters
    ----------
    dropout : float, default 0.3
        Rate of dropout on the first layer.

    Examples
    --------
    >>> from glassnet.train.experiments.images import ConceptOptions
    >>> ConceptOptions(code=10).network_arguments()
    {'code': 10, 'l1': 0.0, 'dropout': 0.3}
    """

    dropout: float = option(
        0.3, fraction, "rate of dropout on the output of a layer", "RATE", "network"
    )


@dataclass(frozen=True, kw_only=True)
class NoiseOptions(ImageOptions):
    """The options of the denoising autoencoder.

    Parameters
    ----------
    noise : float, default 0.5
        Standard deviation of the noise on the images.

    Examples
    --------
    >>> from glassnet.train.experiments.images import NoiseOptions
    >>> NoiseOptions(noise=0.2).network_arguments()
    {'noise': 0.2}
    """

    noise: float = option(
        0.5, not_negative, "standard deviation of the noise on the images", "STD", "network"
    )


class ImageExperiment(Experiment):
    """An autoencoder of images on handwritten digits.

    Validation is the same in every epoch: a variational autoencoder decodes the mean of a code
    instead of drawing one, and a denoising one reads test images with noise drawn once.

    Parameters
    ----------
    kind : type[ImageAutoencoder]
        The class of network.
    options : ImageOptions
        The options.
    fallback : bool, default False
        Whether offline images may take the place of those that can't be had.

    Examples
    --------
    >>> from glassnet.models import SimpleAutoencoder
    >>> from glassnet.train.experiments import ImageExperiment
    >>> from glassnet.train.experiments.images import CodeOptions
    >>> experiment = ImageExperiment(
    ...     SimpleAutoencoder, CodeOptions(data="mnist-5k", code=8)
    ... )  # doctest: +SKIP
    >>> experiment.network().configuration  # doctest: +SKIP
    {'code': 8, 'l1': 0.0}
    """

    def __init__(
        self, kind: type[ImageAutoencoder], options: ImageOptions, *, fallback: bool = False
    ) -> None:
        images = (load_images_or_fallback if fallback else load_images)(options.data)
        self.images = images
        self._kind, self._options = kind, options
        self.data = images.name
        self.summary = f"{len(images.train_images):,} images of {images.source}"
        digest = hashlib.sha256()
        for array in (images.train_images, images.train_labels, images.test_images):
            digest.update(np.ascontiguousarray(array).data)
        self.fingerprint = digest.hexdigest()
        self.rows = options.batch

    def network(self, start: Checkpoint | None = None) -> ImageAutoencoder:
        return self._kind.from_configuration(self._options.network_arguments())

    def objective(
        self,
        network: Network,
        *,
        generator: np.random.Generator,
        communicator: Communicator | None = None,
    ) -> Objective:
        assert isinstance(network, ImageAutoencoder)
        network.skip_input_gradient()
        images = self.images
        return BatchObjective(
            network,
            sigmoid_binary_cross_entropy,
            training=(images.train_images, images.train_images),
            validation=(network.test_inputs(images.test_images), images.test_images),
            batch=self._options.batch,
            generator=generator,
            communicator=communicator,
            unit="images",
        )

    def evaluate(self, network: Network, part: float | None = None) -> Evaluation:
        """Return the loss of a network on the test images."""
        measures = self.objective(network, generator=np.random.default_rng(0)).validate()
        return Evaluation(measures["validation_loss"], "a pixel")


# The optimizers are those of Keras 2: Adadelta with learning rate 1 and rho 0.95, RMSprop with 1e-3
# and 0.9.
RECIPES = (
    Recipe(
        "simple-autoencoder",
        "784-32-784: the simplest autoencoder of digits",
        SimpleAutoencoder,
        ImageExperiment,
        SparseOptions(
            code=32, batch=256, epochs=50, optimizer="adadelta", learning_rate=1.0, rho=0.95
        ),
    ),
    Recipe(
        "sparse-autoencoder",
        "the same with an L1 penalty on the code",
        SimpleAutoencoder,
        ImageExperiment,
        SparseOptions(
            code=32,
            l1=1e-7,
            batch=256,
            epochs=100,
            optimizer="adadelta",
            learning_rate=1.0,
            rho=0.95,
        ),
    ),
    Recipe(
        "deep-autoencoder",
        "784-128-64-32-64-128-784",
        DeepAutoencoder,
        ImageExperiment,
        CodeOptions(
            code=32, batch=256, epochs=100, optimizer="adadelta", learning_rate=1.0, rho=0.95
        ),
    ),
    Recipe(
        "convolutional-autoencoder",
        "three convolutions to (4, 4, 8), and back",
        ConvolutionalAutoencoder,
        ImageExperiment,
        ImageOptions(batch=128, epochs=50, optimizer="adadelta", learning_rate=1.0, rho=0.95),
    ),
    Recipe(
        "denoising-autoencoder",
        "convolutions that remove noise from digits",
        DenoisingAutoencoder,
        ImageExperiment,
        NoiseOptions(
            noise=0.5, batch=128, epochs=100, optimizer="adadelta", learning_rate=1.0, rho=0.95
        ),
    ),
    Recipe(
        "variational-autoencoder",
        "784-256-2-256-784, which draws new digits",
        VariationalAutoencoder,
        ImageExperiment,
        CodeOptions(code=2, batch=100, epochs=50, optimizer="rmsprop", learning_rate=1e-3, rho=0.9),
    ),
    Recipe(
        "variational-autoencoder-deconv",
        "the same with convolutions in place of dense",
        DeconvolutionalVariationalAutoencoder,
        ImageExperiment,
        CodeOptions(code=2, batch=100, epochs=5, optimizer="rmsprop", learning_rate=1e-3, rho=0.9),
    ),
    Recipe(
        "concept-autoencoder",
        "784-164-10-164-784: ten sparse concepts",
        ConceptAutoencoder,
        ImageExperiment,
        ConceptOptions(
            code=10,
            l1=2.5e-6,
            dropout=0.3,
            batch=256,
            epochs=100,
            optimizer="adadelta",
            learning_rate=1.0,
            rho=0.95,
        ),
    ),
    Recipe(
        "concept-autoencoder-conv",
        "convolutions to ten concepts at 4 x 4 places",
        ConvolutionalConceptAutoencoder,
        ImageExperiment,
        SparseOptions(
            code=10,
            l1=2.5e-6,
            batch=128,
            epochs=50,
            optimizer="adadelta",
            learning_rate=1.0,
            rho=0.95,
        ),
    ),
)
"""The recipes of autoencoders of images."""
