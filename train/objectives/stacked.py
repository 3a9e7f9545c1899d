"""Greedy pre-training: one layer after the other as an autoencoder, then a classifier."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from glassnet.models import StackedAutoencoder
from glassnet.models.image_autoencoders import forward_in_parts
from glassnet.nn import (
    Array,
    Layer,
    mean_squared_error,
    sigmoid_binary_cross_entropy,
    softmax_cross_entropy,
)
from glassnet.train.data import Images
from glassnet.train.objectives.batches import NO_MEASURES, BatchObjective
from glassnet.train.objectives.examples.means import Loss, Measure, accuracy
from glassnet.train.workers.communicator import Communicator, SingleProcess

__all__ = ["StackedObjective"]


class StackedObjective:
    """Pre-training of each layer as an autoencoder, and then training the classifier.

    Each of these stages lasts some epochs and is a `BatchObjective` of its own, on the same rows;
    its validation loss is that of this stage.

    Parameters
    ----------
    network : StackedAutoencoder
        An initialized network.
    images : Images
        To train and to validate on.
    batch : int
        Images of an update.
    pretraining : int
        Epochs that each layer is pre-trained for; 0 trains only the classifier.
    generator : numpy.random.Generator
        Randomness for the order of images, in the same state on every worker.
    communicator : Communicator, optional
        The rows of each batch are shared out among its workers.

    References
    ----------
    Bengio et al. 2007, "Greedy layer-wise training of deep networks", section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import StackedAutoencoder, load_digits
    >>> from glassnet.train.data import Images
    >>> from glassnet.train.objectives import StackedObjective
    >>> pixels, labels = load_digits()
    >>> images = Images("digits", "", pixels[:40], labels[:40], pixels[40:60], labels[40:60])
    >>> generator = np.random.default_rng(1)
    >>> network = StackedAutoencoder().initialize(generator)
    >>> objective = StackedObjective(
    ...     network, images, batch=20, pretraining=1, generator=generator
    ... )
    >>> for epoch in range(3):
    ...     begins = objective.start_epoch()
    ...     print(begins, sorted(objective.validate()))
    True ['validation_loss']
    True ['validation_loss']
    True ['validation_accuracy', 'validation_loss']
    """

    def __init__(
        self,
        network: StackedAutoencoder,
        images: Images,
        *,
        batch: int,
        pretraining: int,
        generator: np.random.Generator,
        communicator: Communicator | None = None,
    ) -> None:
        self.network, self.unit, self.items_per_step = network, "images", batch
        self.steps_per_epoch = math.ceil(len(images.train_images) / batch)
        self._images, self._pretraining = images, pretraining
        self._communicator = communicator or SingleProcess()
        self._generator = generator
        self._epochs = 0  # that have begun
        self._stage = -1

    @property
    def in_last_stage(self) -> bool:
        """Return whether the classifier is being trained."""
        return self._stage == len(self.network.pretraining())

    def start_epoch(self) -> bool:
        """Shuffle the images, and enter the next stage when its time has come.

        Returns
        -------
        bool
            Whether a stage begins with this epoch.
        """
        self._epochs += 1
        new = self._enter_stage()
        self._objective.start_epoch()
        return new

    def compute(self, step: int) -> float:
        """Add this worker's gradients of one update; return its part of the mean loss.

        Parameters
        ----------
        step : int
            Number of the update in the epoch, from 0.

        Returns
        -------
        float
            The parts of all workers sum to the mean loss of the update.
        """
        return self._objective.compute(step)

    def validate(self) -> dict[str, float]:
        """Return the stage's loss on the test images; of the classifier also the accuracy."""
        return self._objective.validate()

    def state(self) -> dict[str, Array]:
        """Return the order of rows in this epoch, and how many epochs have begun."""
        return {**self._objective.state(), "epochs": np.array(self._epochs)}

    def restore(self, state: dict[str, Array]) -> None:
        """Continue from what `state` returned.

        Parameters
        ----------
        state : dict[str, Array]
            From an objective of the same options, whatever the number of workers was.
        """
        self._epochs = int(state["epochs"])
        self._enter_stage()
        self._objective.restore(state)

    def _enter_stage(self) -> bool:
        """Make the objective of this epoch's stage; return whether it is another than before."""
        layers = self.network.pretraining()
        stage = len(layers)
        if self._pretraining:
            stage = min((self._epochs - 1) // self._pretraining, stage)
        if stage == self._stage:
            return False
        self._stage = stage
        images = self._images
        if stage == len(layers):
            self._objective = self._make_objective(
                self.network,
                softmax_cross_entropy,
                (images.train_images, images.train_labels),
                (images.test_images, images.test_labels),
                {"accuracy": accuracy},
            )
            return True
        below, autoencoder = layers[stage]  # those below no longer change: read them once
        train = forward_in_parts(below, images.train_images)
        test = forward_in_parts(below, images.test_images)
        loss = mean_squared_error if stage else sigmoid_binary_cross_entropy
        self._objective = self._make_objective(autoencoder, loss, (train, train), (test, test))
        return True

    def _make_objective(
        self,
        network: Layer,
        loss: Loss,
        training: tuple[Array, Array],
        validation: tuple[Array, Array],
        measures: Mapping[str, Measure] = NO_MEASURES,
    ) -> BatchObjective:
        return BatchObjective(
            network,
            loss,
            training=training,
            validation=validation,
            batch=self.items_per_step,
            generator=self._generator,
            communicator=self._communicator,
            unit=self.unit,
            measures=measures,
        )
