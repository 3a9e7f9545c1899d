import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glassnet.nn.mutation.mutants import Mutant
from glassnet.nn.mutation.suite import Outcome
from tests.mutation import __main__ as program
from tests.mutation.targets import ROOT

FILE = "nn/optim/clipping.py"
Drawn = list[tuple[str, Mutant]]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Drawn]:
    """The mutants of each run; no test runs, but those that drop a statement count as killed."""
    runs = []

    def run(drawn: Drawn, jobs: int, cache: Path, arrived: Callable[[Outcome], object]) -> None:
        runs.append(drawn)
        for file, m in drawn:
            status = "killed" if "pass" in m.after else "survived"
            change = (file, m.line, m.before, m.after, m.digest)
            arrived(Outcome(*change, status, "", 1, 0.5))

    monkeypatch.setattr(program, "run", run)
    monkeypatch.setattr(program, "import_pytorch", lambda: None)
    monkeypatch.setattr(program.signal, "signal", lambda number, handler: None)
    return runs


def test_all_mutants_of_a_file_by_default(
    drawn: list[Drawn], capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main([FILE]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"{len(drawn[0])} mutants, seed 0, 0 known\n")
    assert f"{FILE}:" in out
    assert {file for file, _ in drawn[0]} == {FILE}


def test_a_seed_draws_the_same_sample_again(drawn: list[Drawn]) -> None:
    for seed in ("a", "a", "b"):
        program.main([FILE, "--sample", "3", "--seed", seed])
    assert drawn[0] == drawn[1] != drawn[2]
    assert list(map(len, drawn)) == [3, 3, 3]


def test_a_folder_stands_for_its_files(drawn: list[Drawn]) -> None:
    program.main(["nn/optim", "nn/losses/rows.py"])
    files = {file for file, _ in drawn[0]}
    assert files > {FILE, "nn/optim/adam.py", "nn/losses/rows.py"}


def test_explained_survivors_are_no_failure(
    drawn: list[Drawn], monkeypatch: pytest.MonkeyPatch
) -> None:
    program.main([FILE])
    reasons = {(file, m.before, m.after): "It is so." for file, m in drawn[0]}
    monkeypatch.setattr(program, "explained", lambda: reasons)
    assert program.main([FILE]) == 0
    del reasons[next(change for change in reasons if "pass" not in change[2])]
    assert program.main([FILE]) == 1
    assert program.main([FILE, "--allowed", "1"]) == 0


def test_a_run_goes_on_where_it_stopped(
    drawn: list[Drawn], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    program.main([FILE, "--out", str(out), "--seconds", "0"])  # stops after the first
    assert "stopped with 1 done" in capsys.readouterr().err
    assert len(out.read_text("utf-8").splitlines()) == 1
    with out.open("a", encoding="utf-8") as file:
        file.write('{"file": "nn/')  # a line that was not finished
    assert len(program.results(str(out))) == 1
    program.main([FILE, "--out", str(out), "--resume"])
    assert len(drawn[1]) == len(drawn[0]) - 1
    assert f"{len(drawn[0])} mutants, seed 0, 1 known" in capsys.readouterr().out


def test_only_those_that_survived(drawn: list[Drawn], tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    program.main([FILE, "--out", str(out)])
    outcomes = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    left = {(o["before"], o["after"]) for o in outcomes if o["status"] == "survived"}
    program.main([FILE, "--survivors-of", str(out)])
    assert {(m.before, m.after) for _, m in drawn[1]} == left
    assert 0 < len(drawn[1]) < len(drawn[0])


def test_small_products_can_be_left_out(
    drawn: list[Drawn], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "")
    program.main([FILE, "--sample", "1"])
    assert os.environ["OPENBLAS_CORETYPE"] == ""
    program.main([FILE, "--sample", "1", "--without-small-products"])
    assert os.environ["OPENBLAS_CORETYPE"] == "Haswell"


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        program.main(["nn/none.py"])
    assert "there is no file nn/none.py; give it as nn/layer.py" in capsys.readouterr().err


def test_each_file_meets_the_tests_of_its_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = []

    class Suite:
        notes = ("test_a: is skipped",)

        def __init__(
            self, root: Path, files: list[str], tests: tuple[str, ...], *rest: object
        ) -> None:
            assert root == ROOT
            self.files, self.tests = files, tests

        def run(self, drawn: Drawn, found: Callable[[Outcome], object]) -> None:
            made.append((self.tests, [file for file, _ in drawn], FILE in self.files))

    monkeypatch.setattr(program, "Suite", Suite)
    mutant = Mutant(1, "a", "b", "b", 1, 1, True)
    files = [FILE, "train/run/loop.py", "nn/layer.py"]
    program.run([(file, mutant) for file in files], 1, tmp_path, made.append)
    assert made == [
        (("tests/nn",), [FILE, "nn/layer.py"], True),
        (("tests/train",), ["train/run/loop.py"], False),
    ]
    assert capsys.readouterr().err.count("left out: test_a: is skipped\n") == 2


def test_the_checks_draw_a_sample_for_each_commit() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    line = next(line for line in script.splitlines() if "tests.mutation" in line)
    options = line.partition("tests.mutation ")[2].rstrip('"').split()
    assert program.parse(options).sample == 100
    assert program.parse(options).seconds == 400
    assert program.parse(options).allowed == 5
    assert subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=False).returncode == 0
