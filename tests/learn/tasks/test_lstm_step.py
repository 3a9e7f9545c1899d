import pytest

from glassnet.learn.mistakes import Mistake, variants
from glassnet.learn.tasks.lstm_step import BACKWARD_MISTAKES, FORWARD_MISTAKES, TASK
from glassnet.nn.plain import lstm_step_backward, lstm_step_forward
from tests.learn.solved import reader_of


def test_the_solution_is_right() -> None:
    report = TASK.check(reader_of(TASK))
    assert report.passed
    assert len(report.right) == 9
    assert report.error < 2e-15


@pytest.mark.parametrize("mistake", FORWARD_MISTAKES, ids=lambda mistake: mistake.changes[0][1])
def test_every_mistake_forward_is_explained(mistake: Mistake) -> None:
    (wrong,) = variants(lstm_step_forward, [mistake])
    report = TASK.check(reader_of(TASK, lstm_step_forward=wrong.function))
    assert report.explanations == [mistake.explanation]
    assert report.notes == ["lstm_step_backward is checked when lstm_step_forward is right."]


@pytest.mark.parametrize("mistake", BACKWARD_MISTAKES, ids=lambda mistake: mistake.changes[-1][1])
def test_every_mistake_backward_is_explained(mistake: Mistake) -> None:
    (wrong,) = variants(lstm_step_backward, [mistake])
    report = TASK.check(reader_of(TASK, lstm_step_backward=wrong.function))
    assert report.explanations == [mistake.explanation]


def test_mistakes_of_two_gates_are_both_explained() -> None:
    changes = ("dz_o = dh * tanh_c *", "dz_o = dh *"), ("(1 - g**2)", "g * (1 - g)")
    (wrong,) = variants(lstm_step_backward, [Mistake("both", changes)])
    report = TASK.check(reader_of(TASK, lstm_step_backward=wrong.function))
    assert [text.split()[1] for text in report.explanations] == ["output", "candidate"]
    assert "only the columns of the output gate and candidate" in report.wrong["dWx"]


def test_two_mistakes_that_mix_are_both_explained() -> None:
    changes = ("dc = dc + dh * o", "dc = dh * o"), ("(1 - tanh_c**2)", "(1 - tanh_c)")
    chosen = [Mistake("dc lost", changes)]
    (wrong,) = variants(lstm_step_backward, chosen)
    report = TASK.check(reader_of(TASK, lstm_step_backward=wrong.function))
    (text,) = report.explanations
    assert text.startswith("The dc that comes in is lost.")
