"""Several processes: signals, and what happens when one of them is killed or raises an error."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import load_checkpoint
from glassnet.nn import BatchNorm, Dense, ReLU, Sequential, mean_squared_error
from glassnet.train import BatchObjective, Trainer, TrainingOptions
from glassnet.train.command.main import main
from glassnet.train.objectives.streams import StreamObjective
from glassnet.train.workers.communicator import Communicator, SingleProcess
from glassnet.train.workers.processes import WorkerError, start_workers
from tests.train.same_run import assert_close, assert_identical
from tests.train.small import REGULARIZED, SMALL

ROOT = Path(__file__).resolve().parents[3]


def start(corpus: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "_training.py"), "--data", str(corpus), *SMALL]
    return subprocess.Popen(
        [*command, "--k2", "10", *arguments],
        cwd=corpus.parent,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(path: Path, size: int = 1) -> None:
    end = time.monotonic() + 60
    while not path.exists() or path.stat().st_size < size:
        assert time.monotonic() < end, f"{path} did not appear"
        time.sleep(0.05)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_saves_and_resume_goes_on(
    corpus: Path, workers: str, number: signal.Signals
) -> None:
    run = start(corpus, "--epochs", "100000", "--save", "run", "--workers", workers)
    wait_for(corpus.parent / "run" / "log.csv", 2000)
    os.killpg(run.pid, number)  # to all of its processes, as a terminal and `timeout` do
    _, printed = run.communicate(timeout=30)
    assert run.returncode == 130, printed
    assert "Traceback" not in printed
    assert "--resume goes on" in printed
    checkpoint = load_checkpoint(corpus.parent / "run" / "last.npz")
    assert checkpoint.progress["step"] > 10


def test_a_second_ctrl_c_does_not_wait_for_the_update(
    train: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt_twice(task: StreamObjective, step: int) -> float:
        signal.raise_signal(signal.SIGINT)
        reached.append("after the first")
        signal.raise_signal(signal.SIGINT)
        reached.append("after the second")
        return 0.0

    reached: list[str] = []
    monkeypatch.setattr(StreamObjective, "compute", interrupt_twice)
    handler = signal.getsignal(signal.SIGINT)
    assert train("--save", "run") == 130
    assert reached == ["after the first"]
    assert not Path("run/last.npz").exists()
    assert signal.getsignal(signal.SIGINT) is handler


@pytest.mark.parametrize("size", [2, 3])
def test_any_number_of_workers_trains_the_same_network(
    train: Callable[..., int], size: int
) -> None:
    options = ("--k2", "20", "--ema", "0.9", *REGULARIZED, "--dtype", "float64")
    options = (*options, "--steps", "60")
    train(*options, "--save", "alone")
    for name in ("several", "again"):
        train(*options, "--workers", str(size), "--save", name)
    assert_identical("several/last.npz", "again/last.npz")
    assert load_checkpoint("several/last.npz").options["workers"] == size
    assert_close("alone/last.npz", "several/last.npz")


@pytest.mark.parametrize(("before", "after"), [("1", "2"), ("2", "1")])
def test_resume_with_another_number_of_workers(
    train: Callable[..., int], before: str, after: str
) -> None:
    options = ("--k2", "20", "--ema", "0.9", *REGULARIZED, "--dtype", "float64")
    options = (*options, "--epochs", "1")
    train(*options, "--save", "whole")
    train(*options, "--save", "parts", "--steps", "20", "--workers", before)
    assert main(["--resume", "parts/last.npz", "--workers", after]) == 0
    assert_close("whole/last.npz", "parts/last.npz")


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in tasks.read_text().split()]
    return [
        child for child in found if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
@pytest.mark.usefixtures("_nothing_stays_in_shared_memory")
def test_a_killed_worker_ends_the_run(corpus: Path) -> None:
    run = start(corpus, "--epochs", "100000", "--save", "run", "--workers", "3")
    wait_for(corpus.parent / "run" / "last.npz")
    workers = children_of(run.pid)
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    _, printed = run.communicate(timeout=10)
    assert run.returncode == 1
    assert (
        printed.strip().splitlines()[-1] == ("glassnet train: worker 1 was killed by SIGKILL")
        or "worker 2 was killed by SIGKILL" in printed
    )
    assert "Traceback" not in printed
    load_checkpoint(corpus.parent / "run" / "last.npz")
    for worker in workers:
        assert not Path(f"/proc/{worker}").exists()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
def test_workers_end_with_the_first_one(corpus: Path) -> None:
    run = start(corpus, "--epochs", "100000", "--save", "run", "--workers", "2")
    wait_for(corpus.parent / "run" / "last.npz")
    (worker,) = children_of(run.pid)
    run.kill()
    run.communicate(timeout=10)
    end = time.monotonic() + 10
    while Path(f"/proc/{worker}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{worker}").exists()
    load_checkpoint(corpus.parent / "run" / "last.npz")


def _raise(message: str, communicator: Communicator) -> None:
    communicator.barrier()
    raise ValueError(message)


def test_a_worker_that_raises_says_why() -> None:
    def wait_for_it() -> None:
        with start_workers(2, 10, "float32", _raise, "the reason") as communicator:
            for _ in range(2):
                communicator.barrier()

    with pytest.raises(WorkerError, match=r"^worker 1: ValueError: the reason$"):
        wait_for_it()


def _exchange(length: int, communicator: Communicator) -> None:
    for _ in range(2):
        communicator.all_reduce(np.arange(length, dtype=np.float64))


@pytest.mark.parametrize("length", [3, 65536 + 5])
def test_sums_of_any_length(length: int) -> None:
    with start_workers(2, 10, "float32", _exchange, length) as communicator:
        for _ in range(2):
            total = communicator.all_reduce(np.arange(length, dtype=np.float64))
            np.testing.assert_array_equal(total, 2 * np.arange(length))


def test_a_worker_that_can_not_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(process: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
    message = r"^worker 1 can't be started \(Resource temporarily unavailable\)$"
    with pytest.raises(WorkerError, match=message), start_workers(2, 10, "float32", _exchange, 3):
        pass


def _train_normalized(steps: int, communicator: Communicator) -> Sequential:
    """Train a network with batch normalization on rows of which no worker has all."""
    generator = np.random.default_rng(1)
    network = Sequential(Dense(3, 6), BatchNorm(6), ReLU(), Dense(6, 1))
    network.initialize(generator, np.float64)
    communicator.broadcast(network)
    x = generator.standard_normal((23, 3))
    objective = BatchObjective(
        network,
        mean_squared_error,
        training=(x, np.sin(x[:, :1])),
        batch=5,
        generator=generator,
        communicator=communicator,
    )
    # The bias before a normalization has no gradient but rounding errors, which Adam would enlarge.
    options = TrainingOptions(epochs=3, optimizer="sgd", learning_rate=0.05)
    trainer = Trainer(
        network, objective, options, generator=generator, communicator=communicator, quiet=True
    )
    trainer.run(steps)
    return network


@pytest.mark.parametrize("size", [2, 3])
def test_batch_normalization_is_the_same_with_any_number_of_workers(size: int) -> None:
    alone = _train_normalized(12, SingleProcess())
    with start_workers(
        size, alone.parameter_count, "float64", _train_normalized, 12
    ) as communicator:
        together = _train_normalized(12, communicator)
        for name, value in alone.arrays.items():
            np.testing.assert_allclose(together.arrays[name], value, rtol=1e-9, atol=1e-9)
