import pytest

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.report import Result, explained, table
from tests.mutation.runner import ROOT

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
    survivors = [Mutant(3, "a + b", "a - b", ""), Mutant(4, "c", "d", "")]
    text = table([Result("nn/a.py", 5, survivors, 1.0)], explained(PARAGRAPH))
    assert text.splitlines()[1].split() == ["nn/a.py", "5", "3", "2", "1.0"]
    assert text.splitlines()[2].split() == ["all", "5", "3", "2", "1.0"]
    assert "nn/a.py:3: Because of it.\n- a + b\n+ a - b" in text
    assert "nn/a.py:4: not explained\n- c\n+ d" in text
