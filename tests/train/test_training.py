"""The whole of training through its command line: resume, errors, workers, MPI, Ctrl-C."""

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models import load_checkpoint, load_network
from tests.train.same_run import assert_close, assert_identical, assert_same_run
from train.command import main
from train.streams import evaluate, split

ROOT = Path(__file__).resolve().parents[2]
SMALL = ["--units", "8", "--chunks", "4", "--k1", "10", "--epochs", "2", "--workers", "1"]
REGULARIZED = ["--dropout", "0.3", "--variational", "yes", "--weight-drop", "0.3"]
REGULARIZED += ["--weight-decay", "0.1"]


@pytest.fixture
def corpus(tmp_path: Path, generator: np.random.Generator) -> Path:
    words = ["to", "be", "or", "not", "that", "is", "the", "question"]
    path = tmp_path / "corpus.txt"
    path.write_text(" ".join(generator.choice(words, 500)))
    return path


@pytest.fixture
def train(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.chdir(corpus.parent)

    def run(*arguments: str) -> int:
        return main(["--data", str(corpus), *SMALL, *arguments])

    return run


@pytest.mark.parametrize("stops", [(1,), (7, 1), (48,), (49, 3)])  # 48 updates an epoch
@pytest.mark.parametrize(
    "options",
    [
        ("--k2", "20", "--dropout", "0.3", "--clip", "1", "--schedule", "one-cycle"),
        ("--k2", "10", "--optimizer", "adam", "--dtype", "float64"),
        ("--k2", "10", "--averaging", "0.9", *REGULARIZED),
    ],
)
def test_stopped_and_resumed_equals_never_stopped(
    train: Callable[..., int], stops: tuple[int, ...], options: tuple[str, ...]
) -> None:
    assert train(*options, "--save", "whole") == 0
    assert load_checkpoint("whole/last.npz").progress["step"] == 96
    assert train(*options, "--save", "parts", "--steps", str(stops[0])) == 0
    for more in stops[1:]:
        assert main(["--resume", "parts/last.npz", "--steps", str(more)]) == 0
    assert load_checkpoint("parts/last.npz").progress["step"] == sum(stops)
    assert main(["--resume", "parts/last.npz"]) == 0
    assert_same_run("whole", "parts")
    assert_identical("whole/best.npz", "parts/best.npz")


def test_rows_after_the_last_save_are_written_once(train: Callable[..., int]) -> None:
    """A run that was killed has logged updates that its checkpoint does not know of."""
    train("--k2", "10", "--save", "whole", "--steps", "20")
    train("--k2", "10", "--save", "killed", "--steps", "10")
    shutil.copy("whole/log.csv", "killed/log.csv")
    with Path("killed/log.csv").open("a") as file:
        file.write("step,1,2")  # cut off in the middle
    main(["--resume", "killed/last.npz", "--steps", "10"])
    assert Path("whole/log.csv").read_bytes() == Path("killed/log.csv").read_bytes()


def test_it_learns_and_says_so(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--k2", "10", "--learning-rate", "0.01", "--epochs", "4", "--save", "run") == 0
    history = load_checkpoint("run/last.npz").history
    assert [entry["epoch"] for entry in history] == [1, 2, 3, 4]
    assert history[-1]["validation_loss"] < 0.6 * history[0]["validation_loss"]
    assert history[-1]["validation_accuracy"] > 0.6
    assert f"validation loss {history[-1]['validation_loss']:.4f}" in capsys.readouterr().err
    with Path("run/log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["event"] for row in rows].count("step") == 4 * 48
    epochs = [row for row in rows if row["event"] == "epoch"]
    assert [float(row["validation_loss"]) for row in epochs] == [
        entry["validation_loss"] for entry in history
    ]
    steps = [float(row["training_loss"]) for row in rows if row["epoch"] == "1"][:48]
    assert np.mean(steps) == pytest.approx(history[0]["training_loss"], abs=1e-12)


def test_best_is_the_epoch_with_the_lowest_validation_loss(train: Callable[..., int]) -> None:
    train("--k2", "10", "--learning-rate", "0.2", "--epochs", "5", "--save", "run")
    last, best = load_checkpoint("run/last.npz"), load_checkpoint("run/best.npz")
    losses = [entry["validation_loss"] for entry in last.history]
    assert best.history[-1]["validation_loss"] == min(losses)
    assert not best.training


def test_the_average_of_the_weights_is_what_is_validated_and_kept(
    train: Callable[..., int], corpus: Path
) -> None:
    train("--k2", "10", "--averaging", "0.9", "--dtype", "float64", "--epochs", "1")
    last = load_checkpoint("saves/shakespeare/last.npz")
    network, best = load_network("saves/shakespeare/best.npz")
    np.testing.assert_array_equal(network.theta, last.training["average/theta"])
    assert np.abs(last.build().theta - network.theta).max() > 1e-3
    ids = network.vocabulary.encode(corpus.read_text())
    loss, _ = evaluate(network, split(ids, 0.1)[1])
    assert best.history[0]["validation_loss"] == pytest.approx(loss, abs=1e-12)


def test_patience_stops_early(train: Callable[..., int]) -> None:
    train(
        "--k2", "10", "--learning-rate", "0.5", "--epochs", "50", "--patience", "2", "--save", "run"
    )  # fmt: skip
    losses = [entry["validation_loss"] for entry in load_checkpoint("run/last.npz").history]
    assert len(losses) < 50
    assert np.argmin(losses) == len(losses) - 3


def test_init_from_takes_weights_and_vocabulary(train: Callable[..., int], corpus: Path) -> None:
    train("--k2", "10", "--save", "first")
    corpus.write_text(corpus.read_text().replace("question", "bet"))  # fewer letters
    assert train("--k2", "10", "--steps", "1", "--init-from", "first/best.npz", "--save", "b") == 0
    first, second = load_checkpoint("first/best.npz"), load_checkpoint("b/last.npz")
    assert second.configuration["vocabulary"] == first.configuration["vocabulary"]
    moved = second.weights["lstm2.Wh"] - first.weights["lstm2.Wh"]
    assert 0 < np.abs(moved).max() < 0.01


def test_an_earlier_run_is_kept(train: Callable[..., int]) -> None:
    for _ in range(3):
        assert train("--k2", "10", "--steps", "1") == 0
    assert sorted(os.listdir("saves")) == ["shakespeare", "shakespeare-1", "shakespeare-2"]


WRONG = {
    "no recipe": (["shakespear"], 2, "no recipe 'shakespear'.*shakespeare"),
    "no option": (["--unit", "3"], 2, "--unit"),
    "a word for a number": (["--units", "many"], 2, "whole number of at least 1, not 'many'"),
    "zero": (["--k1", "0"], 2, "whole number of at least 1, not '0'"),
    "not a number": (["--learning-rate", "nan"], 2, "above 0, not 'nan'"),
    "too much dropout": (["--dropout", "1"], 2, "below 1, not '1'"),
    "no optimizer": (["--optimizer", "adm"], 2, "sgd.*adam.*not 'adm'"),
    "no schedule": (["--schedule", "linear"], 2, "constant.*cosine"),
    "k2 below k1": (["--k2", "5"], 2, r"--k2 \(5\) must be at least --k1 \(10\)"),
    "missing data": (["--data", "none.txt"], 1, "none.txt"),
    "too short": (["--chunks", "1000"], 1, "too short.*--chunks"),
    "missing checkpoint": (["--resume", "none.npz"], 1, "none.npz: there is no such file"),
    "resume and init": (["--resume", "a", "--init-from", "b"], 2, "exclude each other"),
    "save below a file": (["--save", "corpus.txt/x", "--steps", "1"], 1, "corpus.txt"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_options_get_one_clear_line(
    name: str, train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, status, message = WRONG[name]
    try:
        found = train("--k2", "10", *arguments)
    except SystemExit as exit_:
        found = exit_.code
    printed = capsys.readouterr().err
    assert found == status
    assert "Traceback" not in printed
    last = printed.strip().splitlines()[-1]
    assert last.startswith("glassnet-train: ")
    assert re.search(message, last), last


def test_resume_refuses_what_would_not_be_the_same_run(
    train: Callable[..., int], corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train("--k2", "10", "--steps", "1", "--save", "run")
    assert main(["--resume", "run/last.npz", "--units", "9"]) == 2
    assert "--units is 8 in run/last.npz and can't change" in capsys.readouterr().err
    shutil.copy("run/last.npz", "kept.npz")
    corpus.write_text(corpus.read_text() + "!")
    assert main(["--resume", "run/last.npz"]) == 1
    assert "trained on other data" in capsys.readouterr().err
    train("--k2", "10", "--save", "full")
    assert main(["--resume", "full/best.npz"]) == 2
    assert "holds only weights" in capsys.readouterr().err


def test_a_loss_that_is_not_a_number_ends_the_run_and_saves_nothing(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    with np.errstate(all="ignore"):
        assert train("--k2", "10", "--learning-rate", "1e38", "--optimizer", "sgd") == 1
    assert "no longer finite at update" in capsys.readouterr().err
    assert not Path("saves/shakespeare/last.npz").exists()


def test_list_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert "shakespeare" in capsys.readouterr().out
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    options = """data epochs steps chunks k1 k2 layers units dropout variational weight-drop
        optimizer learning-rate rho schedule weight-decay averaging clip
        validation seed dtype workers save resume init-from log"""
    for option in options.split():
        assert f"--{option} " in text
    assert text.count("(default") >= 20


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
def test_ctrl_c_saves_and_resume_goes_on(corpus: Path, workers: str) -> None:
    run = start(corpus, "--epochs", "100000", "--save", "run", "--workers", workers)
    wait_for(corpus.parent / "run" / "log.csv", 2000)
    os.killpg(run.pid, signal.SIGINT)
    _, printed = run.communicate(timeout=30)
    assert run.returncode == 130, printed
    assert "Traceback" not in printed
    assert "--resume goes on" in printed
    checkpoint = load_checkpoint(corpus.parent / "run" / "last.npz")
    assert checkpoint.progress["step"] > 10


@pytest.mark.parametrize("size", [2, 3])
def test_any_number_of_workers_trains_the_same_network(
    train: Callable[..., int], size: int
) -> None:
    options = ("--k2", "20", "--averaging", "0.9", *REGULARIZED, "--dtype", "float64")
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
    options = ("--k2", "20", "--averaging", "0.9", *REGULARIZED, "--dtype", "float64")
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
def test_a_killed_worker_ends_the_run(corpus: Path) -> None:
    run = start(corpus, "--epochs", "100000", "--save", "run", "--workers", "3")
    wait_for(corpus.parent / "run" / "last.npz")
    workers = children_of(run.pid)
    assert len(workers) == 2
    shared_before = set(os.listdir("/dev/shm"))
    os.kill(workers[0], signal.SIGKILL)
    _, printed = run.communicate(timeout=10)
    assert run.returncode == 1
    assert (
        printed.strip().splitlines()[-1] == ("glassnet-train: worker 1 was killed by SIGKILL")
        or "worker 2 was killed by SIGKILL" in printed
    )
    assert "Traceback" not in printed
    load_checkpoint(corpus.parent / "run" / "last.npz")
    for worker in workers:
        assert not Path(f"/proc/{worker}").exists()
    assert not {n for n in set(os.listdir("/dev/shm")) - shared_before if "mp" in n}


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


@pytest.mark.parametrize("ranks", [2, 3])
def test_mpi_ranks_train_the_same_network(
    corpus: Path, train: Callable[..., int], ranks: int
) -> None:
    mpiexec = Path(sys.executable).with_name("mpiexec")
    if not mpiexec.exists():
        pytest.skip("needs mpiexec beside Python: pip install mpi4py mpich")
    options = ["--k2", "20", "--dropout", "0.3", "--dtype", "float64", "--steps", "20"]
    train(*options, "--save", "alone")
    command = [str(mpiexec), "-n", str(ranks), sys.executable, str(ROOT / "_training.py")]
    result = subprocess.run(
        [*command, "--data", str(corpus), *SMALL, *options, "--save", "mpi"],
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
