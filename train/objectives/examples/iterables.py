"""Batches that somebody else makes: a list of them, or anything that can be gone through anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import numpy as np

from glassnet.errors import UserError
from glassnet.nn import Array, BatchShard, Layer
from glassnet.train.objectives.batches import NO_MEASURES
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

__all__ = ["IterableObjective"]


class IterableObjective:
    """Training a network on batches from an iterable: what one update computes, and validation.

    Parameters
    ----------
    network : Layer
        An initialized network.
    loss : Loss
        What is minimized.
    training : Collection[tuple[Array, Array]]
        Pairs of inputs and targets. It has a length, and each epoch goes through it anew. To resume
        exactly it must yield the same batches each time.
    validation : Iterable[tuple[Array, Array]], optional
        Such pairs to validate on.
    generator : numpy.random.Generator
        Randomness for noise, in the same state on every worker.
    communicator : Communicator, optional
        The rows of each batch are shared out among its workers.
    measures : Mapping[str, Measure], optional
        What validation reports beside the loss.
    axes : Axes, default (0, 0)
        The axes of the rows, of inputs and of targets.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense, mean_squared_error
    >>> from glassnet.train.objectives.examples.iterables import IterableObjective
    >>> generator = np.random.default_rng(1)
    >>> network = Dense(2, 1).initialize(generator)
    >>> batches = [(x, x.sum(axis=1, keepdims=True)) for x in generator.random((3, 8, 2))]
    >>> objective = IterableObjective(
    ...     network, mean_squared_error, training=batches, generator=generator
    ... )
    >>> objective.start_epoch()
    >>> losses = [objective.compute(step) for step in range(objective.steps_per_epoch)]
    >>> len(losses), bool(network.grad.any())
    (3, True)
    """

    in_last_stage = True
    unit = "batches"
    items_per_step = 1

    def __init__(
        self,
        network: Layer,
        loss: Loss,
        *,
        training: Collection[tuple[Array, Array]],
        validation: Iterable[tuple[Array, Array]] | None = None,
        generator: np.random.Generator,
        communicator: Communicator | None = None,
        measures: Mapping[str, Measure] = NO_MEASURES,
        axes: Axes = (0, 0),
    ) -> None:
        self.network, self._loss, self._measures, self._axes = network, loss, measures, axes
        self._training, self._validation = training, validation
        self._communicator, self._generator = communicator or SingleProcess(), generator
        self.steps_per_epoch = len(training)
        self._batches: Iterator[tuple[Array, Array]] = iter(())
        self._read = 0  # batches of this epoch

    def start_epoch(self) -> None:
        """Begin with the first batch."""
        self._batches, self._read = iter(self._training), 0

    def compute(self, step: int) -> float:
        """Add this worker's gradients of one update; return its part of the mean loss.

        Parameters
        ----------
        step : int
            Number of the update in the epoch, from 0: batches come in their order.

        Returns
        -------
        float
            The parts of all workers sum to the mean loss of the update.

        Raises
        ------
        UserError
            If the iterable ends too early, or the loss is to ignore every target of the batch.
        """
        x, targets = self._next()
        rows = x.shape[self._axes[0]]
        own = shard(rows, self._communicator.rank, self._communicator.size)
        return add_gradients(
            self.network,
            self._loss,
            rows_of(x, own, self._axes[0]),
            rows_of(targets, own, self._axes[1]),
            BatchShard(self._generator, own.start, own.stop, rows, self._communicator.all_reduce),
            share_of(self._loss, targets, np.arange(rows), own, self._axes[1]),
        )

    def _next(self) -> tuple[Array, Array]:
        try:
            batch = next(self._batches)
        except StopIteration:
            raise UserError(
                f"the iterable of batches ended after {self._read} of the {self.steps_per_epoch} "
                "that its length promises"
            ) from None
        self._read += 1
        return batch

    def validate(self) -> dict[str, float]:
        """Return the mean loss over the validation batches, and the measures."""
        return validation_measures(
            self.network, self._loss, self._validation, self._measures, self._axes
        )

    def state(self) -> dict[str, Array]:
        """Return how many batches of this epoch were read."""
        return {"read": np.array(self._read)}

    def restore(self, state: dict[str, Array]) -> None:
        """Continue from what `state` returned: read the batches up to there again.

        Parameters
        ----------
        state : dict[str, Array]
            From an objective of the same options, whatever the number of workers was.
        """
        self.start_epoch()
        if state["read"] < self.steps_per_epoch:  # or else another epoch begins
            for _ in range(int(state["read"])):
                self._next()
