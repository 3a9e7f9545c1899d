from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.learn.command import _bare
from glassnet.learn.folder import template
from glassnet.learn.mistakes import Mistake, variants
from glassnet.learn.reader import opened
from glassnet.learn.tasks import TASKS, bptt
from glassnet.learn.tasks.bptt import BACKWARD_MISTAKES, FORWARD_MISTAKES, TASK
from glassnet.nn import LSTM, Array
from glassnet.nn.plain import lstm_backward, lstm_forward
from tests.learn.solved import reader_of, solved
from tests.mutate import mutant
from tests.nn.recurrent import test_base, test_lstm


def test_the_solution_is_right() -> None:
    report = TASK.check(reader_of(TASK))
    assert report.passed
    assert len(report.right) == 9
    assert report.error < 1e-14


@pytest.mark.parametrize("mistake", FORWARD_MISTAKES, ids=lambda mistake: mistake.changes[0][1])
def test_every_mistake_forward_is_explained(mistake: Mistake) -> None:
    (wrong,) = variants(lstm_forward, [mistake])
    report = TASK.check(reader_of(TASK, lstm_forward=wrong.function))
    assert report.explanations == [mistake.explanation]


@pytest.mark.parametrize("mistake", BACKWARD_MISTAKES, ids=lambda mistake: mistake.changes[-1][1])
def test_every_mistake_backward_is_explained(mistake: Mistake) -> None:
    (wrong,) = variants(lstm_backward, [mistake])
    report = TASK.check(reader_of(TASK, lstm_backward=wrong.function))
    assert report.explanations == [mistake.explanation]


def test_a_right_forward_is_told_before_backward_is_filled_in(tmp_path: Path) -> None:
    for task in TASKS[:3]:
        (tmp_path / task.file).write_text(solved(task), encoding="utf-8")
    path = tmp_path / TASK.file
    path.write_text(f"{template(TASK).decode()}\n{_bare(lstm_forward)}", encoding="utf-8")
    with opened(path) as reader:
        report = TASK.check(reader)
    assert list(report.right) == ["hs", "cs", "gates"]
    assert report.unfilled == ["dx", "dWx", "dWh", "db", "dh", "dc"]
    assert report.notes == ["task4_bptt.py, line 55: nothing is filled in yet\n\n    dx[t] = ..."]


ALL_MUTANTS = {name: (mutant, *old_new) for name, old_new in test_lstm.MUTANTS.items()} | {
    name: (test_base.wrong_variant, *old_new) for name, old_new in test_base.MUTANTS.items()
}
WITHIN_LAYERS = {  # they are about the buffers of a layer, and how it is made fast
    "wrong time step of the hidden state",  # reads what is not computed yet; our own has hs[t + 1]
    "overwritten instead of added",
    "gradient of the backward pass before kept",
    "gradient through one gate only",
}
EXPLANATIONS = {
    "cell gradient not passed on by the forget gate": "What goes on to the old cell is not mult",
    "cell gradient not carried through time": "dc is not carried through time",
    "hidden gradient not carried through time": "dh is not carried through time",
    "wrong time step of the cell": "Step t gets cs[t + 1] as the cell before it.",
    "output gate without tanh": "The output gate lacks tanh",
    "no slope of the sigmoids": "The slopes of the three gates lack a factor",
    "no slope of tanh(cell)": "The gradient goes through tanh(new_c) without",
    "candidate with a sigmoid's slope": "The slope of the candidate lacks the square",
    "input and candidate exchanged": "The gradient for i is dc ⊙ g",
    "scaled bias gradient": "db is 1.0001 times what it should be, everywhere.",
    "input gradient through the wrong weights": "dx goes through the rows of Wx in reverse order.",
    "input weights from the first step only": "dWx comes from the first step alone",
    "gradient of the starting state forgotten": "The gradients for the state before the first",
}


@pytest.mark.parametrize("name", sorted(ALL_MUTANTS.keys() - WITHIN_LAYERS))
def test_every_wrong_lstm_of_the_tests_is_explained(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, *old_new = ALL_MUTANTS[name]
    arguments = bptt._arguments(4, 2, 3, 4)
    monkeypatch.setattr(bptt, "_arguments", lambda *sizes: arguments)

    def backward(dy: Array, x: Array, Wx: Array, Wh: Array, *states: Array) -> dict[str, Any]:
        layer = change(LSTM, *old_new)(3, 4).initialize(np.random.default_rng(0), float)
        layer.Wx[...], layer.Wh[...], layer.b[...] = Wx, Wh, arguments["b"]
        layer.state = {"h": arguments["h"], "c": arguments["c"]}
        layer.forward(x)
        return {"x": layer.backward(dy), **layer.gradients, **layer.dstate}

    (found,) = TASK.check(reader_of(TASK, lstm_backward=backward)).explanations
    assert found.startswith(EXPLANATIONS[name])
