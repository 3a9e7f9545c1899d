import pytest

from glassnet.nn.mutation.mutants import mutants
from glassnet.nn.mutation.suite import Outcome
from tests.mutation.report import explained, table
from tests.mutation.targets import ROOT

PARAGRAPH = "# Text.\n\nnn/a.py\n- a + b\n+ a - b\nBecause\nof it.\n"


def test_explained_survivors_are_mutants_of_their_files() -> None:
    for file, before, after in explained():
        found = {(m.before, m.after) for m in mutants((ROOT / file).read_text("utf-8"))}
        assert (before, after) in found


def test_reasons_are_read() -> None:
    assert explained(PARAGRAPH) == {("nn/a.py", "a + b", "a - b"): "Because of it."}
    with pytest.raises(ValueError, match="not a file, - line"):
        explained("nn/a.py\n- a + b\n+ a - b\n")


def test_the_table_counts() -> None:
    change = ("nn/a.py", 3, "a + b", "a - b", "")
    outcomes = [
        Outcome(*change, "killed", "test", 2, 0.25),
        Outcome(*change, "survived", "", 2, 0.5),
        Outcome("nn/a.py", 4, "c", "d", "", "not reached", "", 0, 0.25),
    ]
    text = table(outcomes, explained(PARAGRAPH))
    assert text.splitlines()[1].split() == ["nn/a.py", "3", "1", "0", "1", "1", "0", "1.0"]
    assert text.splitlines()[2].split() == ["all", "3", "1", "0", "1", "1", "0", "1.0"]
    assert "nn/a.py:3: Because of it.\n- a + b\n+ a - b" in text
    assert "nn/a.py:4: not reached, not explained\n- c\n+ d" in text
