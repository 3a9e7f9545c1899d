"""Lines of text, and training the convolutional autoencoder on them."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from glassnet.models import Checkpoint, TextAutoencoder, Vocabulary
from glassnet.models.text_autoencoder import PADDING
from glassnet.nn import Array, softmax_cross_entropy
from glassnet.train.data.datasets import load_text, load_text_or_fallback
from glassnet.train.objectives.batches import BatchTask
from glassnet.train.objectives.streams import CorpusError, split
from glassnet.train.workers.communicator import Communicator


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that hold more than spaces."""
    return [line for line in text.split("\n") if line.strip()]


def loss_of_lines(logits: Array, targets: Array, rows: int) -> tuple[float, Array]:
    """Return the mean cross-entropy of all places of lines, padding too, and its gradient.

    Parameters
    ----------
    logits, targets : (N, L, characters), and ids (N, L).
    rows : number of lines of the whole batch, of which N may be a part.
    """
    return softmax_cross_entropy(logits, targets, total=rows * targets.shape[1])


class TextAutoencoderJob:
    """A text autoencoder on the lines of a text."""

    def __init__(self, options: dict[str, Any], asked_for: bool) -> None:
        """Load the data; if it was not asked for by name, an offline set may take its place."""
        text = (load_text if asked_for else load_text_or_fallback)(options["data"])
        self._options, self.lines = options, lines_of(text.text)
        self.data = text.name
        self.summary = f"{len(self.lines):,} lines of {text.source}"
        self.fingerprint = hashlib.sha256(text.text.encode()).hexdigest()
        self.rows = options["batch"]

    def network(self, start: Checkpoint | None) -> TextAutoencoder:
        if start is None:
            vocabulary = Vocabulary.of(PADDING.join(self.lines) + PADDING)
        else:
            vocabulary = Vocabulary(str(start.configuration["vocabulary"]))
        structure = ("length", "embedding", "filters1", "filters2", "width")
        return TextAutoencoder(vocabulary, **{name: self._options[name] for name in structure})

    def task(
        self, network: TextAutoencoder, communicator: Communicator, generator: np.random.Generator
    ) -> BatchTask:
        options = self._options
        training, validation = split(network.encode(self.lines), options["validation"])
        if options["validation"] and not len(validation):
            raise CorpusError(
                f"{options['validation']:.2%} of {len(self.lines):,} lines is too little to "
                "validate on; --validation 0 trains without"
            )

        def measures(logits: Array, targets: Array) -> dict[str, tuple[float, int]]:
            own = network.text_mask(targets)
            right = (logits.argmax(axis=2) == targets) & own
            return {"accuracy": (int(right.sum()), int(own.sum()))}

        return BatchTask(
            network,
            loss_of_lines,
            (training, training),
            (validation, validation),
            options["batch"],
            communicator,
            generator,
            "lines",
            measures,
        )
