"""Mini-batches: rows of a data set in a new random order each epoch, some rows an update."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from glassnet.errors import UserError
from glassnet.nn import Array, BatchShard, Layer, rows_to_average
from glassnet.train.workers.communicator import Communicator, SingleProcess, shard

__all__ = ["BatchObjective", "Loss", "Measures", "accuracy"]

Loss = Callable[[Array, Array, int], tuple[float, Array]]
"""(output, targets, rows that the mean of the whole batch is over) -> (value, gradient for the
output)"""

Measures = Callable[[Array, Array], dict[str, tuple[float, int]]]
"""(output, targets) -> (sum, count) by name, such as {"accuracy": (those that are right, all)}"""


def accuracy(logits: Array, labels: Array) -> dict[str, tuple[float, int]]:
    """Return how many rows of logits are largest at their label, for `BatchObjective`.

    Parameters
    ----------
    logits : Array
        (N, classes).
    labels : Array
        (N,) integers.

    Returns
    -------
    dict[str, tuple[float, int]]
        {"accuracy": (rows that are right, N)}.

    Shapes
    ------
    - logits: (N, classes)
    - labels: (N,)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.objectives.batches import accuracy
    >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    {'accuracy': (1.0, 2)}
    """
    return {"accuracy": (float((logits.argmax(axis=1) == labels).sum()), len(labels))}


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
    validation : tuple[Array, Array], optional
        Such a pair to validate on; it may have no rows.
    batch : int
        Rows of an update; the last one of an epoch takes what is left.
    generator : numpy.random.Generator
        Randomness for the order of rows and for noise, in the same state on every worker.
    communicator : Communicator, optional
        The rows of each batch are shared out among its workers.
    unit : str, default "examples"
        What a row is, in the plural, for the progress.
    measures : Measures, optional
        What validation reports beside the loss: of each, the sum over all rows divided by the
        count over all rows.

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
        validation: tuple[Array, Array] | None = None,
        batch: int,
        generator: np.random.Generator,
        communicator: Communicator | None = None,
        unit: str = "examples",
        measures: Measures = lambda output, targets: {},
    ) -> None:
        communicator = communicator or SingleProcess()
        self.network, self.unit, self.items_per_step = network, unit, batch
        self._loss, self._measures = loss, measures
        self._training = training
        self._validation = training[0][:0], training[1][:0]
        if validation is not None:
            self._validation = validation
        self._communicator, self._generator = communicator, generator
        self._rows = len(training[0])
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
        rows = batch[own]
        self.network.set_batch_shard(
            BatchShard(
                self._generator, own.start, own.stop, len(batch), self._communicator.all_reduce
            )
        )
        total = rows_to_average(self._loss, self._training[1], batch)
        if not total:
            raise UserError(
                "every target of a batch is to be ignored, so there is no loss: leave out such "
                "rows, or take larger batches"
            )
        output = self.network.forward(self._training[0][rows], train=True)
        value, doutput = self._loss(output, self._training[1][rows], total)
        self.network.backward(doutput)
        return value + self.network.total_auxiliary_loss()

    def validate(self) -> dict[str, float]:
        """Return the mean loss over the validation rows, and the measures; nothing without rows.

        Nothing random happens: no dropout, no noise.
        """
        inputs, targets = self._validation
        count = len(inputs)
        if not count:
            return {}
        sums, counts = {"loss": 0.0}, {"loss": 0}
        for start in range(0, count, self.items_per_step):
            rows = slice(start, start + self.items_per_step)
            own = len(inputs[rows])
            self.network.set_batch_shard(BatchShard(self._generator, 0, own, own))
            output = self.network.forward(inputs[rows])
            if total := rows_to_average(self._loss, targets[rows]):
                value, _ = self._loss(output, targets[rows], total)
                sums["loss"] += (value + self.network.total_auxiliary_loss()) * total
                counts["loss"] += total
            for name, (part, size) in self._measures(output, targets[rows]).items():
                sums[name] = sums.get(name, 0.0) + part
                counts[name] = counts.get(name, 0) + size
        return {
            f"validation_{name}": float(sums[name]) / counts[name] for name in sums if counts[name]
        }

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
