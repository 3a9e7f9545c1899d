"""Several processes for `fit`: what is sent to each, and what each of them does."""

from __future__ import annotations

import ctypes
import io
import multiprocessing
import threading
from dataclasses import dataclass
from multiprocessing.reduction import ForkingPickler
from types import FunctionType
from typing import Any

import numpy as np

from glassnet.errors import UsageError
from glassnet.models.structure.layers import build, describe
from glassnet.models.structure.registry import StructureError, register
from glassnet.nn import Array, Layer
from glassnet.train.fitting.data import Batches, Examples
from glassnet.train.fitting.experiment import FitExperiment
from glassnet.train.objectives.examples.means import Axes, Loss
from glassnet.train.run.run import LoadedRun, Run
from glassnet.train.workers.communicator import Communicator

__all__ = ["Shared", "join", "packed", "shared"]


@dataclass(frozen=True)
class Shared:
    """An array in memory that spawned processes share.

    Attributes
    ----------
    memory : object
        The bytes.
    dtype : str
        The type of the elements.
    shape : tuple[int, ...]
        The shape.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.fitting.workers import shared
    >>> shared(np.arange(3)).array()
    array([0, 1, 2])
    """

    memory: Any
    dtype: str
    shape: tuple[int, ...]

    def array(self) -> Array:
        """Return the array, which lies in this memory."""
        return np.frombuffer(self.memory, self.dtype, int(np.prod(self.shape))).reshape(self.shape)


def shared(array: Array) -> Shared:
    """Copy an array into memory that spawned processes share.

    Parameters
    ----------
    array : Array
        Of any shape.

    Returns
    -------
    Shared
        The copy.

    Shapes
    ------
    - array: any

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.fitting.workers import shared
    >>> shared(np.ones((2, 3))).shape
    (2, 3)
    """
    memory = multiprocessing.get_context("spawn").RawArray(ctypes.c_char, max(1, array.nbytes))
    copy = Shared(memory, array.dtype.str, array.shape)
    copy.array()[...] = array
    return copy


class _Message(ForkingPickler):
    """What `multiprocessing` sends, without what only the user's script or notebook defines."""

    def reducer_override(self, value: object) -> Any:
        if isinstance(value, type | FunctionType) and value.__module__ == "__main__":
            raise UsageError(
                f"{value.__name__} is defined in the program that runs: several workers can only "
                "use what they can import, so move it to a file of its own, or say workers=1"
            )
        return NotImplemented


def packed(
    network: Layer, loss: Loss, training: Examples | Batches, batch: int, axes: Axes, run: Run
) -> tuple[bytes, tuple[Shared, Shared] | None]:
    """Return what another process needs to take part.

    Parameters
    ----------
    network : Layer
        An initialized network.
    loss : Loss
        The loss.
    training : Examples or Batches
        The data; arrays are shared, not copied for each process.
    batch : int
        Examples of an update.
    axes : Axes
        The axes of the examples.
    run : Run
        The run.

    Returns
    -------
    bytes, tuple[Shared, Shared] or None
        Arguments of `join`.

    Raises
    ------
    UsageError
        If something can't be sent; the message says what.

    Examples
    --------
    >>> from glassnet.nn import ReLU, mean_squared_error
    >>> from glassnet.train.fitting.options import FitOptions
    >>> from glassnet.train.fitting.workers import packed
    >>> from glassnet.train.run.run import Run
    >>> import numpy as np
    >>> run = Run("", FitOptions(), None, None)
    >>> data = np.ones((4, 2)), np.ones((4, 2))
    >>> content, arrays = packed(ReLU(), mean_squared_error, data, 2, (0, 0), run)
    >>> type(content), [array.shape for array in arrays]
    (<class 'bytes'>, [(4, 2), (4, 2)])
    """
    if threading.current_thread() is not threading.main_thread():
        raise UsageError("several workers can only be started from the main thread: say workers=1")
    try:
        structure = describe(network)
    except StructureError as error:
        raise UsageError(f"several workers need to build the network again, but {error}") from error
    statistics = {name: value.copy() for name, value in network.statistics.items()}
    classes = {type(layer) for _, layer in network.walk()}
    batches = training if isinstance(training, Batches) else None
    content = io.BytesIO()
    try:
        _Message(content).dump((structure, statistics, classes, loss, batches, batch, axes, run))
    except UsageError:
        raise
    except Exception as error:  # three kinds, and any other of the objects themselves
        raise UsageError(
            f"several workers can't be sent the loss, the batches or the optimizer ({error}): "
            "say workers=1"
        ) from error
    if isinstance(training, Batches):
        return content.getvalue(), None
    return content.getvalue(), (shared(training[0]), shared(training[1]))


def join(content: bytes, arrays: tuple[Shared, Shared] | None, communicator: Communicator) -> None:
    """Take part in a run of `fit` as one of several workers.

    Parameters
    ----------
    content : bytes
        What `packed` returned.
    arrays : tuple[Shared, Shared] or None
        The data, unless it comes in batches.
    communicator : Communicator
        The exchange with the others.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense, mean_squared_error
    >>> from glassnet.train.fitting.options import FitOptions
    >>> from glassnet.train.fitting.workers import join, packed
    >>> from glassnet.train.run.run import Run
    >>> from glassnet.train.workers.communicator import SingleProcess
    >>> class Watched(SingleProcess):
    ...     def broadcast(self, network):
    ...         print(network)
    >>> run = Run("", FitOptions(epochs=1), None, None, quiet=True)
    >>> data = np.ones((4, 2)), np.ones((4, 1))
    >>> join(*packed(Dense(2, 1), mean_squared_error, data, 2, (0, 0), run), Watched())
    Dense W (2, 1), b (1,)
    """
    structure, statistics, classes, loss, batches, batch, axes, run = ForkingPickler.loads(content)
    for kind in classes:
        register(kind)
    network = build(structure).initialize(np.random.default_rng(0), run.options.dtype)
    for name, value in statistics.items():
        network.statistics[name][...] = value
    training = batches if arrays is None else (arrays[0].array(), arrays[1].array())
    experiment = FitExperiment(network, loss, training, None, {}, batch, axes)
    LoadedRun(run, experiment, experiment.network()).train(communicator)
