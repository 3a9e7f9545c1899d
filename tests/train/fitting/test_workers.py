"""What is sent to other processes; that they train alike stands in test_programs.py."""

import multiprocessing
import threading
from typing import Any

import numpy as np
import pytest

from glassnet.errors import UsageError
from glassnet.nn import Dense, ReLU, Sequential, mean_squared_error
from glassnet.train.fitting.data import Batches
from glassnet.train.fitting.options import FitOptions
from glassnet.train.fitting.workers import join, packed, shared
from glassnet.train.run.run import Run
from glassnet.train.workers.communicator import SingleProcess

RUN = Run("", FitOptions(epochs=1), None, None, quiet=True)
DATA = np.ones((4, 2), np.float32), np.ones((4, 2), np.float32)


def test_arrays_are_shared() -> None:
    array = np.arange(6.0).reshape(2, 3)[:, ::-1]
    copy = shared(array)
    np.testing.assert_array_equal(copy.array(), array)
    copy.array()[0, 0] = 7
    assert copy.array()[0, 0] == 7
    assert array[0, 0] == 2


def test_a_worker_builds_the_network_and_trains_it() -> None:
    network = Sequential(Dense(2, 2), ReLU())

    class Watched(SingleProcess):
        seen: Any = None

        def broadcast(self, network: Any) -> None:
            self.seen = network

    communicator = Watched()
    content, arrays = packed(network, mean_squared_error, DATA, 2, (0, 0), RUN)
    join(content, arrays, communicator)
    assert repr(communicator.seen) == repr(network)
    batches = Batches([DATA], "data", (0, 0))
    content, nothing = packed(network, mean_squared_error, batches, 2, (0, 0), RUN)
    assert nothing is None
    join(content, None, communicator)


def test_what_can_not_be_sent() -> None:
    network = Sequential(Dense(2, 2))

    class Own(Dense):
        pass

    def own_loss(output: Any, targets: Any) -> Any:
        return mean_squared_error(output, targets)

    with pytest.raises(
        UsageError, match=r"^several workers can't be sent the loss, the batches or"
    ):
        packed(network, own_loss, DATA, 2, (0, 0), RUN)
    with pytest.raises(
        UsageError, match=r"^several workers need to build the network again, but l"
    ):
        packed(Sequential(Own(2, 2)), mean_squared_error, DATA, 2, (0, 0), RUN)
    own_loss.__module__ = "__main__"
    with pytest.raises(UsageError, match=r"^own_loss is defined in the program that runs: several"):
        packed(network, own_loss, DATA, 2, (0, 0), RUN)


def test_another_thread_starts_no_workers() -> None:
    errors = []

    def run() -> None:
        try:
            packed(Sequential(Dense(2, 2)), mean_squared_error, DATA, 2, (0, 0), RUN)
        except UsageError as error:
            errors.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert errors == ["several workers can only be started from the main thread: say workers=1"]
    assert multiprocessing.active_children() == []
