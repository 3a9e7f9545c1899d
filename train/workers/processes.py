"""Several processes on one machine: a communicator that works through shared memory.

The process that the user started is worker 0; it spawns the others, which run the same training
loop. All of them share the memory of the parameters and of the gradients, one vector for each
worker. In an update the workers wait for one another three times:

    every worker      its gradients are complete             -> wait
                      sums its local slice of all gradients  -> wait (with the loss)
                      updates its local slice of theta       -> wait

Waiting uses no lock, because a worker that is killed would never release it: each counts its
arrivals in shared memory and looks at the counts of the others. The memory has no name in the file
system, so nothing is left behind however a run ends.
"""

from __future__ import annotations

import _thread
import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

from glassnet.errors import UserError
from glassnet.models import Network
from glassnet.nn import Array
from glassnet.train.workers.communicator import Communicator, shard

__all__ = ["Processes", "WorkerError", "start_workers"]

_EXCHANGE = 65536  # float64 numbers a worker can add to a sum at once
_BUSY_LOOKS = 1000  # about a millisecond, longer than what balanced workers wait
_SECONDS_BETWEEN_LOOKS = 1e-4
_SECONDS_TO_END = 5.0


class WorkerError(UserError):
    """A worker that raised an error, was killed or could not be started; the message says why.

    Examples
    --------
    >>> from glassnet.errors import UserError
    >>> from glassnet.train.workers.processes import WorkerError
    >>> issubclass(WorkerError, UserError)
    True
    """


@dataclass
class _Shared:
    """The memory that all workers share; it is sent to each spawned process."""

    memory: Any  # bytes: arrivals, theta, one gradient vector a worker, two exchange areas
    parameters: int
    dtype: str
    size: int

    @property
    def arrivals(self) -> Array:
        """How often each worker has arrived, and whether the run is broken, in cache lines."""
        return np.frombuffer(self.memory, np.int64, (self.size + 1) * 8).reshape(-1, 8)

    def break_up(self) -> None:
        """Make every worker raise `WorkerError` where it waits for the others."""
        self.arrivals[self.size, 0] = 1


class Processes(Communicator):
    """The `Communicator` of one process; `start_workers` makes it.

    Parameters
    ----------
    rank : int
        The number of this worker, from 0.
    shared : object
        The memory that all workers share.

    Raises
    ------
    WorkerError
        By every method that waits, if another worker has stopped.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.workers.processes import start_workers
    >>> with start_workers(1, 10, "float32", print) as communicator:
    ...     communicator.all_reduce(np.array([1.0, 2.0]))
    array([1., 2.])
    """

    def __init__(self, rank: int, shared: _Shared) -> None:
        self.rank = rank
        self.size = self.local_size = shared.size
        dtype = np.dtype(shared.dtype)
        self._arrivals = shared.arrivals
        self._arrived = 0
        start = self._arrivals.nbytes
        vectors = (shared.size + 1) * shared.parameters
        numbers = np.frombuffer(shared.memory, dtype, vectors, start)
        numbers = numbers.reshape(-1, shared.parameters)
        self._theta, self._gradients = numbers[0], numbers[1:]  # (P,), (workers, P)
        start += _aligned(numbers.nbytes)
        exchange = np.frombuffer(shared.memory, np.float64, 2 * shared.size * _EXCHANGE, start)
        self._exchange = exchange.reshape(2, shared.size, _EXCHANGE)
        self._turn = 0

    def broadcast(self, network: Network) -> None:
        if self.rank == 0:
            self._theta[...] = network.theta
        network.bind(self._theta, self._gradients[self.rank])
        self.barrier()

    def local_slice(self, length: int) -> slice:
        return shard(length, self.rank, self.size)

    def reduce_scatter(self, vector: Array) -> None:
        self.barrier()
        local = self.local_slice(vector.size)
        for rank in range(self.size):
            if rank != self.rank:
                vector[local] += self._gradients[rank, local]

    def all_gather(self, vector: Array) -> None:
        if vector is self._theta:
            self.barrier()
            return
        # Between updates the memory of the gradients is free.
        local = self.local_slice(vector.size)
        self._gradients[0, local] = vector[local]
        self.barrier()
        vector[...] = self._gradients[0]
        self.barrier()

    def all_reduce(self, values: Array) -> Array:
        flat = values.reshape(-1)
        total = np.empty_like(flat)
        for start in range(0, flat.size, _EXCHANGE):
            part = flat[start : start + _EXCHANGE]
            # Two areas in turn: a worker that is one sum ahead must not overwrite what others read.
            self._turn = 1 - self._turn
            area = self._exchange[self._turn, :, : part.size]
            area[self.rank] = part
            self.barrier()
            total[start : start + part.size] = area.sum(axis=0)
        return total.reshape(values.shape)

    def barrier(self) -> None:
        # Giving up the processor also orders memory: what was written before is seen after.
        _yield()
        self._arrived += 1
        self._arrivals[self.rank, 0] = self._arrived
        others, broken = self._arrivals[: self.size, 0], self._arrivals[self.size]
        looks = 0
        while others.min() < self._arrived:
            if broken[0]:
                raise WorkerError("another worker has stopped")
            looks += 1
            if looks < _BUSY_LOOKS:
                _yield()
            else:
                time.sleep(_SECONDS_BETWEEN_LOOKS)
        _yield()


