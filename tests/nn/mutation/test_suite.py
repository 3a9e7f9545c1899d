import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LAYER = """LIMIT = 3

def scaled(x, factor=2):
    return x * factor

def clipped(x):
    while x > LIMIT:
        x -= 1
    return x

def unused(x):
    return x + 1

def early(x):
    return x + 4
"""
TESTS = """import numpy
import pytest
from hypothesis import given, strategies
from layer import clipped, early, scaled

FIVE = early(1)

@given(strategies.integers(1, 5))
def test_scaled(x):
    assert scaled(x) == 2 * x

def test_clipped(tmp_path):
    assert clipped(5) == 3

@pytest.mark.parametrize("n", [FIVE])
def test_early(n):
    assert n == 5

def test_wrong():
    assert scaled(1, 0) == 1

def test_skipped():
    scaled(1, 0)
    pytest.skip("not here")
"""
PROGRAM = """
import sys
from pathlib import Path
from glassnet.nn.mutation.mutants import mutants
from glassnet.nn.mutation.suite import Suite
root = Path(sys.argv[1])
drawn = [("layer.py", m) for m in mutants((root / "layer.py").read_text("utf-8"))]
for _ in range(2):
    suite = Suite(root, ["layer.py"], ["test_layer.py"], 2, root / "cache")
    suite.run(drawn, lambda o: print(o.line, o.after, o.status, o.test.partition("::")[2], sep="|"))
    print(*suite.notes, sep="\\n")
"""


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("project")
    (folder / "layer.py").write_text(LAYER, encoding="utf-8")
    (folder / "test_layer.py").write_text(TESTS, encoding="utf-8")
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert len(list((folder / "cache").iterdir())) == 1  # the second time nothing is traced
    return run.stdout.splitlines()


@pytest.mark.parametrize(
    "line",
    [
        "1|LIMIT = 4|killed|test_clipped",  # imported anew
        "3|def scaled(x, factor=3):|killed|test_scaled",
        "4|return x / factor|killed|test_scaled",
        "7|while x >= LIMIT:|killed|test_clipped",
        "8|x += 1|timed out|test_clipped",
        "8|pass|timed out|test_clipped",
        "12|return x - 1|not reached|",
        "15|return x - 4|killed|",  # the test's name is another one then
        "test_layer.py::test_wrong: fails without any change",
        "test_layer.py::test_skipped: is skipped",
    ],
)
def test_outcomes(output: list[str], line: str) -> None:
    assert output.count(line) == 2


ODD = """import os
import time

def signalled(number):
    if number > 99:
        os.kill(os.getpid(), number - 90)

def interrupted(yes):
    if yes:
        raise KeyboardInterrupt

def ended(yes):
    if yes:
        os._exit(0)

def calm(number):
    return number + 0

warm = []

def warmed():
    begin = time.process_time()
    while not warm and time.process_time() < begin + 0.2:
        pass
    warm.append(1)
    return warm
"""
TESTS_OF_ODD = """import pytest
from odd import calm, ended, interrupted, signalled, warmed

def test_signals():
    signalled(99)

def test_interrupted():
    interrupted(False)

def test_ended():
    ended(False)

@pytest.mark.parametrize("number", range(5))
def test_warmed(number):  # each takes long alone, but only some do when all run
    assert warmed()

def test_calm():
    assert calm(0) == 0
"""
PROGRAM_OF_ODD = """
import sys
from pathlib import Path
from glassnet.nn.mutation import suite
from glassnet.nn.mutation.mutants import mutants

class Failing(suite.Suite):
    def _try(self, work, note):
        if work.mutant.after == "return number - 0":
            raise OSError("this is the program's own mistake")
        return super()._try(work, note)

suite.LEAST = 0.05
root = Path(sys.argv[1])
drawn = [m for m in mutants((root / "odd.py").read_text("utf-8")) if m.after in sys.argv[2:]]
made = Failing(root, ["odd.py"], ["test_odd.py"])
made.run([("odd.py", m) for m in drawn], lambda o: print(o.after, o.status, sep="|"))
print(*made.notes)
"""


def test_odd_ends_stop_nothing(tmp_path: Path) -> None:
    expected = {
        "if number >= 99:": "killed",  # by a signal
        "if not (yes):": "killed",  # two of them
        "return number - 0": "went wrong",
        "warm.append(2)": "survived",  # repeated, for it timed out
        "while not warm or time.process_time() < begin + 0.2:": "timed out",  # never ends
    }
    (tmp_path / "odd.py").write_text(ODD, encoding="utf-8")
    (tmp_path / "test_odd.py").write_text(TESTS_OF_ODD, encoding="utf-8")
    command = [sys.executable, "-c", PROGRAM_OF_ODD, str(tmp_path), *expected]
    run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    lines = [f"{after}|{status}" for after, status in expected.items()]
    assert sorted(run.stdout.split("\n")) == sorted(["", "", "if not (yes):|killed", *lines])
    assert "OSError: this is the program's own mistake" in run.stderr
