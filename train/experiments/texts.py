"""What experiments on texts share: a text, its vocabulary, and a part that is held out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from glassnet.models import Checkpoint, Network, Vocabulary
from glassnet.train.data import load_text, load_text_or_fallback
from glassnet.train.experiments.experiment import Experiment
from glassnet.train.options import TrainingOptions, option
from glassnet.train.options.values import fraction

__all__ = ["TextExperiment", "TextOptions"]


@dataclass(frozen=True, kw_only=True)
class TextOptions(TrainingOptions):
    """The options of experiments on texts, in addition to `TrainingOptions`.

    Parameters
    ----------
    data : str, default "tinyshakespeare"
        Name of a text, or path of a file.
    validation : float, default 0.1
        Fraction of the text, at its end, to validate on.

    Examples
    --------
    >>> from glassnet.train.experiments import TextOptions
    >>> TextOptions(data="novel.txt").validation
    0.1
    """

    data: str = option(
        "tinyshakespeare",
        str,
        "name of a data set, or path of a UTF-8 text file",
        "NAME|PATH",
        "data",
        resumable=True,
    )
    validation: float = option(
        0.1, fraction, "part of the data, at its end, to validate on", "FRACTION", "data"
    )


class TextExperiment(Experiment):
    """Base of experiments on texts.

    Parameters
    ----------
    kind : type[Network]
        The class of network, which has a vocabulary.
    options : TextOptions
        The options.
    fallback : bool, default False
        Whether an offline text may take the place of one that can't be had.

    Examples
    --------
    >>> from glassnet.train.experiments import CharacterExperiment, LineExperiment, TextExperiment
    >>> issubclass(CharacterExperiment, TextExperiment), issubclass(LineExperiment, TextExperiment)
    (True, True)
    """

    def __init__(
        self, kind: type[Network], options: TextOptions, *, fallback: bool = False
    ) -> None:
        text = (load_text_or_fallback if fallback else load_text)(options.data)
        self._kind, self._network_arguments = kind, options.network_arguments()
        self.text, self.source = text.text, text.source
        self.works = text.parts or (text.text,)
        self.data = text.name
        self.fingerprint = hashlib.sha256(text.text.encode()).hexdigest()

    def network(self, start: Checkpoint | None = None) -> Network:
        characters = start.configuration["vocabulary"] if start else self.characters()
        return self._kind.from_configuration({"vocabulary": characters, **self._network_arguments})

    def characters(self) -> str:
        """Return the characters that a new network is to know."""
        return Vocabulary.of(self.text).characters
