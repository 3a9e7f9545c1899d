"""Training the autoencoders of images: their losses, what they are tested on, and in stages."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np

from glassnet.models import Checkpoint, ImageAutoencoder
from glassnet.models.image_autoencoders import (
    DenoisingAutoencoder,
    StackedAutoencoder,
    forward_in_parts,
)
from glassnet.nn import (
    Array,
    mean_squared_error,
    sigmoid_binary_cross_entropy,
    softmax_cross_entropy,
)
from glassnet.train.data.datasets import Images, load_images, load_images_or_fallback
from glassnet.train.objectives.batches import BatchTask, Loss, Measures
from glassnet.train.workers.communicator import Communicator

_STRUCTURE = ("code", "l1", "noise", "dropout")  # the options that networks are made with


class ImageAutoencoderJob:
    """An autoencoder of images on handwritten digits; it is validated on those of the test set.

    Validation is the same in every epoch: a variational autoencoder decodes the mean of a code
    instead of drawing one, and a denoising one reads test images with noise drawn once.
    """

    def __init__(
        self, network: type[ImageAutoencoder], options: dict[str, Any], asked_for: bool
    ) -> None:
        """Load the data; if it was not asked for by name, an offline set may take its place."""
        load = load_images if asked_for else load_images_or_fallback
        self._kind, self._options = network, options
        self.images = images = load(options["data"])
        self.data = images.name
        self.summary = f"{len(images.train_images):,} images of {images.source}"
        digest = hashlib.sha256()
        for array in (images.train_images, images.train_labels, images.test_images):
            digest.update(np.ascontiguousarray(array).data)
        self.fingerprint = digest.hexdigest()
        self.rows = options["batch"]

    def network(self, start: Checkpoint | None) -> ImageAutoencoder:
        options = self._options
        return self._kind(**{name: options[name] for name in _STRUCTURE if name in options})

    def task(
        self, network: ImageAutoencoder, communicator: Communicator, generator: np.random.Generator
    ) -> BatchTask | StackedTask:
        images, options = self.images, self._options
        network.skip_input_gradient()
        if isinstance(network, StackedAutoencoder):
            batch, pretraining = options["batch"], options["pretraining"]
            return StackedTask(network, images, batch, pretraining, communicator, generator)
        test = images.test_images
        read = network.noisy(test) if isinstance(network, DenoisingAutoencoder) else test
        return BatchTask(
            network,
            sigmoid_binary_cross_entropy,
            (images.train_images, images.train_images),
            (read, test),
            options["batch"],
            communicator,
            generator,
            "images",
        )


class StackedTask:
    """Greedy pre-training of each layer as an autoencoder, and then training the classifier.

    Each of these stages lasts some epochs and is a `BatchTask` of its own, on the same rows; its
    validation loss is that of its own task. Bengio et al. 2007, "Greedy layer-wise training of
    deep networks", section 3.

    Parameters
    ----------
    network : an initialized network.
    images : to train and to validate on.
    batch : images of an update.
    pretraining : epochs that each layer is pre-trained for; 0 trains only the classifier.
    communicator, generator : see `BatchTask`.
    """

    def __init__(
        self,
        network: StackedAutoencoder,
        images: Images,
        batch: int,
        pretraining: int,
        communicator: Communicator,
        generator: np.random.Generator,
    ) -> None:
        self.network, self.unit, self.items_per_step = network, "images", batch
        self.steps_per_epoch = math.ceil(len(images.train_images) / batch)
        self._images, self._pretraining = images, pretraining
        self._communicator, self._generator = communicator, generator
        self._epochs = 0  # that have begun
        self._stage = -1

    @property
    def in_last_stage(self) -> bool:
        """Whether the classifier is being trained."""
        return self._stage == len(self.network.pretraining())

    def start_epoch(self) -> bool:
        """Shuffle the images; return whether a stage begins with this epoch."""
        self._epochs += 1
        new = self._enter_stage()
        self._task.start_epoch()
        return new

    def compute(self, step: int) -> float:
        """Add this worker's gradients of update `step`; return its part of the stage's loss."""
        return self._task.compute(step)

    def validate(self) -> dict[str, float]:
        """Return the stage's loss on the test images; of the classifier also the accuracy."""
        return self._task.validate()

    def state(self) -> dict[str, Array]:
        """Return the order of rows in this epoch, and how many epochs have begun."""
        return {**self._task.state(), "epochs": np.array(self._epochs)}

    def restore(self, state: dict[str, Array]) -> None:
        """Take up what `state` returned; the network has its weights already."""
        self._epochs = int(state["epochs"])
        self._enter_stage()
        self._task.restore(state)

    def _enter_stage(self) -> bool:
        """Make the task of this epoch's stage; return whether it is another than before."""
        layers = self.network.pretraining()
        stage = len(layers)
        if self._pretraining:
            stage = min((self._epochs - 1) // self._pretraining, stage)
        if stage == self._stage:
            return False
        self._stage = stage
        images = self._images
        if stage == len(layers):
            self._task = self._make_task(
                self.network,
                softmax_cross_entropy,
                (images.train_images, images.train_labels),
                (images.test_images, images.test_labels),
                _accuracy,
            )
            return True
        below, autoencoder = layers[stage]  # those below no longer change: read them once
        train = forward_in_parts(below, images.train_images)
        test = forward_in_parts(below, images.test_images)
        loss = mean_squared_error if stage else sigmoid_binary_cross_entropy
        self._task = self._make_task(autoencoder, loss, (train, train), (test, test))
        return True

    def _make_task(
        self,
        network: Any,
        loss: Loss,
        training: tuple[Array, Array],
        validation: tuple[Array, Array],
        *measures: Measures,
    ) -> BatchTask:
        return BatchTask(
            network,
            loss,
            training,
            validation,
            self.items_per_step,
            self._communicator,
            self._generator,
            self.unit,
            *measures,
        )


def _accuracy(logits: Array, labels: Array) -> dict[str, tuple[float, int]]:
    return {"accuracy": (float((logits.argmax(axis=1) == labels).sum()), len(labels))}
