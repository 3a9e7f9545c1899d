"""The folder with the reader's files: writing it, finding it, and what has been reached in it."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
from pathlib import Path

from glassnet.errors import UserError
from glassnet.files import whole_file
from glassnet.learn.tasks import TASKS
from glassnet.learn.tasks.task import Task

DEFAULT = Path("afternoon")
_TEMPLATES = Path(__file__).with_name("templates")
_PROGRESS = ".progress.json"


def template(task: Task) -> bytes:
    """Return the file of a task as a reader gets it.

    Parameters
    ----------
    task : Task
        The task.
    """
    return (_TEMPLATES / f"{task.file}-tpl").read_bytes()


def write_files(folder: Path) -> list[Path]:
    """Write the file of each task that is not there yet, and return those written.

    Parameters
    ----------
    folder : Path
        Where to. What a reader has written is never touched.
    """
    written = []
    for task in TASKS:
        path = folder / task.file
        if not path.exists():
            with whole_file(path) as file:
                file.write(template(task))
            written.append(path)
    return written


def find_folder() -> Path | None:
    """Return the folder that has task files: this one, or `afternoon` in it; None if neither."""
    for folder in (Path(), DEFAULT):
        if any((folder / task.file).exists() for task in TASKS):
            return folder
    return None


def require_folder() -> Path:
    """Return the folder that has task files.

    Raises
    ------
    UserError
        If there is none.
    """
    folder = find_folder()
    if folder is None:
        raise UserError(
            f"there are no task files here; `glassnet learn start` writes them into {DEFAULT}/"
        )
    return folder


def task_of(path: Path) -> Task:
    """Return the task that a file belongs to, by the beginning of its name.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    UserError
        If it belongs to none.
    """
    for task in TASKS:
        if path.name.startswith(f"task{task.number}"):
            return task
    raise UserError(f"{path}: its name should begin with task1, task2, ... or task{len(TASKS)}")


def holes(path: Path) -> list[int]:
    """Return the lines of a file on which `...` still stands.

    Parameters
    ----------
    path : Path
        The file.
    """
    with contextlib.suppress(SyntaxError, ValueError):
        nodes = ast.walk(ast.parse(path.read_bytes()))
        lines = {
            node.lineno for node in nodes if isinstance(node, ast.Constant) and node.value is ...
        }
        return sorted(lines)
    return []


def early_returns(path: Path) -> list[int]:
    """Return the lines of a file with a `return` that ends a loop in its first round.

    Parameters
    ----------
    path : Path
        The file.
    """
    with contextlib.suppress(SyntaxError, ValueError):
        return [
            statement.lineno
            for loop in ast.walk(ast.parse(path.read_bytes()))
            if isinstance(loop, ast.For | ast.While)
            for statement in loop.body
            if isinstance(statement, ast.Return)
        ]
    return []


class Progress:
    """What has been reached in a folder: tasks that were right, hints that were shown.

    Parameters
    ----------
    folder : Path
        The folder; a file in it keeps this.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._right: dict[str, str] = {}
        self._hints: dict[str, int] = {}
        with contextlib.suppress(OSError, ValueError, AttributeError, TypeError):
            stored = json.loads((folder / _PROGRESS).read_text(encoding="utf-8"))
            self._right = {str(task): str(digest) for task, digest in stored["right"].items()}
            self._hints = {str(task): int(count) for task, count in stored["hints"].items()}

    def state(self, task: Task) -> str:
        """Return how far a task is: "right", "changed since", "begun" or "".

        Parameters
        ----------
        task : Task
            The task.
        """
        path = self._folder / task.file
        if not path.exists():
            return "missing"
        kept = self._right.get(str(task.number))
        if kept is not None:
            return "right" if kept == _digest(path) else "changed since it was right"
        return "" if path.read_bytes() == template(task) else "begun"

    def set_right(self, task: Task, right: bool) -> None:
        """Keep whether a task is right, as its file is now.

        Parameters
        ----------
        task : Task
            The task.
        right : bool
            Whether it is.
        """
        self._right.pop(str(task.number), None)
        if right:
            self._right[str(task.number)] = _digest(self._folder / task.file)
        self._save()

    def next_hint(self, task: Task) -> int:
        """Return the index of the hint to show, and count it as shown; the last one stays.

        Parameters
        ----------
        task : Task
            The task.
        """
        shown = self._hints.get(str(task.number), 0)
        self._hints[str(task.number)] = shown + 1
        self._save()
        return max(0, min(shown, len(task.hints) - 1))

    def _save(self) -> None:
        with whole_file(self._folder / _PROGRESS) as file:
            file.write(json.dumps({"right": self._right, "hints": self._hints}).encode())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
