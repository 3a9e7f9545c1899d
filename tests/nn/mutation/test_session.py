import subprocess
import sys
from pathlib import Path

TESTS = """import pytest
from hypothesis import given, strategies

def test_first():
    pass

def test_second():
    assert 1 == 2

@pytest.mark.skip
def test_third():
    pass

@pytest.mark.xfail
def test_fourth():
    assert False

@given(strategies.integers())
def test_fifth(n):
    assert n < 0

def test_left_out():
    assert False
"""
PROGRAM = """
import sys
from glassnet.nn.mutation.session import Session

def collected(session):
    session.run(session.items[::-1], seen.append)
    print([item.name for item in session.items], seen)
    print(session.failed)
    print(session.skipped)
    print(session.broken)

seen = []
session = Session(collected, lambda item: item.name != "test_left_out")
session.start(sys.argv[1:])
try:
    Session(lambda session: sys.exit("stopped")).start(sys.argv[1:])
except SystemExit as error:
    print(error)
"""


def test_chosen_tests_run_in_any_order(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "test_broken.py").write_text("import no_such_module\n", encoding="utf-8")
    command = [sys.executable, "-c", PROGRAM, "test_some.py", "test_broken.py"]
    root = Path(__file__).parents[3]
    out = subprocess.run(
        command,
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(root)},
    ).stdout.splitlines()
    assert out == [
        "['test_first', 'test_second', 'test_third', 'test_fourth', 'test_fifth'] [0, 1, 2, 3, 4]",
        "['test_some.py::test_fifth', 'test_some.py::test_second']",
        "['test_some.py::test_third']",
        "[\"test_broken.py: E   ModuleNotFoundError: No module named 'no_such_module'\"]",
        "stopped",
    ]