@contextlib.contextmanager
def start_workers(
    size: int,
    parameters: int,
    dtype: str,
    target: Callable[..., object],
    *arguments: object,
    import_script: bool = True,
) -> Iterator[Processes]:
    """Start workers that train together with this process, which is worker 0: a context manager.

    Each of workers 1 to size - 1 is a spawned process that calls target(*arguments, communicator).
    Leaving the block ends all of them.

    Parameters
    ----------
    size : int
        The number of workers, this process included.
    parameters : int
        The number of parameters of the network.
    dtype : str
        Their type, such as "float32".
    target : callable
        What the other workers run: a function that is at the top level of a module.
    *arguments : object
        Its first arguments, which must be picklable.
    import_script : bool, default True
        Whether workers import the script that this process runs, which needs its guard
        ``if __name__ == "__main__"`` then. If not, nothing of the script can be sent to them.

    Yields
    ------
    Processes
        The communicator of worker 0.

    Raises
    ------
    WorkerError
        In the middle of the block, if a worker raises an error or is killed; or at once, if one
        can't be started.

    Examples
    --------
    >>> from glassnet.train.workers.processes import start_workers
    >>> with start_workers(1, 10, "float32", print) as communicator:  # 1: no process is started
    ...     print(communicator.rank, communicator.size)
    0 1
    """
    context = multiprocessing.get_context("spawn")
    arrivals, vectors = (size + 1) * 64, (size + 1) * parameters * np.dtype(dtype).itemsize
    memory = context.RawArray("b", arrivals + _aligned(vectors) + 2 * size * _EXCHANGE * 8)
    shared = _Shared(memory, parameters, dtype, size)
    workers, connections = [], []
    # A process started while Ctrl-C is ignored goes on ignoring it: worker 0 decides for all.
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for rank in range(1, size):
            receiver, sender = context.Pipe(duplex=False)
            worker = context.Process(
                target=_work,
                args=(rank, shared, sender, target, arguments),
                name=f"glassnet-worker-{rank}",
                daemon=True,
            )
            try:
                with contextlib.nullcontext() if import_script else _no_script():
                    worker.start()
            except OSError as error:
                shared.break_up()
                raise WorkerError(
                    f"worker {rank} can't be started ({error.strerror or error})"
                ) from error
            sender.close()
            workers.append(worker)
            connections.append(receiver)
    finally:
        signal.signal(signal.SIGINT, handler)
    failure: list[str] = []
    ending = threading.Event()

    def watch() -> None:
        multiprocessing.connection.wait([worker.sentinel for worker in workers])
        while not ending.is_set():
            for rank, (worker, connection) in enumerate(zip(workers, connections, strict=True), 1):
                worker.join(0.05)
                if worker.exitcode:
                    failure.append(_reason(rank, worker.exitcode, connection))
                    shared.break_up()
                    _thread.interrupt_main(signal.SIGUSR1)
                    return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise WorkerError(failure[0] if failure else "a worker has stopped")

    previous = signal.signal(signal.SIGUSR1, interrupt)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield Processes(0, shared)
    except WorkerError:
        with contextlib.suppress(WorkerError):  # the watcher may interrupt with the reason
            watcher.join(_SECONDS_TO_END)
        raise WorkerError(failure[0] if failure else "a worker has stopped") from None
    finally:
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        ending.set()
        shared.break_up()
        for worker in workers:
            worker.join(_SECONDS_TO_END)
            if worker.is_alive():
                worker.kill()
                worker.join()
        signal.signal(signal.SIGUSR1, previous)


@contextlib.contextmanager
def _no_script() -> Iterator[None]:
    """Let a process that is spawned in the block not know which script this one runs."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _work(
    rank: int, shared: _Shared, sender: Any, target: Callable[..., object], arguments: Any
) -> None:
    """Run a spawned worker; report an error to worker 0; exit as soon as worker 0 has."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def end_with_parent() -> None:
        parent.join()
        os._exit(1)

    def end_if_broken_up(number: int, frame: FrameType | None) -> None:
        if shared.arrivals[shared.size, 0]:
            os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
    # `timeout` sends SIGTERM to all processes of a run; worker 0 then ends the run in order.
    signal.signal(signal.SIGTERM, end_if_broken_up)
    try:
        target(*arguments, Processes(rank, shared))
    except WorkerError:
        return  # another worker stopped, and says why itself
    except BaseException as error:
        sender.send(f"{type(error).__name__}: {error}")
        shared.break_up()
        os._exit(1)


def _reason(rank: int, code: int, connection: Any) -> str:
    with contextlib.suppress(EOFError):  # it was killed before it could say why
        if connection.poll():
            return f"worker {rank}: {connection.recv()}"
    if code < 0:
        return f"worker {rank} was killed by {signal.Signals(-code).name}"
    return f"worker {rank} exited with status {code}"


def _yield() -> None:
    """Let another process have this processor, if one waits for it."""
    os.sched_yield() if hasattr(os, "sched_yield") else time.sleep(0)


def _aligned(size: int) -> int:
    """Round up to whole cache lines."""
    return -(-size // 64) * 64
