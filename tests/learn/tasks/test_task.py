import pytest

from glassnet.learn.tasks import TASKS
from glassnet.learn.tasks.task import Task


def test_there_are_six() -> None:
    assert [task.number for task in TASKS] == [1, 2, 3, 4, 5, 6]
    assert TASKS[0].file == "task1_dense.py"


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_hints_fit_a_terminal(task: Task) -> None:
    assert len(task.hints) >= 4
    for hint in task.hints:
        code = [line for line in hint.splitlines() if line.startswith("    ")]
        assert all(len(line) <= 79 for line in code)
