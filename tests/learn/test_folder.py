from pathlib import Path

import pytest

from glassnet.errors import UserError
from glassnet.learn.folder import (
    Progress,
    early_returns,
    find_folder,
    holes,
    require_folder,
    task_of,
    template,
    write_files,
)
from glassnet.learn.tasks import TASKS
from glassnet.learn.tasks.task import Task


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_a_reader_wrote_is_kept() -> None:
    folder = Path("mine")
    assert len(write_files(folder)) == 6
    (folder / TASKS[0].file).write_text("mine")
    (folder / TASKS[1].file).unlink()
    assert write_files(folder) == [folder / TASKS[1].file]
    assert (folder / TASKS[0].file).read_text() == "mine"


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_templates_are_narrow_python_with_holes(task: Task, tmp_path: Path) -> None:
    lines = template(task).decode().splitlines()
    assert all(len(line) <= 88 for line in lines)
    (path := tmp_path / task.file).write_bytes(template(task))
    assert holes(path)
    assert all("..." in lines[line - 1] for line in holes(path))
    assert f"    glassnet learn check {task.number}" in "\n".join(lines)


def test_holes_of_what_is_no_python(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("def f(: ...")
    assert holes(tmp_path / "x.py") == []


def test_returns_that_end_a_loop_in_its_first_round(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text(
        "def f(x):\n    for t in x:\n        a = t\n        return a\n"
        "def g(x):\n    for t in x:\n        if t:\n            return t\n    return 0\n"
    )
    assert early_returns(path) == [4]
    path.write_text("def f(: ...")
    assert early_returns(path) == []


def test_folders_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_folder() is None
    with pytest.raises(UserError, match="`glassnet learn start` writes them into afternoon/"):
        require_folder()
    write_files(Path("afternoon"))
    assert require_folder() == Path("afternoon")
    monkeypatch.chdir("afternoon")
    assert find_folder() == Path()


def test_tasks_of_files() -> None:
    assert task_of(Path("x/task3_mine.py")).number == 3
    with pytest.raises(UserError, match=r"^x\.py: its name should begin with task1"):
        task_of(Path("x.py"))


def test_progress() -> None:
    write_files(folder := Path("afternoon"))
    task, path = TASKS[0], folder / TASKS[0].file
    assert Progress(folder).state(task) == ""
    path.write_text("x")
    assert Progress(folder).state(task) == "begun"
    Progress(folder).set_right(task, True)
    assert Progress(folder).state(task) == "right"
    path.write_text("y")
    assert Progress(folder).state(task) == "changed since it was right"
    Progress(folder).set_right(task, False)
    assert Progress(folder).state(task) == "begun"
    path.unlink()
    assert Progress(folder).state(task) == "missing"


def test_hints_are_counted_and_the_last_one_stays() -> None:
    write_files(folder := Path("afternoon"))
    task = TASKS[0]
    shown = [Progress(folder).next_hint(task) for _ in range(len(task.hints) + 2)]
    assert shown == [*range(len(task.hints)), len(task.hints) - 1, len(task.hints) - 1]
    assert Progress(folder).next_hint(TASKS[1]) == 0


@pytest.mark.parametrize(
    "content", ["", "[]", '{"right": 1}', '{"right": {}, "hints": {"1": "x"}}']
)
def test_damaged_progress_is_none(content: str) -> None:
    write_files(folder := Path("afternoon"))
    (folder / ".progress.json").write_text(content)
    assert Progress(folder).state(TASKS[0]) == ""
    assert Progress(folder).next_hint(TASKS[0]) == 0
