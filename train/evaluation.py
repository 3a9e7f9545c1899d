"""Evaluation: what a checkpoint loses on data that it was not trained on, or on any other."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.models import CharacterLSTM, CheckpointError, VocabularyError, load_network
from glassnet.train.data.datasets import DataError, load_text
from glassnet.train.experiments.characters import JOBS
from glassnet.train.objectives.streams import CorpusError, evaluate, split
from glassnet.train.recipes import RECIPES
from glassnet.train.workers.communicator import SingleProcess
from glassnet.train.workers.threads import one_thread


def evaluation(path: Path, data: str | None, validation: float | None) -> str:
    """Return in one line the loss of a checkpoint, and whatever else is measured, on some data.

    A character LSTM reads the text in one stream from a zero state, so that each character is
    guessed from all that come before it.

    Parameters
    ----------
    path : of the checkpoint.
    data : as in `--data`; None means what it was trained on.
    validation : the part of the data, at its end, to evaluate on. None means the part that was
        held out in training if that is the data, and all of it if it is another. Images have test
        images of their own instead.

    Raises
    ------
    CheckpointError, DataError, CorpusError, VocabularyError : in one line, if that can't be done.
    """
    network, checkpoint = load_network(path)
    if checkpoint.recipe not in RECIPES:
        raise CheckpointError(f"{path}: has no recipe that says how it is evaluated")
    options = RECIPES[checkpoint.recipe].options | checkpoint.options
    trained_on = options["data"]
    which = options["data"] = trained_on if data is None else data
    if "validation" in options:
        if validation is not None:
            options["validation"] = validation
        elif which != trained_on:
            options["validation"] = 1.0
        part = options["validation"]
        if not part:
            raise CorpusError(f"{which}: nothing is held out; --validation names a part of it")
        which = which if part == 1 else f"the last {100 * part:.4g} % of {which}"
    elif validation is not None:
        raise DataError(f"{which}: images have a test set of their own; --validation is for texts")
    try:
        began = time.monotonic()
        with one_thread():
            measures, unit = _measure(network, checkpoint.kind, options)
        seconds = time.monotonic() - began
    except VocabularyError as error:
        raise VocabularyError(f"{options['data']}: {error}") from error
    parts = [f"loss {measures['loss']:.4f} nats {unit}"]
    if isinstance(network, CharacterLSTM):
        parts.append(f"{measures['loss'] / math.log(2):.4f} bits {unit}")
    if "accuracy" in measures:
        parts.append(f"accuracy {measures['accuracy']:.2%}")
    return f"{path} on {which}: {', '.join(parts)} ({seconds:.0f} s)"


def _measure(network: Any, kind: str, options: dict[str, Any]) -> tuple[dict[str, float], str]:
    """Return the loss and other measures by name, and what the loss is the mean over."""
    if isinstance(network, CharacterLSTM):
        text = load_text(options["data"]).text
        ids = split(network.vocabulary.encode(text), options["validation"])[1]
        if len(ids) < 2:
            raise CorpusError(f"{options['data']}: too short, a guess needs two characters")
        loss, accuracy = evaluate(network, ids, progress=True)
        return {"loss": loss, "accuracy": accuracy}, "a character"
    # Without pre-training, the stage that a stacked autoencoder begins with is its last.
    task = JOBS[kind](options | {"pretraining": 0}, True).task(
        network, SingleProcess(), np.random.default_rng(0)
    )
    task.start_epoch()
    measures = {name.removeprefix("validation_"): value for name, value in task.validate().items()}
    if "length" in options:
        return measures, "a character"
    return measures, "an image" if "accuracy" in measures else "a pixel"
