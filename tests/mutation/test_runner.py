import os
import subprocess
import sys

import pytest

from tests.mutation.runner import ROOT, Plugin, groups_of_tests

FILE = "nn/optim/clipping.py"
PROGRAM = f"""
from tests.mutation.runner import groups_of_tests, run, warm_up
warm_up()
groups = groups_of_tests({FILE!r})[:1]
source = open({FILE!r}, encoding="utf-8").read()
wrong = source.replace("limit / norm", "norm / limit")
assert wrong != source
print(run({FILE!r}, [source, wrong, "1 / 0"], groups, 2, 60), end=" ")
print(run({FILE!r}, ["while True: pass"], groups, 2, 1))
"""


def test_own_tests_come_first() -> None:
    own, others = groups_of_tests(FILE)
    assert own == ["tests/nn/optim/test_clipping.py"]
    assert "tests/nn/optim/test_schedules.py" in others
    assert "tests/nn/contract_suite/test_gradients.py" in others
    assert own[0] not in others
    with pytest.raises(SystemExit, match=r"there is no tests/nn/test_nothing\.py"):
        groups_of_tests("nn/nothing.py")


def test_tests_that_match_source_text_are_left_out(request: pytest.FixtureRequest) -> None:
    """This test itself is taken for one, as it says mutant(…)."""
    here = [item for item in request.session.items if item.path == request.node.path]
    left = list(here)
    Plugin().pytest_collection_modifyitems(left)
    assert left == [item for item in here if item is not request.node]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_wrong_variants_are_killed_and_the_right_one_survives() -> None:
    command = [sys.executable, "-c", PROGRAM]
    out = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert out.strip() == "[False, True, True] [True]"
