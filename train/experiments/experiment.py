"""What training and evaluation know of an experiment."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from glassnet.models import Checkpoint, Network
from glassnet.train.objectives.objective import Objective
from glassnet.train.options import TrainingOptions
from glassnet.train.workers.communicator import Communicator

__all__ = ["Evaluation", "Experiment"]


@dataclass(frozen=True)
class Evaluation:
    """The loss of a network on some data, and its accuracy.

    Attributes
    ----------
    loss : float
        The mean loss in nats.
    per : str
        What the mean is over: "a character", "a pixel" or "an image".
    accuracy : float, optional
        The fraction that is right, where something can be.

    Examples
    --------
    >>> from glassnet.train.experiments import Evaluation
    >>> print(Evaluation(loss=1.5, per="a character", accuracy=0.55))
    loss 1.5000 nats a character, 2.1640 bits a character, accuracy 55.00%
    """

    loss: float
    per: str
    accuracy: float | None = None

    def __str__(self) -> str:
        parts = [f"loss {self.loss:.4f} nats {self.per}"]
        if self.per == "a character":
            parts.append(f"{self.loss / np.log(2):.4f} bits {self.per}")
        if self.accuracy is not None:
            parts.append(f"accuracy {self.accuracy:.2%}")
        return ", ".join(parts)


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
