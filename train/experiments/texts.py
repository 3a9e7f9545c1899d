"""What experiments on texts share: a text, its vocabulary, and a part that is held out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from glassnet.models import CharacterNetwork, Checkpoint, Network, Vocabulary
from glassnet.nn import Array
from glassnet.train.data import load_text, load_text_or_fallback
from glassnet.train.experiments.evaluation import Evaluation
from glassnet.train.experiments.experiment import Experiment
from glassnet.train.objectives.split import CorpusError, split
from glassnet.train.objectives.text_loss import mean_text_loss
from glassnet.train.options import OptionError, TrainingOptions, option
from glassnet.train.options.values import fraction

__all__ = [
    "CharacterTextExperiment",
    "CharacterTextOptions",
    "TextExperiment",
    "TextOptions",
]


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


@dataclass(frozen=True, kw_only=True)
class CharacterTextOptions(TextOptions):
    """The options of networks that predict characters, in addition to `TextOptions`.

    Parameters
    ----------
    validation_data : str, default ""
        Name or path of a text to validate on instead of a part of `data`.

    Raises
    ------
    OptionError
        If a value is not allowed, or both a text and a part of the data are held out.

    Examples
    --------
    >>> from glassnet.train.experiments import CharacterTextOptions
    >>> CharacterTextOptions(validation=0, validation_data="novel.txt").data
    'tinyshakespeare'
    """

    validation_data: str = option(
        "",
        str,
        "text to validate on instead of a part of the data; --validation must be 0 then",
        "NAME|PATH",
        "data",
        resumable=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.validation_data and self.validation:
            raise OptionError(
                f"--validation-data {self.validation_data} takes the place of a part of the data: "
                f"--validation must be 0, not {self.validation:g}"
            )


class CharacterTextExperiment(TextExperiment):
    """Base of experiments with networks that predict the next character of a text.

    Parameters
    ----------
    kind : type[CharacterNetwork]
        The class of network.
    options : CharacterTextOptions
        The options.
    fallback : bool, default False
        Whether an offline text may take the place of one that can't be had.

    Examples
    --------
    >>> from glassnet.train.experiments import CharacterExperiment, CharacterTextExperiment
    >>> issubclass(CharacterExperiment, CharacterTextExperiment)
    True
    """

    def __init__(
        self, kind: type[CharacterNetwork], options: CharacterTextOptions, *, fallback: bool = False
    ) -> None:
        super().__init__(kind, options, fallback=fallback)
        self._validation = options.validation
        self.summary = f"{len(self.text):,} characters of {self.source}"
        self._validation_works: tuple[str, ...] = ()
        if options.validation_data:
            held_out = load_text(options.validation_data)
            self._validation_works = held_out.parts or (held_out.text,)
            both = self.fingerprint + held_out.text
            self.fingerprint = hashlib.sha256(both.encode()).hexdigest()

    def characters(self) -> str:
        return Vocabulary.of("".join([self.text, *self._validation_works])).characters

    def held_out(self, network: CharacterNetwork) -> list[Array]:
        """Return the texts of `validation_data` as ids, (characters,) each; none if not asked for.

        Parameters
        ----------
        network : CharacterNetwork
            Whose vocabulary they are encoded by.

        Returns
        -------
        list of Array
            One for each work.
        """
        return self._encoded(network, self._validation_works)

    def evaluate(self, network: Network, part: float | None = None) -> Evaluation:
        """Read each work from its beginning to its end: see `text_loss`."""
        assert isinstance(network, CharacterNetwork)
        texts = self.texts(network, part)
        loss, accuracy = mean_text_loss(network, texts, progress=True)
        return Evaluation(loss, "a character", accuracy)

    def texts(self, network: CharacterNetwork, part: float | None = None) -> list[Array]:
        """Return the texts that `evaluate` reads, as ids.

        Parameters
        ----------
        network : CharacterNetwork
            A trained network.
        part : float, optional
            As for `evaluate`.

        Returns
        -------
        list[Array]
            Of several works, or of one, each (characters,).

        Raises
        ------
        CorpusError
            If a text is too short to predict a character of it.
        """
        if part is None and self._validation_works:
            texts = self.held_out(network)
        elif part == 1:
            texts = self._encoded(network, self.works)
        else:
            part = self._validation if part is None else part
            texts = [split(network.vocabulary.encode(self.text), part)[1]]
        if min(map(len, texts)) < 2:
            raise CorpusError("too short, a prediction needs two characters")
        return texts

    @staticmethod
    def _encoded(network: CharacterNetwork, works: tuple[str, ...]) -> list[Array]:
        """Return works as ids, each (characters,)."""
        return [network.vocabulary.encode(work) for work in works]
