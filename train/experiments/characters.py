"""Character networks on a text, trained by truncated BPTT."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.models import CharacterLSTM, CharacterNetwork, Network
from glassnet.models.characters import CELLS
from glassnet.options import one_of
from glassnet.train.experiments.recipe import Recipe
from glassnet.train.experiments.texts import CharacterTextExperiment, CharacterTextOptions
from glassnet.train.objectives.streams import StreamObjective
from glassnet.train.options import OptionError, option
from glassnet.train.options.values import count, count_or_zero, fraction, positive, yes_or_no
from glassnet.train.workers.communicator import Communicator

__all__ = ["RECIPES", "CharacterExperiment", "CharacterOptions", "LSTMOptions"]


@dataclass(frozen=True, kw_only=True)
class CharacterOptions(CharacterTextOptions):
    """The options of networks that read streams, in addition to `CharacterTextOptions`.

    Parameters
    ----------
    chunks : int, default 25
        Parallel streams that the corpus is cut into.
    k1, k2 : int, default 100
        Characters from one update to the next, and characters that gradients flow back through.
    reset_state : float, default 0.0
        Probability that a stream's state is set to zero before an update.

    Raises
    ------
    OptionError
        If a value is not allowed, or k2 is below k1.

    Examples
    --------
    >>> from glassnet.train.options import OptionError
    >>> try:
    ...     CharacterOptions(k1=50, k2=20)
    ... except OptionError as error:
    ...     print(error)
    --k2 (20) must be at least --k1 (50)
    """

    chunks: int = option(25, count, "parallel streams that the corpus is cut into", "N", "data")
    k1: int = option(100, count, "characters from one update to the next", "N", "data")
    k2: int = option(
        100, count, "characters that gradients flow back through, at least k1", "N", "data"
    )
    reset_state: float = option(
        0.0,
        fraction,
        "probability that a stream's state is set to zero before an update",
        "PROBABILITY",
        "training",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.k2 < self.k1:
            raise OptionError(f"--k2 ({self.k2}) must be at least --k1 ({self.k1})")


@dataclass(frozen=True, kw_only=True)
class LSTMOptions(CharacterOptions):
    """The options of the character LSTM, in addition to `CharacterOptions`.

    Parameters
    ----------
    cell : {'lstm', 'gru', 'rnn'}, default 'lstm'
        What the recurrent layers are.
    layers, units : int, default 2 and 512
        Recurrent layers, and units of each.
    dropout : float, default 0.0
        Rate of dropout on the output of a layer.
    variational : bool, default False
        Keep one mask of dropout for all steps that are read at once.
    weight_drop : float, default 0.0
        Rate of dropout on the recurrent weights.
    embedding : int, default 0
        Length of the vector that is learned for each character; 0 reads one-hot characters.
    input_dropout : float, default 0.0
        Rate of dropout on the embedding.
    state_dropout : float, default 0.0
        Rate of dropout on the hidden state before the recurrent product.
    skip : bool, default False
        Let the output layer read all LSTM layers, not the last one only.
    temperature : float, default 1.0
        Divides the logits when not training.

    Raises
    ------
    OptionError
        If a value is not allowed, or there is input dropout without an embedding.

    Examples
    --------
    >>> LSTMOptions(units=64).network_arguments()["units"]
    64
    """

    cell: str = option(
        "lstm",
        one_of("cell", CELLS),
        "what the recurrent layers are: an LSTM, a GRU or a simple recurrent layer",
        "|".join(CELLS),
        "network",
        structural=True,
    )
    layers: int = option(2, count, "recurrent layers", "N", "network", structural=True)
    units: int = option(512, count, "units of each of them", "N", "network", structural=True)
    dropout: float = option(
        0.0, fraction, "rate of dropout on the output of a layer", "RATE", "network"
    )
    variational: bool = option(
        False,
        yes_or_no,
        "yes draws one dropout mask for all k1 characters, no draws a new one for each",
        "yes|no",
        "network",
    )
    weight_drop: float = option(
        0.0, fraction, "rate of dropout on the recurrent weights", "RATE", "network"
    )
    embedding: int = option(
        0,
        count_or_zero,
        "length of the vector learned for each character; 0 reads one-hot characters",
        "N",
        "network",
        structural=True,
    )
    input_dropout: float = option(
        0.0, fraction, "rate of dropout on the embedding", "RATE", "network"
    )
    state_dropout: float = option(
        0.0,
        fraction,
        "rate of dropout on the hidden state before the recurrent product, one mask for all k1 "
        "characters",
        "RATE",
        "network",
    )
    skip: bool = option(
        False,
        yes_or_no,
        "yes lets the output layer read all recurrent layers, no the last one only",
        "yes|no",
        "network",
        structural=True,
    )
    temperature: float = option(
        1.0,
        positive,
        "divides the logits when the network is validated or used, not in training",
        "T",
        "network",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.input_dropout and not self.embedding:
            raise OptionError(
                f"--input-dropout {self.input_dropout:g} needs an embedding: --embedding 64"
            )


class CharacterExperiment(CharacterTextExperiment):
    """A character network on a text that is read in parallel streams.

    Parameters
    ----------
    kind : type[CharacterNetwork]
        The class of network.
    options : CharacterOptions
        The options.
    fallback : bool, default False
        Whether an offline text may take the place of one that can't be had.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.models import CharacterLSTM
    >>> from glassnet.train.experiments import CharacterExperiment, LSTMOptions
    >>> _ = Path("novel.txt").write_text("It was a dark and stormy night. " * 100)
    >>> options = LSTMOptions(data="novel.txt", units=8)
    >>> CharacterExperiment(CharacterLSTM, options).characters()
    ' .Iadghikmnorstwy'
    """

    def __init__(
        self, kind: type[CharacterNetwork], options: CharacterOptions, *, fallback: bool = False
    ) -> None:
        super().__init__(kind, options, fallback=fallback)
        self._options = options
        self.rows = options.chunks

    def objective(
        self,
        network: Network,
        *,
        generator: np.random.Generator,
        communicator: Communicator | None = None,
    ) -> StreamObjective:
        assert isinstance(network, CharacterNetwork)
        options = self._options
        return StreamObjective(
            network,
            network.vocabulary.encode(self.text),
            streams=options.chunks,
            k1=options.k1,
            k2=options.k2,
            validation=options.validation,
            validation_texts=self.held_out(network),
            reset_state=options.reset_state,
            generator=generator,
            communicator=communicator,
        )


RECIPES = (
    Recipe(
        "shakespeare",
        "LSTM of 2 x 512 units that writes Shakespeare",
        CharacterLSTM,
        CharacterExperiment,
        LSTMOptions(
            data="tinyshakespeare",
            chunks=25,
            k1=100,
            k2=100,
            layers=2,
            units=512,
            epochs=7,
            optimizer="rmsprop",
            learning_rate=1e-3,
            rho=0.95,
        ),
    ),
    Recipe(
        "shakespeare-regularized",
        "the same, trained longer, with regularization",
        CharacterLSTM,
        CharacterExperiment,
        LSTMOptions(
            data="tinyshakespeare",
            chunks=32,
            k1=100,
            k2=100,
            layers=2,
            units=512,
            dropout=0.5,
            epochs=20,
            optimizer="adam",
            learning_rate=3e-3,
            rho=0.95,
            schedule="one-cycle:0.04",
            weight_decay=0.05,
            clip=1.0,
            ema=0.998,
        ),
    ),
    Recipe(
        "shakespeare-plays",
        "LSTM of 2 x 512 units, trained on 32 plays",
        CharacterLSTM,
        CharacterExperiment,
        LSTMOptions(
            data="shakespeare-plays",
            validation=0.0,
            validation_data="shakespeare-validation",
            chunks=64,
            k1=100,
            k2=100,
            layers=2,
            units=512,
            embedding=46,
            dropout=0.1,
            state_dropout=0.05,
            skip=True,
            epochs=12,
            optimizer="adam",
            learning_rate=4e-3,
            rho=0.95,
            schedule="one-cycle:0.04",
            weight_decay=0.2,
            clip=1.0,
            ema=0.998,
        ),
    ),
)
"""The recipes of character networks."""
