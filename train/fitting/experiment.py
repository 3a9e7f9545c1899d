"""The experiment of a network and data of the user's own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

import numpy as np

from glassnet.errors import UserError
from glassnet.models import Checkpoint, Network
from glassnet.nn import Layer
from glassnet.train.experiments import Evaluation, Experiment
from glassnet.train.fitting.data import Batches, DataMismatchError, Examples
from glassnet.train.fitting.measures import name_of
from glassnet.train.objectives.batches import BatchObjective, InBatches
from glassnet.train.objectives.examples.iterables import IterableObjective
from glassnet.train.objectives.examples.means import Axes, Loss, Measure, rows_of
from glassnet.train.objectives.objective import Objective
from glassnet.train.workers.communicator import Communicator

__all__ = ["FitExperiment", "require_fit"]

Result = TypeVar("Result")


class FitExperiment(Experiment):
    """A network of the user's own with the data and the loss that it is trained with.

    Parameters
    ----------
    network : Layer
        The network.
    loss : Loss
        The loss.
    training : Examples or Batches
        What it is trained on.
    validation : Examples or Batches, optional
        What it is validated on.
    measures : Mapping[str, Measure]
        What validation measures beside the loss.
    batch : int
        Examples of an update.
    axes : Axes
        The axes of the examples.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense, mean_squared_error
    >>> from glassnet.train.fitting.experiment import FitExperiment
    >>> data = np.ones((40, 2)), np.ones((40, 1))
    >>> experiment = FitExperiment(
    ...     Dense(2, 1), mean_squared_error, data, None, {}, batch=8, axes=(0, 0)
    ... )
    >>> experiment.summary, experiment.rows
    ('40 examples', 8)
    """

    data = ""

    def __init__(
        self,
        network: Layer,
        loss: Loss,
        training: Examples | Batches,
        validation: Examples | Batches | None,
        measures: Mapping[str, Measure],
        batch: int,
        axes: Axes,
    ) -> None:
        self._network, self._loss, self._measures = network, loss, measures
        self._training, self._validation = training, validation
        self._batch, self._axes = batch, axes
        self.fingerprint = ""
        if isinstance(training, Batches):
            self.summary, self.rows = "batches of its own", batch
        else:
            rows = training[0].shape[axes[0]]
            self.summary, self.rows = f"{rows:,} examples", min(batch, rows)
        if validation is not None:
            self.measures = tuple(f"validation_{name}" for name in measures)

    def identify(self) -> None:
        """Set `fingerprint`, by which a run that is resumed knows its data."""
        if not isinstance(self._training, Batches):
            digest = hashlib.sha256()
            for array in self._training:
                digest.update(f"{array.dtype.str}{array.shape}".encode())
                for row in array:
                    digest.update(np.ascontiguousarray(row).data)
            self.fingerprint = digest.hexdigest()

    def network(self, start: Checkpoint | None = None) -> Network:
        return self._network

    def objective(
        self,
        network: Network,
        *,
        generator: np.random.Generator,
        communicator: Communicator | None = None,
    ) -> Objective:
        assert isinstance(network, Layer)
        network.skip_input_gradient()
        if isinstance(self._training, Batches):
            return IterableObjective(
                network,
                self._loss,
                training=self._training,
                validation=self._in_batches(self._validation),
                generator=generator,
                communicator=communicator,
                measures=self._measures,
                axes=self._axes,
            )
        return BatchObjective(
            network,
            self._loss,
            training=self._training,
            validation=self._in_batches(self._validation),
            batch=self._batch,
            generator=generator,
            communicator=communicator,
            measures=self._measures,
            axes=self._axes,
        )

    def _in_batches(self, data: Examples | Batches | None) -> Iterable[Examples] | None:
        return InBatches(data, self._batch, self._axes) if isinstance(data, tuple) else data

    def evaluate(self, network: Network, part: float | None = None) -> Evaluation:
        objective = self.objective(network, generator=np.random.default_rng(0))
        means = objective.validate()
        return Evaluation(means["validation_loss"], "an example", means.get("validation_accuracy"))


def require_fit(
    network: Layer,
    loss: Loss,
    data: Examples | Batches,
    measures: Mapping[str, Measure],
    axes: Axes,
) -> None:
    """Make sure that a network takes the data, and that the loss and the measures take its output.

    Two examples are tried, as in evaluation.

    Parameters
    ----------
    network : Layer
        An initialized network.
    loss : Loss
        The loss.
    data : Examples or Batches
        Inputs and targets.
    measures : Mapping[str, Measure]
        The measures by name.
    axes : Axes
        The axes of the examples.

    Raises
    ------
    DataMismatchError
        If one of them does not fit; the message says which, with the shapes.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense, softmax_cross_entropy
    >>> from glassnet.train.fitting.data import DataMismatchError
    >>> from glassnet.train.fitting.experiment import require_fit
    >>> network = Dense(2, 3).initialize(np.random.default_rng(1))
    >>> try:
    ...     require_fit(
    ...         network, softmax_cross_entropy, (np.ones((5, 2)), np.ones(5)), {}, (0, 0)
    ...     )
    ... except DataMismatchError as error:
    ...     print(str(error).split(": ")[1])
    targets must be integer class ids, not float64
    """
    x, targets = next(iter(data)) if isinstance(data, Batches) else data
    x, targets = rows_of(x, slice(2), axes[0]), rows_of(targets, slice(2), axes[1])
    output = _tried(lambda: network.forward(x), f"the network does not take inputs of {x.shape}")
    if not isinstance(output, np.ndarray):
        raise DataMismatchError(f"the network returns a {type(output).__name__}, not an array")
    given = f"an output of shape {output.shape} with targets of shape {targets.shape}"
    result = _tried(lambda: loss(output, targets), f"{name_of(loss)} does not take {given}")
    if not (isinstance(result, tuple) and len(result) == 2 and np.ndim(result[0]) == 0):
        raise DataMismatchError(
            f"{name_of(loss)} must return its value and the gradient for the output, "
            f"not {_kind(result)}"
        )
    if np.shape(result[1]) != output.shape:
        raise DataMismatchError(
            f"{name_of(loss)} must return a gradient of the output's shape {output.shape}, "
            f"not {np.shape(result[1])}"
        )
    for name, measure in measures.items():
        _tried(partial(measure, output, targets), f"the metric {name} does not take {given}")


def _tried(function: Callable[[], Result], message: str) -> Result:
    try:
        return function()
    except UserError:
        raise
    except Exception as error:  # whatever a wrong shape leads to in a layer or a loss
        raise DataMismatchError(f"{message}: {' '.join(str(error).split())}") from error


def _kind(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(type(item).__name__ for item in value)})"
    return f"a {type(value).__name__}"
