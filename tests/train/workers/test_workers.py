"""Several workers: processes, MPI ranks, signals, and what happens when one of them ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from glassnet.models import load_checkpoint
from glassnet.nn import LSTM
from glassnet.train.command.main import main
from glassnet.train.objectives.streams import StreamObjective
from glassnet.train.workers import threads as train_threads
from glassnet.train.workers.communicator import Communicator
from glassnet.train.workers.processes import WorkerError, start_workers
from glassnet.train.workers.threads import share_threads, suitable_workers
from tests.train.same_run import assert_close, assert_identical
from tests.train.small import REGULARIZED, SMALL

ROOT = Path(__file__).resolve().parents[3]
WITHOUT_WORKERS = SMALL[: SMALL.index("--workers")]


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
    def interrupt_twice(objective: StreamObjective, step: int) -> float:
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


def test_each_worker_gets_its_share_of_the_threads(
    train: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(
        "glassnet.train.run.run.share_threads", lambda network, size: asked.append(size)
    )
    train("--k2", "10", "--steps", "1")
    train("--k2", "10", "--steps", "1", "--workers", "2")
    assert asked == [1, 2]


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


def shared_memory() -> set[str]:
    """Return what processes of Python and of MPI have in named shared memory."""
    parts = ("psm_", "pym", "sem.mp", "mpich")
    return {name for name in os.listdir("/dev/shm") if any(part in name for part in parts)}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
def test_a_killed_worker_ends_the_run(corpus: Path) -> None:
    shared_before = shared_memory()
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
    assert shared_memory() <= shared_before


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


@pytest.fixture
def mpiexec() -> str:
    path = Path(sys.executable).with_name("mpiexec")
    if not path.exists():
        pytest.skip("needs mpiexec beside Python: pip install mpi4py mpich")
    return str(path)


@pytest.mark.parametrize("ranks", [2, 3])
def test_mpi_ranks_train_the_same_network(
    mpiexec: str, corpus: Path, train: Callable[..., int], ranks: int
) -> None:
    options = ["--k2", "20", "--dropout", "0.3", "--dtype", "float64", "--steps", "20"]
    train(*options, "--save", "alone")
    command = [mpiexec, "-n", str(ranks), sys.executable, str(ROOT / "_training.py")]
    result = subprocess.run(
        [*command, "--data", str(corpus), *WITHOUT_WORKERS, *options, "--save", "mpi"],
        cwd=corpus.parent,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("parameters,") == 1  # only the first rank prints
    assert f"{ranks} workers" in result.stderr
    assert_close("alone/last.npz", "mpi/last.npz")


def test_mpiexec_says_how_many_train(mpiexec: str, corpus: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [mpiexec, "-n", "2", sys.executable, str(ROOT / "_training.py"), *arguments],
            cwd=corpus.parent,
            capture_output=True,
            text=True,
            timeout=60,
        )

    refused = run("--data", str(corpus), *WITHOUT_WORKERS, "--k2", "10", "--workers", "2")
    assert refused.returncode != 0
    assert "under mpiexec its -n says how many train" in refused.stderr
    assert run("--list").stdout.count("stacked-autoencoder ") == 1


def test_one_rank_that_fails_ends_the_others(mpiexec: str, corpus: Path) -> None:
    # What a rank can't find on its machine, others may have on theirs.
    only_rank_0 = 'if [ "$PMI_RANK" = 0 ]; then data=corpus.txt; else data=none.txt; fi; '
    shared_before = shared_memory()
    program = f"{only_rank_0}exec {sys.executable} {ROOT / '_training.py'} --data $data $@"
    result = subprocess.run(
        [mpiexec, "-n", "2", "sh", "-c", program, "sh", *WITHOUT_WORKERS, "--k2", "10"],
        cwd=corpus.parent,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )
    assert result.returncode != 0
    assert "glassnet train: there is no file 'none.txt'" in result.stderr
    assert "glassnet train: rank 0 stopped: another rank failed to start" in result.stderr
    assert shared_memory() <= shared_before


# -- the parts ------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("workers", [1, 1000])
def test_a_blas_that_threadpoolctl_does_not_know(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_threads, "threadpool_info", list)
    monkeypatch.setattr(train_threads, "cores", lambda: 4)
    layer = LSTM(2, 2)
    layer.tiled = True
    share_threads(layer, workers)
    assert layer.tiled == (workers == 1000)


@pytest.mark.parametrize(
    ("cores", "workers", "started_with", "threads"),
    [(8, 1, 8, 8), (8, 2, 8, 4), (8, 3, 8, 2), (8, 2, 1, 1), (2, 4, 2, 1), (4, 1, 16, 4)],
)
def test_blas_gets_its_share_of_the_cores_and_no_more_than_it_had(
    cores: int, workers: int, started_with: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools = [
        {"user_api": "openmp", "num_threads": 1},
        {"user_api": "blas", "num_threads": started_with},
    ]
    limits = []
    monkeypatch.setattr(train_threads, "threadpool_info", lambda: pools)
    monkeypatch.setattr(train_threads, "cores", lambda: cores)
    monkeypatch.setattr(
        train_threads, "threadpool_limits", lambda most, user_api: limits.append((most, user_api))
    )
    layer = LSTM(2, 2)
    layer.tiled = True
    share_threads(layer, workers)
    assert limits == [(threads, "blas")]
    assert layer.tiled == (threads == 1)


@pytest.mark.parametrize(
    ("cores", "rows", "workers"), [(4, 25, 3), (4, 1000, 4), (4, 7, 1), (1, 64, 1), (2, 16, 2)]
)
def test_one_worker_for_each_core_that_has_enough_rows(
    cores: int, rows: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_threads, "cores", lambda: cores)
    assert suitable_workers(rows) == workers
