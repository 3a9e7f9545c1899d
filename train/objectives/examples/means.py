"""What training on examples is made of: gradients of a batch, and means over many batches.

The examples of a batch lie along one axis of an array: the first, or the second for sequences,
which are time-major. Inputs and targets may differ in this: `axes` are the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from glassnet.errors import UserError
from glassnet.nn import Array, BatchShard, Layer, rows_to_average

__all__ = ["Axes", "Loss", "Measure", "accuracy", "add_gradients", "mean_measures", "rows_of"]

Axes = tuple[int, int]
"""Along which axis the examples lie: of inputs, and of outputs and targets."""

Loss = Callable[[Array, Array], tuple[float, Array]]
"""(output, targets) -> (mean over all rows given, gradient for the output)"""

Measure = Callable[[Array, Array], tuple[float, int]]
"""(output, targets) -> (sum, count), such as (those that are right, all)"""


def accuracy(logits: Array, labels: Array) -> tuple[float, int]:
    """Return how many rows of logits are largest at their label.

    Parameters
    ----------
    logits : Array
        A number for each class.
    labels : Array
        Integers from 0.

    Returns
    -------
    right : float
        The number of rows that are right.
    count : int
        The number of rows.

    Raises
    ------
    ValueError
        If the labels are no integers, or not one for each row.

    Shapes
    ------
    - logits: (..., classes)
    - labels: (...)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.objectives.examples.means import accuracy
    >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    (1.0, 2)
    """
    if labels.shape != logits.shape[:-1] or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"accuracy needs integer class ids of shape {logits.shape[:-1]} for an output of shape "
            f"{logits.shape}, not {labels.dtype} of shape {labels.shape}"
        )
    return float((logits.argmax(axis=-1) == labels).sum()), labels.size


def rows_of(array: Array, rows: slice | Array, axis: int) -> Array:
    """Return some rows of an array.

    Parameters
    ----------
    array : Array
        Of any shape.
    rows : slice or Array
        Which rows.
    axis : int
        The axis that they lie along.

    Returns
    -------
    Array
        The rows, along the same axis.

    Shapes
    ------
    - array: any

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.objectives.examples.means import rows_of
    >>> rows_of(np.arange(6).reshape(2, 3), np.array([2, 0]), axis=1)
    array([[2, 0],
           [5, 3]])
    """
    return array[(slice(None),) * axis + (rows,)]


def add_gradients(
    network: Layer, loss: Loss, x: Array, targets: Array, shard: BatchShard, share: float
) -> float:
    """Add this worker's gradients of a batch; return its part of the mean loss.

    Parameters
    ----------
    network : Layer
        An initialized network.
    loss : Loss
        What is minimized; what layers add of their own (a penalty, a KL term) comes on top.
    x, targets : Array
        This worker's rows.
    shard : BatchShard
        Which rows of the batch they are.
    share : float
        Their share of all rows that the loss averages over.

    Returns
    -------
    float
        The parts of all workers sum to the loss of the batch.

    Shapes
    ------
    - x, targets: any

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import BatchShard, Dense, mean_squared_error
    >>> from glassnet.train.objectives.examples.means import add_gradients
    >>> generator = np.random.default_rng(1)
    >>> network = Dense(1, 1).initialize(generator)
    >>> network.W[...] = 2
    >>> x = np.ones((5, 1), np.float32)
    >>> add_gradients(network, mean_squared_error, x, x, BatchShard(generator), share=1)
    1.0
    >>> network.dW
    array([[2.]], dtype=float32)
    """
    network.set_batch_shard(shard)
    output = network.forward(x, train=True)
    value, doutput = 0.0, np.zeros_like(output)
    if share:
        value, doutput = loss(output, targets)
    if share != 1:
        value, doutput = share * value, share * doutput
    network.backward(doutput)
    return value + network.total_auxiliary_loss()


def mean_measures(
    network: Layer,
    loss: Loss,
    batches: Iterable[tuple[Array, Array]],
    measures: Mapping[str, Measure],
    axes: Axes = (0, 0),
) -> dict[str, float]:
    """Return the mean loss over batches, and other measures; nothing without rows.

    Nothing random happens: no dropout, no noise.

    Parameters
    ----------
    network : Layer
        An initialized network.
    loss : Loss
        The loss.
    batches : Iterable[tuple[Array, Array]]
        Inputs and targets.
    measures : Mapping[str, Measure]
        Of each by name, the sum over all batches is divided by the count over all batches.
    axes : Axes, default (0, 0)
        The axes of the examples.

    Returns
    -------
    dict[str, float]
        "loss", and the measures by name.

    Shapes
    ------
    - batches: each of any shape

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense, softmax_cross_entropy
    >>> from glassnet.train.objectives.examples.means import accuracy, mean_measures
    >>> network = Dense(2, 2).initialize(np.random.default_rng(1))
    >>> network.theta[...] = [9, 0, 0, 9, 0, 0]
    >>> batches = [(np.eye(2), np.array([0, 1])), (np.eye(2)[:1], np.array([1]))]
    >>> means = mean_measures(network, softmax_cross_entropy, batches, {"accuracy": accuracy})
    >>> {name: round(mean, 2) for name, mean in means.items()}
    {'loss': 3.0, 'accuracy': 0.67}
    """
    sums, counts = {"loss": 0.0}, {"loss": 0}
    generator = np.random.default_rng(0)  # layers that draw nothing may still ask for their rows
    for x, targets in batches:
        rows = x.shape[axes[0]]
        network.set_batch_shard(BatchShard(generator, 0, rows, rows))
        output = network.forward(x)
        if total := rows_to_average(loss, np.moveaxis(targets, axes[1], 0)):
            value, _ = loss(output, targets)
            sums["loss"] += (value + network.total_auxiliary_loss()) * total
            counts["loss"] += total
        for name, measure in measures.items():
            part, count = measure(output, targets)
            sums[name] = sums.get(name, 0.0) + part
            counts[name] = counts.get(name, 0) + count
    return {name: float(sums[name]) / counts[name] for name in sums if counts[name]}


def validation_measures(
    network: Layer,
    loss: Loss,
    batches: Iterable[tuple[Array, Array]] | None,
    measures: Mapping[str, Measure],
    axes: Axes,
) -> dict[str, float]:
    """Return `mean_measures` by the names of validation; nothing without batches.

    Parameters
    ----------
    network : Layer
        An initialized network.
    loss : Loss
        The loss.
    batches : Iterable[tuple[Array, Array]] or None
        Inputs and targets to validate on.
    measures : Mapping[str, Measure]
        As for `mean_measures`.
    axes : Axes
        The axes of the examples.
    """
    if batches is None:
        return {}
    means = mean_measures(network, loss, batches, measures, axes)
    return {f"validation_{name}": mean for name, mean in means.items()}


def share_of(loss: Loss, targets: Array, batch: Array, own: slice, axis: int) -> float:
    """Return a worker's share of the rows of a batch that a loss averages over.

    Parameters
    ----------
    loss : Loss
        The loss.
    targets : Array
        Those of a data set.
    batch : Array
        The numbers of the batch's rows in it, (rows,).
    own : slice
        Which of these are the worker's.
    axis : int
        The axis of the targets' rows.

    Raises
    ------
    UserError
        If the loss is to ignore every target of the batch.
    """
    rows = np.moveaxis(targets, axis, 0)
    total = rows_to_average(loss, rows, batch)
    if not total:
        raise UserError(
            "every target of a batch is to be ignored, so there is no loss: leave out such "
            "rows, or take larger batches"
        )
    return rows_to_average(loss, rows, batch[own]) / total
