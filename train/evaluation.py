"""Evaluation: the loss of a trained network on held-out data, or on other data."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassnet.models import (
    CharacterNetwork,
    Checkpoint,
    CheckpointError,
    Network,
    VocabularyError,
    load_network,
)
from glassnet.models.characters.own import OWN_CHARACTERS
from glassnet.train.data.download import DataError
from glassnet.train.experiments.characters import CharacterExperiment, CharacterOptions
from glassnet.train.experiments.evaluation import Evaluation
from glassnet.train.experiments.experiment import Experiment
from glassnet.train.experiments.texts import TextOptions
from glassnet.train.objectives.split import CorpusError
from glassnet.train.recipes import RECIPES, recorded_options
from glassnet.train.workers.threads import one_thread

__all__ = ["HeldOut", "evaluate_checkpoint", "held_out"]


def evaluate_checkpoint(
    path: Path | str, data: str | None = None, validation: float | None = None
) -> tuple[Evaluation, str]:
    """Return the loss of a trained network on some data, and its accuracy.

    A character network reads the text in one stream from a zero state, so that each character is
    predicted from all that come before it. If a data set consists of several works, such as plays,
    it reads each of them so, and the mean is over all characters.

    Parameters
    ----------
    path : Path or str
        The checkpoint.
    data : str, optional
        Name of a data set, or path of a text; without it, what the network was trained on, or
        the text that was held out then.
    validation : float, optional
        The part of the data, at its end, to evaluate on. Without it, the part that was held out in
        training if that is the data, and all of it if it is another. Images have a test set of
        their own instead.

    Returns
    -------
    evaluation : Evaluation
        The loss and the accuracy.
    which : str
        What it was evaluated on, in words.

    Raises
    ------
    CheckpointError
        If the checkpoint can't be read, or has no recipe that says how it is evaluated.
    DataError
        If the data can't be had, or `validation` does not apply to it.
    CorpusError
        If nothing is held out, or too little to evaluate on.
    VocabularyError
        If a text holds a character that the network does not know.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.models import SHIPPED
    >>> from glassnet.train import evaluate_checkpoint
    >>> _ = Path("play.txt").write_text("KING HENRY:\\nWhat say you, my lord?\\n")
    >>> evaluation, which = evaluate_checkpoint(SHIPPED / "shakespeare.npz", data="play.txt")
    >>> which, evaluation.loss < 2
    ('play.txt', True)
    """
    question = held_out(path, data, validation)
    try:
        with one_thread():
            evaluation = question.experiment.evaluate(question.network, question.part)
    except (CorpusError, VocabularyError) as error:
        raise type(error)(f"{question.data}: {error}") from error
    return evaluation, question.which


@dataclass(frozen=True)
class HeldOut:
    """A trained network and the data that it is to be evaluated on.

    Attributes
    ----------
    network : Network
        The network.
    checkpoint : Checkpoint
        All else that its file holds.
    experiment : Experiment
        The experiment, with the data.
    part : float or None
        As `Experiment.evaluate` takes it.
    data : str
        The name of the data.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.models import SHIPPED
    >>> from glassnet.train.evaluation import held_out
    >>> _ = Path("play.txt").write_text("KING HENRY:\\nWhat say you, my lord?\\n")
    >>> held_out(SHIPPED / "shakespeare.npz", data="play.txt", validation=0.5).which
    'the last 50 % of play.txt'
    """

    network: Network
    checkpoint: Checkpoint
    experiment: Experiment
    part: float | None
    data: str

    @property
    def which(self) -> str:
        """What the network is evaluated on, in words."""
        if self.part in (None, 1):
            return self.data
        return f"the last {100 * self.part:.4g} % of {self.data}"


def held_out(path: Path | str, data: str | None = None, validation: float | None = None) -> HeldOut:
    """Load a trained network and the data that it is to be evaluated on; see `evaluate`.

    Parameters
    ----------
    path : Path or str
        The checkpoint.
    data : str, optional
        Name of a data set, or path of a text.
    validation : float, optional
        The part of the data, at its end, to evaluate on.

    Returns
    -------
    HeldOut
        The network and the data.

    Raises
    ------
    CheckpointError
        If the checkpoint can't be read, or has no recipe that says how it is evaluated.
    DataError
        If the data can't be had, or `validation` does not apply to it.
    CorpusError
        If nothing is held out.

    Examples
    --------
    >>> from glassnet.models import CheckpointError
    >>> from glassnet.train.evaluation import held_out
    >>> try:
    ...     held_out("missing.npz")
    ... except CheckpointError as error:
    ...     print(error)
    missing.npz: there is no such file
    """
    network, checkpoint = load_network(path)
    if not checkpoint.recipe:
        return _saved(path, network, checkpoint, data, validation)
    options = recorded_options(path, checkpoint)
    trained_on = to_validate = options.data
    changes: dict[str, Any] = {}
    if isinstance(options, CharacterOptions):
        to_validate = options.validation_data or trained_on
        changes["validation_data"] = ""  # what is evaluated on is `data` from now on
    which = to_validate if data is None else data
    part = None
    if isinstance(options, TextOptions):
        part = validation
        if part is None:
            part = options.validation if which == trained_on else 1.0
        if not part:
            raise CorpusError(f"{which}: nothing is held out; --validation names a part of it")
    elif validation is not None:
        raise DataError(f"{which}: images have a test set of their own; --validation is for texts")
    experiment = RECIPES[checkpoint.recipe].load(
        dataclasses.replace(options, data=which, **changes)
    )
    return HeldOut(network, checkpoint, experiment, part, which)


def _saved(
    path: Path | str,
    network: Network,
    checkpoint: Checkpoint,
    data: str | None,
    validation: float | None,
) -> HeldOut:
    """Return a network that no recipe trained, and the text that it is to be evaluated on."""
    if not isinstance(network, CharacterNetwork):
        raise CheckpointError(
            f"{path}: was trained by no recipe, so its data and loss are not known; "
            "glassnet.train.evaluate(network, loss, data) evaluates it in Python, and this command "
            f"{OWN_CHARACTERS}"
        )
    if data is None:
        raise CheckpointError(
            f"{path}: was trained by no recipe, so its data is not known; --data names a text"
        )
    experiment = CharacterExperiment(type(network), CharacterOptions(data=data))
    return HeldOut(network, checkpoint, experiment, 1.0 if validation is None else validation, data)
