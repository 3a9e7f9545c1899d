"""What workers exchange, by hand, with a thread for each: in shared memory and by MPI's calls."""

import ctypes
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from glassnet.nn import Array, Dense
from glassnet.train.workers import processes
from glassnet.train.workers.communicator import Communicator
from glassnet.train.workers.mpi import MPI
from glassnet.train.workers.processes import Processes, WorkerError, start_workers

PARAMETERS = 11  # of Dense(4, 2) and one; the shares of three workers are 3, 4 and 4
Make = Callable[[int], list[Communicator]]


def in_threads(work: Callable[[Any], Any], communicators: Sequence[Communicator]) -> list[Any]:
    """Run `work` for each communicator in a thread of its own; return the results by rank."""
    results: dict[int, Any] = {}

    def run(communicator: Communicator) -> None:
        try:
            results[communicator.rank] = work(communicator)
        except Exception as error:  # it is compared with what is expected
            results[communicator.rank] = error

    threads = [
        threading.Thread(target=run, args=(c,), daemon=True, name=str(c.rank))
        for c in communicators
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    return [results[rank] for rank in range(len(communicators))]


def shared(size: int, dtype: str = "float64") -> Any:
    vectors = (size + 1) * PARAMETERS * np.dtype(dtype).itemsize
    length = (size + 1) * 64 + -(-vectors // 64) * 64 + 2 * size * processes._EXCHANGE * 8
    return processes._Shared((ctypes.c_byte * length)(), PARAMETERS, dtype, size)


class FakeMPI:
    """`mpi4py.MPI`, as far as it is used, with a thread for each rank."""

    IN_PLACE, COMM_TYPE_SHARED = "in place", "shared"

    def __init__(self, size: int) -> None:
        self.size, self.barrier = size, threading.Barrier(size, timeout=5)
        self.given: dict[int, Any] = {}
        self.COMM_WORLD = self

    def exchanged(self, value: Any) -> list[Any]:
        self.barrier.wait()
        self.given[self.Get_rank()] = value
        self.barrier.wait()
        return [self.given[rank] for rank in range(self.size)]

    def Get_rank(self) -> int:
        return int(threading.current_thread().name)  # each thread is named for its rank

    def Get_size(self) -> int:
        return self.size

    def Split_type(self, kind: str) -> Any:
        assert kind == self.COMM_TYPE_SHARED
        return SimpleNamespace(Get_size=lambda: 7)

    def Bcast(self, vector: Array, root: int) -> None:
        vector[...] = self.exchanged(vector.copy())[root]

    def Reduce_scatter(self, vector: Array, part: Array, counts: list[int]) -> None:
        start = sum(counts[: self.Get_rank()])
        total = sum(self.exchanged(vector.copy()))
        part[...] = total[start : start + counts[self.Get_rank()]]
        assert sum(counts) == len(vector)

    def Allgatherv(self, where: str, vector_and_counts: tuple[Array, list[int]]) -> None:
        assert where == self.IN_PLACE
        vector, counts = vector_and_counts
        ends = np.cumsum(counts)
        wholes = self.exchanged(vector.copy())
        vector[...] = np.concatenate(
            [whole[end - n : end] for whole, n, end in zip(wholes, counts, ends, strict=True)]
        )

    def Allgather(self, values: Array, parts: Array) -> None:
        assert values.flags.c_contiguous
        parts.reshape(-1)[...] = np.ravel(self.exchanged(values.copy()))

    def Barrier(self) -> None:
        self.barrier.wait()


@pytest.fixture(params=["shared memory", "mpi"])
def make(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Return a function that makes a communicator for each of some workers."""
    monkeypatch.setattr(processes, "_EXCHANGE", 4)  # so that small sums come in parts

    def in_shared_memory(size: int) -> list[Communicator]:
        memory = shared(size)
        return [Processes(rank, memory) for rank in range(size)]

    def by_mpi(size: int) -> list[Communicator]:
        library = FakeMPI(size)
        monkeypatch.setitem(sys.modules, "mpi4py", SimpleNamespace(MPI=library))  # type: ignore[arg-type]

        communicators: list[Communicator] = []
        for rank in range(size):
            monkeypatch.setattr(threading.current_thread(), "name", str(rank))
            communicators.append(MPI())
        assert {c.local_size for c in communicators} == {7}
        return communicators

    return in_shared_memory if request.param == "shared memory" else by_mpi


@pytest.mark.parametrize("size", [1, 2, 3])
def test_an_update(make: Make, size: int) -> None:
    shares = [slice(11 * rank // size, 11 * (rank + 1) // size) for rank in range(size)]
    first = np.arange(11.0)
    gradients = np.random.default_rng(1).standard_normal((size, 11))

    def work(communicator: Any) -> list[Array]:
        rank = communicator.rank
        time.sleep(0.02 * rank)
        network = Dense(10, 1).initialize(np.random.default_rng(rank), np.float64)
        if rank == 0:
            network.theta[...] = first
        communicator.broadcast(network)
        found = [network.theta.copy()]
        own = communicator.local_slice(11)
        assert own == shares[rank]
        communicator.barrier()
        network.grad[...] = gradients[rank]
        communicator.reduce_scatter(network.grad)
        network.theta[own] += network.grad[own]
        communicator.all_gather(network.theta)
        found.append(network.theta.copy())
        other = np.full(11, -1.0)
        other[own] = rank
        time.sleep(0.02 * (size - rank))
        communicator.all_gather(other)
        return [*found, other]

    communicators = make(size)
    assert [(c.rank, c.size) for c in communicators] == [(rank, size) for rank in range(size)]
    owners = np.concatenate([np.full(s.stop - s.start, rank) for rank, s in enumerate(shares)])
    for theta, updated, other in in_threads(work, communicators):
        np.testing.assert_array_equal(theta, first)
        np.testing.assert_allclose(updated, first + gradients.sum(axis=0), rtol=1e-14)
        np.testing.assert_array_equal(other, owners)


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("shape", [(), (1,), (4,), (5,), (3, 3), (0,)])
def test_sums_of_small_arrays(make: Make, size: int, shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(2).standard_normal((6, size, *shape))

    def work(communicator: Any) -> list[Array]:
        found = []
        for turn, all_values in enumerate(values):
            if turn % size == communicator.rank:
                time.sleep(0.005)  # each is the last one in turn
            given = all_values[communicator.rank].copy()
            found.append(np.array(communicator.all_reduce(given)))
            np.testing.assert_array_equal(given, all_values[communicator.rank])
        return found

    results = in_threads(work, make(size))
    for found in results:
        for total, expected, same in zip(found, values.sum(axis=1), results[0], strict=True):
            assert total.shape == shape
            np.testing.assert_allclose(total, expected, rtol=1e-13, atol=1e-13)
            np.testing.assert_array_equal(total, same)  # to the last bit


def test_nobody_goes_on_before_all_are_here(make: Make) -> None:
    here: list[int] = []

    def work(communicator: Any) -> list[int]:
        seen = []
        for turn in range(3):
            time.sleep(0.01 * ((communicator.rank + turn) % 3))
            here.append(turn)
            communicator.barrier()
            seen.append(here.count(turn))
            communicator.barrier()
        return seen

    assert in_threads(work, make(3)) == [[3, 3, 3]] * 3


def test_workers_that_wait_learn_that_another_has_stopped() -> None:
    memory = shared(3)

    def work(communicator: Any) -> None:
        if communicator.rank == 1:
            time.sleep(0.05)
            memory.break_up()
            return
        communicator.barrier()

    first, second, third = in_threads(work, [Processes(rank, memory) for rank in range(3)])
    for error in (first, third):
        assert isinstance(error, WorkerError)
        assert str(error) == "another worker has stopped"
    assert second is None


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_worker_alone_has_memory_for_all(dtype: str) -> None:
    with start_workers(1, PARAMETERS, dtype, print) as communicator:
        network = Dense(10, 1).initialize(np.random.default_rng(0), dtype)
        theta = network.theta.copy()
        communicator.broadcast(network)
        assert network.theta.dtype == network.grad.dtype == dtype
        network.grad[...] = 5
        np.testing.assert_array_equal(network.theta, theta)
        many = np.arange(processes._EXCHANGE + 1.0)
        np.testing.assert_array_equal(communicator.all_reduce(many), many)
        np.testing.assert_array_equal(communicator.all_reduce(many), many)
        assert np.all(network.grad == 5)
        np.testing.assert_array_equal(network.theta, theta)
