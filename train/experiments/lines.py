"""The convolutional text autoencoder on the lines of a text."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from glassnet.models import Network, TextAutoencoder, Vocabulary
from glassnet.models.text_autoencoder import PADDING
from glassnet.nn import Array, softmax_cross_entropy
from glassnet.train.experiments.evaluation import Evaluation
from glassnet.train.experiments.recipe import Recipe
from glassnet.train.experiments.texts import TextExperiment, TextOptions
from glassnet.train.objectives.batches import BatchObjective
from glassnet.train.objectives.split import CorpusError, split
from glassnet.train.options import option
from glassnet.train.options.values import count
from glassnet.train.workers.communicator import Communicator

__all__ = ["RECIPES", "LineExperiment", "LineOptions", "lines_of"]


def _multiple_of_4(text: str) -> int:
    value = count(text)
    if value % 4:
        raise argparse.ArgumentTypeError(f"must be a multiple of 4, not {text!r}")
    return value


@dataclass(frozen=True, kw_only=True)
class LineOptions(TextOptions):
    """The options of the text autoencoder, in addition to `TextOptions`.

    Parameters
    ----------
    batch : int, default 64
        Lines of an update.
    length : int, default 80
        Characters that every line is cut or padded to, a multiple of 4.
    embedding : int, default 40
        Numbers that each character becomes.
    filters1, filters2 : int, default 32 and 24
        Filters of the first and the second convolution.
    width : int, default 3
        Positions that a filter spans.

    Examples
    --------
    >>> from glassnet.train.experiments import LineOptions
    >>> LineOptions(length=40).network_arguments()
    {'length': 40, 'embedding': 40, 'filters1': 32, 'filters2': 24, 'width': 3}
    """

    batch: int = option(64, count, "examples of one update", "N", "data")
    length: int = option(
        80,
        _multiple_of_4,
        "characters that every line is cut or padded to, a multiple of 4",
        "N",
        "network",
        structural=True,
    )
    embedding: int = option(
        40, count, "numbers that each character becomes", "N", "network", structural=True
    )
    filters1: int = option(
        32, count, "filters of the first convolution", "N", "network", structural=True
    )
    filters2: int = option(
        24, count, "filters of the second convolution", "N", "network", structural=True
    )
    width: int = option(3, count, "positions that a filter spans", "N", "network", structural=True)


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that hold more than spaces.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list[str]
        Its lines, without the newline characters.

    Examples
    --------
    >>> from glassnet.train.experiments.lines import lines_of
    >>> lines_of("one\\n\\n  two\\n")
    ['one', '  two']
    """
    return [line for line in text.split("\n") if line.strip()]


class LineExperiment(TextExperiment):
    """A text autoencoder on the lines of a text.

    Parameters
    ----------
    kind : type[TextAutoencoder]
        The class of network.
    options : LineOptions
        The options.
    fallback : bool, default False
        Whether an offline text may take the place of one that can't be had.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.models import TextAutoencoder
    >>> from glassnet.train.experiments import LineExperiment, LineOptions
    >>> _ = Path("poem.txt").write_text("a rose\\n\\nis a rose\\n")
    >>> experiment = LineExperiment(TextAutoencoder, LineOptions(data="poem.txt"))
    >>> experiment.lines, experiment.characters()
    (['a rose', 'is a rose'], ' aeiors')
    """

    def __init__(
        self, kind: type[TextAutoencoder], options: LineOptions, *, fallback: bool = False
    ) -> None:
        super().__init__(kind, options, fallback=fallback)
        self._options, self.lines = options, lines_of(self.text)
        self.summary = f"{len(self.lines):,} lines of {self.source}"
        self.rows = options.batch

    def characters(self) -> str:
        return Vocabulary.of(PADDING.join(self.lines) + PADDING).characters

    def objective(
        self,
        network: Network,
        *,
        generator: np.random.Generator,
        communicator: Communicator | None = None,
    ) -> BatchObjective:
        return self._objective(network, self._options.validation, generator, communicator)

    def evaluate(self, network: Network, part: float | None = None) -> Evaluation:
        part = self._options.validation if part is None else part
        measures = self._objective(network, part, np.random.default_rng(0), None).validate()
        return Evaluation(
            measures["validation_loss"], "a character", measures.get("validation_accuracy")
        )

    def _objective(
        self,
        network: Network,
        held_out: float,
        generator: np.random.Generator,
        communicator: Communicator | None,
    ) -> BatchObjective:
        assert isinstance(network, TextAutoencoder)
        training, validation = split(network.encode(self.lines), held_out)
        if held_out and not len(validation):
            raise CorpusError(
                f"{held_out:.2%} of {len(self.lines):,} lines is too little to validate on; "
                "--validation 0 trains without"
            )

        def accuracy(logits: Array, targets: Array) -> tuple[float, int]:
            is_text = network.text_mask(targets)
            right = (logits.argmax(axis=2) == targets) & is_text
            return float(right.sum()), int(is_text.sum())

        return BatchObjective(
            network,
            softmax_cross_entropy,
            training=(training, training),
            validation=(validation, validation),
            batch=self._options.batch,
            generator=generator,
            communicator=communicator,
            unit="lines",
            measures={"accuracy": accuracy},
        )


RECIPES = (
    Recipe(
        "text-autoencoder",
        "convolutional autoencoder of lines of text",
        TextAutoencoder,
        LineExperiment,
        LineOptions(
            data="austen",
            batch=64,
            length=80,
            embedding=40,
            filters1=32,
            filters2=24,
            width=3,
            epochs=10,
            optimizer="rmsprop",
            learning_rate=1e-3,
            rho=0.9,
        ),
    ),
)
"""The recipes of networks that read lines."""
