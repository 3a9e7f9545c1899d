"""Dynamic evaluation of a trained character network: it goes on learning from what it has read."""

from __future__ import annotations

from pathlib import Path

from glassnet.errors import UserError
from glassnet.models import CharacterNetwork, VocabularyError
from glassnet.train.evaluation import held_out
from glassnet.train.experiments.characters import CharacterExperiment, CharacterOptions
from glassnet.train.experiments.evaluation import Evaluation
from glassnet.train.objectives.dynamic_evaluation import (
    dynamic_text_loss,
    root_mean_square_gradient,
)
from glassnet.train.objectives.split import CorpusError, split
from glassnet.train.objectives.text_loss import mean_over_texts
from glassnet.train.recipes import RECIPES, recorded_options
from glassnet.train.workers.threads import one_thread

__all__ = ["DECAY", "RATE", "evaluate_dynamically"]

RATE = 6e-5
"""The default learning rate of dynamic evaluation."""
DECAY = 0.004
"""How far the weights go back to the trained ones in each of its steps by default."""


def evaluate_dynamically(
    path: Path | str,
    data: str | None = None,
    validation: float | None = None,
    *,
    rate: float = RATE,
    decay: float = DECAY,
) -> tuple[Evaluation, str]:
    """Return the loss of a network that learns from each 20 characters once it predicted them.

    Each text begins with the trained weights. The text that the network was trained on is read for
    the size of its gradients.

    Parameters
    ----------
    path : Path or str
        The checkpoint of a character network.
    data, validation : optional
        What to read, as for `evaluate`.
    rate, decay : float, default RATE and DECAY
        The learning rate, and how far the weights go back to the trained ones in each step. They
        were chosen with `saves/shakespeare.npz` on the beginning of *Macbeth*.

    Returns
    -------
    evaluation : Evaluation
        The loss and the accuracy. They do not compare with those of `evaluate`.
    which : str
        What it was evaluated on, in words.

    Raises
    ------
    CheckpointError, DataError, CorpusError, VocabularyError
        As for `evaluate`; also if the text of the training can't be had.
    UserError
        If the checkpoint holds no character network.

    References
    ----------
    Krause, Kahembwe, Murray & Renals 2018, *Dynamic evaluation of neural sequence models*.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.command.main import main
    >>> from glassnet.train.dynamic import evaluate_dynamically
    >>> _ = Path("novel.txt").write_text("It was a dark and stormy night. " * 40)
    >>> options = "--data novel.txt --units 8 --chunks 4 --k1 20 --k2 20 --epochs 1 --workers 1"
    >>> main(["shakespeare", "--save", "run", *options.split()])
    0
    >>> evaluate_dynamically("run/best.npz")[1]
    'the last 10 % of novel.txt'
    """
    question = held_out(path, data, validation)
    network, experiment = question.network, question.experiment
    if not isinstance(experiment, CharacterExperiment):
        raise UserError(f"{path}: holds a {network.kind}; dynamic evaluation is for texts")
    assert isinstance(network, CharacterNetwork)
    options = recorded_options(path, question.checkpoint)
    assert isinstance(options, CharacterOptions)
    trained_on = RECIPES[question.checkpoint.recipe].load(options)
    assert isinstance(trained_on, CharacterExperiment)
    try:
        texts = experiment.texts(network, question.part)
    except (CorpusError, VocabularyError) as error:
        raise type(error)(f"{question.data}: {error}") from error
    with one_thread():
        training, _ = split(network.vocabulary.encode(trained_on.text), options.validation)
        root_mean_square = root_mean_square_gradient(network, training)
        results = [
            dynamic_text_loss(network, ids, root_mean_square, rate=rate, decay=decay, progress=True)
            for ids in texts
        ]
    loss, accuracy = mean_over_texts(results, texts)
    return Evaluation(loss, "a character", accuracy), question.which
