"""The stacked autoencoder, whose layers are pre-trained, on images of handwritten digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.models import Network, StackedAutoencoder
from glassnet.train.experiments.evaluation import Evaluation
from glassnet.train.experiments.images import CodeOptions, ImageExperiment
from glassnet.train.experiments.recipe import Recipe
from glassnet.train.objectives.stacked import StackedObjective
from glassnet.train.options import OptionError, option
from glassnet.train.options.values import count, count_or_zero
from glassnet.train.workers.communicator import Communicator

__all__ = ["RECIPES", "StackedExperiment", "StackedOptions"]


@dataclass(frozen=True, kw_only=True)
class StackedOptions(CodeOptions):
    """The options of the stacked autoencoder.

    Parameters
    ----------
    epochs : int, default 50
        Passes over the training data.
    pretraining : int, default 10
        Epochs, out of all, that each layer is first trained for as an autoencoder.

    Raises
    ------
    OptionError
        If a value is not allowed, or pre-training leaves no epoch for the classifier.

    Examples
    --------
    >>> from glassnet.train.experiments import StackedOptions
    >>> from glassnet.train.options import OptionError
    >>> try:
    ...     StackedOptions(epochs=20, pretraining=10)
    ... except OptionError as error:
    ...     print(error)
    --epochs (20) must be above twice --pretraining (10), as two layers are pre-trained
    """

    epochs: int = option(
        50, count, "passes over the training data", "N", "training", resumable=True
    )
    pretraining: int = option(
        10,
        count_or_zero,
        "epochs, out of all, that each layer is first trained for as an autoencoder",
        "N",
        "training",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if 2 * self.pretraining >= self.epochs:
            raise OptionError(
                f"--epochs ({self.epochs}) must be above twice --pretraining "
                f"({self.pretraining}), as two layers are pre-trained"
            )
        if self.pretraining and self.weight_decay:
            raise OptionError(
                "--weight-decay goes with --pretraining 0 only: it would shrink layers while "
                "others are pre-trained"
            )


class StackedExperiment(ImageExperiment):
    """A stacked autoencoder on handwritten digits: pre-trained, then trained to classify them.

    Parameters
    ----------
    kind : type[StackedAutoencoder]
        The class of network.
    options : StackedOptions
        The options.
    fallback : bool, default False
        Whether offline images may take the place of those that can't be had.

    Examples
    --------
    >>> from glassnet.train import RECIPES
    >>> from glassnet.train.experiments import StackedExperiment
    >>> RECIPES["stacked-autoencoder"].experiment is StackedExperiment
    True
    """

    def __init__(
        self, kind: type[StackedAutoencoder], options: StackedOptions, *, fallback: bool = False
    ) -> None:
        super().__init__(kind, options, fallback=fallback)
        self._batch, self._pretraining = options.batch, options.pretraining

    def objective(
        self,
        network: Network,
        *,
        generator: np.random.Generator,
        communicator: Communicator | None = None,
    ) -> StackedObjective:
        return self._objective(network, self._pretraining, generator, communicator)

    def evaluate(self, network: Network, part: float | None = None) -> Evaluation:
        """Return the loss and the accuracy of the classifier on the test images."""
        # Without pre-training, the stage that training begins with is its last.
        objective = self._objective(network, 0, np.random.default_rng(0), None)
        objective.start_epoch()
        measures = objective.validate()
        return Evaluation(measures["validation_loss"], "an image", measures["validation_accuracy"])

    def _objective(
        self,
        network: Network,
        pretraining: int,
        generator: np.random.Generator,
        communicator: Communicator | None,
    ) -> StackedObjective:
        assert isinstance(network, StackedAutoencoder)
        network.skip_input_gradient()
        return StackedObjective(
            network,
            self.images,
            batch=self._batch,
            pretraining=pretraining,
            generator=generator,
            communicator=communicator,
        )


RECIPES = (
    Recipe(
        "stacked-autoencoder",
        "784-128-64-10: pre-trained, then a classifier",
        StackedAutoencoder,
        StackedExperiment,
        StackedOptions(
            code=64,
            pretraining=10,
            batch=256,
            epochs=50,
            optimizer="adadelta",
            learning_rate=1.0,
            rho=0.95,
        ),
    ),
)
"""The recipes of networks that are pre-trained layer by layer."""
