"""`predict` and `evaluate`: what a network returns for inputs, and how good that is."""

from __future__ import annotations

import contextlib
import functools
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from glassnet.errors import UsageError
from glassnet.nn import Array, Layer
from glassnet.train.evaluation import evaluate_checkpoint
from glassnet.train.fitting.data import Data, DataMismatchError, axes_of, checked, inputs_of
from glassnet.train.fitting.experiment import require_fit
from glassnet.train.fitting.measures import Metric, measures_of
from glassnet.train.objectives.batches import InBatches
from glassnet.train.objectives.examples.means import Loss, mean_measures, rows_of

__all__ = ["evaluate", "from_zero_state", "predict"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def predict(
    network: Layer, x: object, *, batch: int = 128, batch_axis: int | tuple[int, int] = 0
) -> Array:
    """Return the output of a network for many inputs, a batch at a time.

    Only the output is held as a whole. The network acts as in evaluation, without dropout or noise;
    recurrent layers start from zeros and keep the state that they carry.

    Parameters
    ----------
    network : Layer
        An initialized network.
    x : array
        The inputs.
    batch : int, default 128
        How many inputs are taken at once.
    batch_axis : int or (int, int), default 0
        Along which axis the examples lie: 1 for sequences, which are time-major. A pair is for
        inputs and outputs that differ in this.

    Returns
    -------
    array
        The outputs, a new array.

    Raises
    ------
    DataMismatchError
        If the inputs are empty, no numbers, or not finite, or if the network does not take them.

    Shapes
    ------
    - x: (N, ...), or (T, N, ...) with ``batch_axis=1``

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense, Dropout, Sequential
    >>> from glassnet.train import predict
    >>> network = Sequential(Dropout(0.5), Dense(3, 2)).initialize(np.random.default_rng(1))
    >>> x = np.ones((1000, 3), np.float32)
    >>> np.array_equal(predict(network, x), network(x))
    True
    """
    _require_batch(batch)
    x_axis, y_axis = axes_of(batch_axis)
    inputs = inputs_of(x, "x", x_axis)
    count = inputs.shape[x_axis]
    whole: Array | None = None
    with from_zero_state(network):
        for start in range(0, count, batch):
            rows = slice(start, min(start + batch, count))
            part = rows_of(inputs, rows, x_axis)
            try:
                y = network.forward(part)
            except (ValueError, TypeError, IndexError) as error:
                raise DataMismatchError(
                    f"the network does not take inputs of shape {part.shape}: {error}"
                ) from error
            if y.ndim <= y_axis or y.shape[y_axis] != rows.stop - rows.start:
                raise DataMismatchError(
                    f"an output of shape {y.shape} does not have {rows.stop - rows.start} examples "
                    f"along axis {y_axis} (batch_axis)"
                )
            if whole is None:
                whole = np.empty((*y.shape[:y_axis], count, *y.shape[y_axis + 1 :]), y.dtype)
            rows_of(whole, rows, y_axis)[...] = y
    assert whole is not None  # inputs_of refuses what is empty
    return whole


def _with_paths(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Let `evaluate` still take a path, as in 0.1, with a warning."""

    @functools.wraps(function)
    def evaluate(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        if not (arguments and isinstance(arguments[0], Path | str)):
            return function(*arguments, **named)
        warnings.warn(
            "evaluate(path) is now evaluate_checkpoint(path); the old name will be removed in "
            "glassnet 0.4",
            FutureWarning,
            stacklevel=2,
        )
        return evaluate_checkpoint(*arguments, **named)  # type: ignore[arg-type, return-value]

    return evaluate


@_with_paths
def evaluate(
    network: Layer,
    loss: Loss,
    data: Data,
    *,
    metrics: Sequence[Metric] = (),
    batch: int = 128,
    batch_axis: int | tuple[int, int] = 0,
) -> dict[str, float]:
    """Return the mean loss of a network over a data set, and other measures.

    Parameters
    ----------
    network : Layer
        An initialized network.
    loss : callable
        A loss of `glassnet.nn`, or a function of your own (output, targets) -> (mean, gradient).
        What layers add of their own, such as a penalty, comes on top.
    data : (array, array) or iterable of such pairs
        Inputs and targets; or batches of them.
    metrics : sequence of str or callable, default ()
        "accuracy" (targets are class ids), "binary_accuracy" (targets from 0 to 1), or functions
        (output, targets) -> mean over the rows that they are given.
    batch : int, default 128
        How many examples are taken at once.
    batch_axis : int or (int, int), default 0
        Along which axis the examples lie; see `predict`. The pair is for inputs and targets.

    Returns
    -------
    dict of str to float
        "loss", and each metric by its name.

    Raises
    ------
    DataMismatchError
        If the data has no rows, is not finite, or does not fit the network or the loss.
    UsageError
        If there is no metric of some name.

    Notes
    -----
    Evaluating the file of a recipe's network is `evaluate_checkpoint`, which had this name in 0.1;
    a path as the first argument still works, with a FutureWarning.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense, softmax_cross_entropy
    >>> from glassnet.train import evaluate
    >>> network = Dense(2, 2).initialize(np.random.default_rng(1))
    >>> network.W[...] = [[9, 0], [0, 9]]
    >>> data = np.array([[1, 0], [0, 1], [0, 1]]), np.array([0, 1, 0])
    >>> measures = evaluate(network, softmax_cross_entropy, data, metrics=["accuracy"])
    >>> {name: round(value, 2) for name, value in measures.items()}
    {'loss': 3.0, 'accuracy': 0.67}
    """
    require_loss(loss)
    _require_batch(batch)
    axes = axes_of(batch_axis)
    examples = checked(data, "data", axes)
    measures = measures_of(metrics, axes[1])
    batches = InBatches(examples, batch, axes) if isinstance(examples, tuple) else examples
    with from_zero_state(network):
        require_fit(network, loss, examples, measures, axes)
        return mean_measures(network, loss, batches, measures, axes)


def require_loss(loss: object) -> None:
    """Raise a `UsageError` for anything but a function."""
    if not callable(loss):
        given = repr(loss) if isinstance(loss, str) else f"a {type(loss).__name__}"
        order = "" if isinstance(loss, str) else "; then come the data, as in (inputs, targets)"
        raise UsageError(
            "loss must be a function, such as glassnet.nn.softmax_cross_entropy, not "
            f"{given}{order}"
        )


@contextlib.contextmanager
def from_zero_state(network: Layer) -> Iterator[None]:
    """Let recurrent layers start from zeros in the block, and have their state again after it.

    Parameters
    ----------
    network : Layer
        The network.

    Yields
    ------
    None
        Nothing.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import LSTM
    >>> from glassnet.train.fitting.inference import from_zero_state
    >>> network = LSTM(1, 2).initialize(np.random.default_rng(1))
    >>> network.state = {"h": np.ones((1, 2)), "c": np.ones((1, 2))}
    >>> with from_zero_state(network):
    ...     print(len(network.state))
    0
    >>> len(network.state)
    2
    """
    state = dict(network.state)
    shards = [(layer, layer.batch_shard) for _, layer in network.walk()]
    network.reset_state()
    try:
        yield
    finally:
        network.state = state
        for layer, shard in shards:
            layer.batch_shard = shard


def _require_batch(batch: int) -> None:
    if not isinstance(batch, int | np.integer) or batch < 1:
        raise UsageError(f"batch must be a whole number from 1, not {batch!r}")
