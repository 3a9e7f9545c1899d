"""Readers' files that are solved, or solved with one mistake."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from glassnet.learn.command import _bare
from glassnet.learn.folder import template
from glassnet.learn.reader import Reader
from glassnet.learn.tasks import TASKS
from glassnet.learn.tasks.task import Task


def solved(task: Task) -> str:
    """The file of a task with the solution below its holes, as one would paste it."""
    solution = "\n\n".join(_bare(function) for function in task.solution)
    return f"{template(task).decode()}\n\n{solution}"


def write_solved(folder: Path, up_to: int = len(TASKS)) -> None:
    for task in TASKS[:up_to]:
        (folder / task.file).write_text(solved(task), encoding="utf-8")


def reader_of(task: Task, **functions: Callable[..., Any]) -> Reader:
    """A reader's file that has the solution, but for the functions given."""
    module = ModuleType("task")
    for function in task.solution:
        setattr(module, function.__name__, functions.get(function.__name__, function))
    return Reader(Path(task.file), module)
