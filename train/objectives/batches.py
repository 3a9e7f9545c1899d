"""Mini-batches: rows of a data set in a new random order each epoch, some rows an update."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import numpy as np

from glassnet.nn import Array, BatchShard, Layer
from glassnet.train.objectives.examples.means import (
    Axes,
    Loss,
    Measure,
    add_gradients,
    rows_of,
    share_of,
    validation_measures,
)
from glassnet.train.workers.communicator import Communicator, SingleProcess, shard

__all__ = ["BatchObjective", "InBatches"]

NO_MEASURES: Mapping[str, Measure] = MappingProxyType({})


class InBatches:
    """A data set in batches, in order; it may be gone through any number of times.

    Parameters
    ----------
    data : tuple[Array, Array]
        Inputs and targets.
    batch : int
        Rows of a batch; the last one takes what is left.
    axes : Axes, default (0, 0)
        The axes of the rows.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.objectives.batches import InBatches
    >>> [len(x) for x, _ in InBatches((np.ones(5), np.ones(5)), batch=2)]
    [2, 2, 1]
    """

    def __init__(self, data: tuple[Array, Array], batch: int, axes: Axes = (0, 0)) -> None:
        self._data, self._batch, self._axes = data, batch, axes

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        (inputs, targets), axes = self._data, self._axes
        for start in range(0, inputs.shape[axes[0]], self._batch):
            rows = slice(start, start + self._batch)
            yield rows_of(inputs, rows, axes[0]), rows_of(targets, rows, axes[1])


class BatchObjective:
    """Training a network on mini-batches: what one update computes, and validation.

    Parameters
    ----------
    network : Layer
        An initialized network.
    loss : Loss
        One of `glassnet.nn`'s losses, or a `functools.partial` that sets its options; what layers
        add of their own (a penalty, a KL term) comes on top.
    training : tuple[Array, Array]
        Inputs and targets, each with one row for each example; they may be one array, as for an
        autoencoder.
    validation : tuple[Array, Array] or Iterable[tuple[Array, Array]], optional
        Such a pair to validate on, which may have no rows; or batches.
    batch : int
        Rows of an update; the last one of an epoch takes what is left.
    generator : numpy.random.Generator
        Randomness for the order of rows and for noise, in the same state on every worker.
    communicator : Communicator, optional
        The rows of each batch are shared out among its workers.
    unit : str, default "examples"
        What a row is, in the plural, for the progress.
    measures : Mapping[str, Measure], optional
        What validation reports beside the loss: of each, the sum over all rows divided by the
        count over all rows.
    axes : Axes, default (0, 0)
        The axes of the rows, of inputs and of targets: 1 for sequences, which are time-major.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense, mean_squared_error
    >>> from glassnet.train.objectives import BatchObjective
    >>> generator = np.random.default_rng(1)
    >>> x = generator.random((100, 2), np.float32)
    >>> network = Dense(2, 1).initialize(generator)
    >>> objective = BatchObjective(
    ...     network, mean_squared_error, training=(x, x.sum(axis=1, keepdims=True)), batch=10,
    ...     generator=generator,
    ... )
    >>> for epoch in range(20):
    ...     objective.start_epoch()
    ...     for step in range(objective.steps_per_epoch):
    ...         network.grad[...] = 0
    ...         loss = objective.compute(step)
    ...         network.theta -= 0.5 * network.grad
    >>> network.W.round(2).tolist(), loss < 1e-3  # it has learned to add
    ([[1.0], [1.0]], True)
    """

    in_last_stage = True

    def __init__(
        self,
        network: Layer,
        loss: Loss,
        *,
        training: tuple[Array, Array],
        validation: tuple[Array, Array] | Iterable[tuple[Array, Array]] | None = None,
        batch: int,
        generator: np.random.Generator,
        communicator: Communicator | None = None,
        unit: str = "examples",
        measures: Mapping[str, Measure] = NO_MEASURES,
        axes: Axes = (0, 0),
    ) -> None:
        communicator = communicator or SingleProcess()
        self.network, self.unit, self.items_per_step = network, unit, batch
        self._loss, self._measures, self._axes = loss, measures, axes
        self._training = training
        if isinstance(validation, tuple):
            validation = InBatches(validation, batch, axes)
        self._validation: Iterable[tuple[Array, Array]] | None = validation
        self._communicator, self._generator = communicator, generator
        self._rows = training[0].shape[axes[0]]
        self._order = np.arange(self._rows)
        self.steps_per_epoch = math.ceil(self._rows / batch)

    def start_epoch(self) -> None:
        """Shuffle the rows, alike on every worker."""
        self._order = self._generator.permutation(self._rows)

    def compute(self, step: int) -> float:
        """Add this worker's gradients of one update; return its part of the mean loss.

        Parameters
        ----------
        step : int
            Number of the update in the epoch, from 0.

        Returns
        -------
        float
            The parts of all workers sum to the mean loss of the update.

        Raises
        ------
        UserError
            If the loss is to ignore every target of the batch.
        """
        batch = self._order[step * self.items_per_step : (step + 1) * self.items_per_step]
        own = shard(len(batch), self._communicator.rank, self._communicator.size)
        (inputs, targets), rows = self._training, batch[own]
        return add_gradients(
            self.network,
            self._loss,
            rows_of(inputs, rows, self._axes[0]),
            rows_of(targets, rows, self._axes[1]),
            BatchShard(
                self._generator, own.start, own.stop, len(batch), self._communicator.all_reduce
            ),
            share_of(self._loss, targets, batch, own, self._axes[1]),
        )

    def validate(self) -> dict[str, float]:
        """Return the mean loss over the validation rows, and the measures; nothing without rows.

        Nothing random happens: no dropout, no noise.
        """
        return validation_measures(
            self.network, self._loss, self._validation, self._measures, self._axes
        )

    def state(self) -> dict[str, Array]:
        """Return the order of rows in this epoch."""
        return {"order": self._order}

    def restore(self, state: dict[str, Array]) -> None:
        """Continue from what `state` returned.

        Parameters
        ----------
        state : dict[str, Array]
            From an objective of the same options, whatever the number of workers was.
        """
        self._order = state["order"]
