"""Jobs: for each kind of network, how its data, the network and its task come from the options."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import numpy as np

from glassnet.models import IMAGE_AUTOENCODERS, CharacterLSTM, Checkpoint, Vocabulary
from glassnet.train.data.datasets import load_text, load_text_or_fallback
from glassnet.train.experiments.images import ImageAutoencoderJob
from glassnet.train.experiments.lines import TextAutoencoderJob
from glassnet.train.objectives.streams import StreamTask
from glassnet.train.run.trainer import Task
from glassnet.train.workers.communicator import Communicator


class Job(Protocol):
    """A network and its data, made from the options of a run.

    Attributes
    ----------
    data : name of the data set that was loaded, which may be the fallback of the recipe's own.
    summary : what the data is, to print.
    fingerprint : of the data; a resumed run must find the same.
    rows : how many rows of a batch there are to share among workers.
    """

    data: str
    summary: str
    fingerprint: str
    rows: int

    def network(self, start: Checkpoint | None) -> Any:
        """Return the network, not initialized, with the structure of `start` if there is one."""

    def task(
        self, network: Any, communicator: Communicator, generator: np.random.Generator
    ) -> Task:
        """Return what is trained."""


class CharacterLSTMJob:
    """A character LSTM on a text."""

    def __init__(self, options: dict[str, Any], asked_for: bool) -> None:
        """Load the data; if it was not asked for by name, an offline set may take its place."""
        load = load_text if asked_for else load_text_or_fallback
        text = load(options["data"])
        self._options, self._text = options, text.text
        self.data = text.name
        self.summary = f"{len(text.text):,} characters of {text.source}"
        self.fingerprint = hashlib.sha256(text.text.encode()).hexdigest()
        self.rows = options["chunks"]

    def network(self, start: Checkpoint | None) -> CharacterLSTM:
        if start is None:
            vocabulary = Vocabulary.of(self._text)
        else:
            vocabulary = Vocabulary(str(start.configuration["vocabulary"]))
        options = self._options
        return CharacterLSTM(
            vocabulary,
            options["layers"],
            options["units"],
            options["dropout"],
            options["variational"],
            options["weight-drop"],
        )

    def task(
        self, network: CharacterLSTM, communicator: Communicator, generator: np.random.Generator
    ) -> StreamTask:
        options = self._options
        return StreamTask(
            network,
            network.vocabulary.encode(self._text),
            options["chunks"],
            options["k1"],
            options["k2"],
            options["validation"],
            communicator,
            generator,
        )


JOBS: dict[str, Callable[[dict[str, Any], bool], Job]] = {
    "character-lstm": CharacterLSTMJob,
    "text-autoencoder": TextAutoencoderJob,
    **{network.kind: partial(ImageAutoencoderJob, network) for network in IMAGE_AUTOENCODERS},
}
"""The job of each kind of network: (options, whether the data was asked for by name) -> job."""
