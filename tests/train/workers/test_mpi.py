"""MPI ranks, started by mpiexec."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from glassnet.train.workers.mpi import launched_ranks
from tests.train.same_run import assert_close
from tests.train.small import SMALL

ROOT = Path(__file__).resolve().parents[3]
WITHOUT_WORKERS = SMALL[: SMALL.index("--workers")]


@pytest.mark.parametrize("variable", ["PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "PMIX_SIZE"])
def test_the_launcher_says_how_many(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert launched_ranks() == 1
    monkeypatch.setenv(variable, "3")
    assert launched_ranks() == 3


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


@pytest.mark.usefixtures("_nothing_stays_in_shared_memory")
def test_one_rank_that_fails_ends_the_others(mpiexec: str, corpus: Path) -> None:
    # What a rank can't find on its machine, others may have on theirs.
    only_rank_0 = 'if [ "$PMI_RANK" = 0 ]; then data=corpus.txt; else data=none.txt; fi; '
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
