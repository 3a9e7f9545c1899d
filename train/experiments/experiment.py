"""What training and evaluation know of an experiment."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from glassnet.models import Checkpoint, Network
from glassnet.train.experiments.evaluation import Evaluation
from glassnet.train.objectives.objective import Objective
from glassnet.train.options import TrainingOptions
from glassnet.train.workers.communicator import Communicator

__all__ = ["Experiment"]


class Experiment(ABC):
    """A kind of network with the data that it is trained on, loaded as the options say.

    Parameters
    ----------
    kind : type[Network]
        The class of network.
    options : TrainingOptions
        The options; a subclass takes those of its family.
    fallback : bool, default False
        Whether an offline data set may take the place of one that can't be had.

    Raises
    ------
    DataError
        If the data can't be had.

    Attributes
    ----------
    data : str
        Name of the data set that was loaded, which may be the fallback of the one asked for.
    summary : str
        What the data is, to print.
    fingerprint : str
        Of the data; a resumed run must find the same.
    rows : int
        Rows of a batch that workers can share.
    measures : tuple[str, ...]
        Names of what validation measures beside the loss, for columns of the log.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.models import CharacterLSTM
    >>> from glassnet.train.experiments import CharacterExperiment, LSTMOptions
    >>> _ = Path("novel.txt").write_text("It was a dark and stormy night. " * 10)
    >>> options = LSTMOptions(data="novel.txt", units=8)
    >>> experiment = CharacterExperiment(CharacterLSTM, options)
    >>> experiment.summary
    '320 characters of novel.txt'
    >>> experiment.network().parameter_count
    1529
    """

    data: str
    summary: str
    fingerprint: str
    rows: int
    measures: tuple[str, ...] = ()

    @abstractmethod
    def __init__(
        self, kind: type[Network], options: TrainingOptions, *, fallback: bool = False
    ) -> None: ...

    @abstractmethod
    def network(self, start: Checkpoint | None = None) -> Network:
        """Return the network, not initialized, that fits the data and the options.

        Parameters
        ----------
        start : Checkpoint, optional
            A checkpoint whose weights it must be able to take.

        Returns
        -------
        Network
            The network.
        """

    @abstractmethod
    def objective(
        self,
        network: Network,
        *,
        generator: np.random.Generator,
        communicator: Communicator | None = None,
    ) -> Objective:
        """Return what is minimized.

        Parameters
        ----------
        network : Network
            A network of this experiment, initialized.
        generator : numpy.random.Generator
            Randomness of training, in the same state on every worker.
        communicator : Communicator, optional
            The exchange with other workers.

        Returns
        -------
        Objective
            What is minimized.
        """

    @abstractmethod
    def evaluate(self, network: Network, part: float | None = None) -> Evaluation:
        """Return the loss of a network on held-out data, and its accuracy.

        Parameters
        ----------
        network : Network
            A trained network.
        part : float, optional
            Fraction of the data, at its end, to evaluate on, up to 1; without it, the part that
            the options hold out. Data sets with a test set of their own take none.

        Returns
        -------
        Evaluation
            The loss and the accuracy.
        """
