"""The character transformer on a text, trained on windows of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.models import CharacterNetwork, CharacterTransformer, Network
from glassnet.train.experiments.recipe import Recipe
from glassnet.train.experiments.texts import CharacterTextExperiment, CharacterTextOptions
from glassnet.train.objectives.windows import WindowObjective
from glassnet.train.options import OptionError, option
from glassnet.train.options.values import count, fraction
from glassnet.train.workers.communicator import Communicator

__all__ = ["RECIPES", "TransformerExperiment", "TransformerOptions"]


@dataclass(frozen=True, kw_only=True)
class TransformerOptions(CharacterTextOptions):
    """The options of the character transformer, in addition to `CharacterTextOptions`.

    Parameters
    ----------
    batch : int, default 16
        Windows of one update.
    layers, units, heads : int, default 4, 256 and 4
        Blocks, numbers that stand for a character, and heads of each attention.
    context : int, default 256
        The most characters that the network reads at once: the length of a window.
    dropout : float, default 0.0
        Rate of dropout on the embedding, the weights of attention, and what each block adds.

    Raises
    ------
    OptionError
        If a value is not allowed, or `heads` does not divide `units`.

    Examples
    --------
    >>> from glassnet.train.options import OptionError
    >>> try:
    ...     TransformerOptions(units=100, heads=3)
    ... except OptionError as error:
    ...     print(error)
    --heads (3) must divide --units (100)
    """

    batch: int = option(16, count, "windows of one update", "N", "data")
    layers: int = option(4, count, "blocks of attention", "N", "network", structural=True)
    units: int = option(
        256, count, "numbers that stand for a character", "N", "network", structural=True
    )
    heads: int = option(4, count, "heads of each attention", "N", "network", structural=True)
    context: int = option(
        256, count, "characters that are read at once", "N", "network", structural=True
    )
    dropout: float = option(
        0.0,
        fraction,
        "rate of dropout on the embedding, attention and what a block adds",
        "RATE",
        "network",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.units % self.heads:
            raise OptionError(f"--heads ({self.heads}) must divide --units ({self.units})")


class TransformerExperiment(CharacterTextExperiment):
    """A character transformer on windows of a text.

    Parameters
    ----------
    kind : type[CharacterNetwork]
        The class of network, which has a `context`.
    options : TransformerOptions
        The options.
    fallback : bool, default False
        Whether an offline text may take the place of one that can't be had.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.models import CharacterTransformer
    >>> from glassnet.train.experiments import TransformerExperiment, TransformerOptions
    >>> _ = Path("novel.txt").write_text("It was a dark and stormy night. " * 100)
    >>> options = TransformerOptions(data="novel.txt", units=8, heads=2)
    >>> TransformerExperiment(CharacterTransformer, options).characters()
    ' .Iadghikmnorstwy'
    """

    def __init__(
        self, kind: type[CharacterNetwork], options: TransformerOptions, *, fallback: bool = False
    ) -> None:
        super().__init__(kind, options, fallback=fallback)
        self.rows = options.batch

    def objective(
        self,
        network: Network,
        *,
        generator: np.random.Generator,
        communicator: Communicator | None = None,
    ) -> WindowObjective:
        assert isinstance(network, CharacterNetwork)
        return WindowObjective(
            network,
            network.vocabulary.encode(self.text),
            windows=self.rows,
            validation=self._validation,
            validation_texts=self.held_out(network),
            generator=generator,
            communicator=communicator,
        )


RECIPES = (
    Recipe(
        "shakespeare-transformer",
        "transformer about as large as the LSTM",
        CharacterTransformer,
        TransformerExperiment,
        TransformerOptions(
            data="tinyshakespeare",
            batch=16,
            layers=4,
            units=256,
            heads=4,
            context=256,
            dropout=0.2,
            epochs=20,
            optimizer="adam",
            learning_rate=1e-3,
            schedule="one-cycle:0.05",
            weight_decay=0.1,
            clip=1.0,
            ema=0.998,
        ),
    ),
)
"""The recipes of character transformers."""
