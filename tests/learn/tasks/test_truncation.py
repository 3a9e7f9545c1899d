import numpy as np
import pytest

from glassnet.learn.mistakes import Mistake, variants
from glassnet.learn.tasks.truncation import MISTAKES, TASK
from glassnet.nn.plain import train_by_truncated_bptt
from tests.learn.solved import reader_of


def test_the_solution_is_right() -> None:
    report = TASK.check(reader_of(TASK))
    assert report.passed
    assert list(report.right) == ["losses", "Wx", "Wh", "b", "W", "bias"]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.changes[0][1])
def test_every_mistake_is_explained(mistake: Mistake) -> None:
    (wrong,) = variants(train_by_truncated_bptt, [mistake])
    report = TASK.check(reader_of(TASK, train_by_truncated_bptt=wrong.function))
    assert report.explanations == [mistake.explanation]


def test_a_last_piece_with_more_inputs_than_targets() -> None:
    def too_long(ids, parameters, length, learning_rate):  # type: ignore[no-untyped-def]
        losses = train_by_truncated_bptt(ids, parameters, length, learning_rate)
        if (len(ids) - 1) % length:
            parameters["Wx"] = parameters["Wx"] + np.random.default_rng(0).random((5, 16))
        return losses

    (text,) = TASK.check(reader_of(TASK, train_by_truncated_bptt=too_long)).explanations
    assert text.startswith("Where all pieces are equally long, all is right.")


def test_parameters_that_are_not_replaced_are_wrong() -> None:
    def on_copies(ids, parameters, length, learning_rate):  # type: ignore[no-untyped-def]
        return train_by_truncated_bptt(ids, dict(parameters), length, learning_rate)

    report = TASK.check(reader_of(TASK, train_by_truncated_bptt=on_copies))
    assert list(report.right) == ["losses"]
