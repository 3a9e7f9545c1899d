"""What a check has found, in lines of at most 79 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path

from glassnet.learn.comparison import Report
from glassnet.learn.folder import early_returns, holes
from glassnet.learn.reader import ReaderError
from glassnet.learn.tasks import TASKS
from glassnet.learn.tasks.task import Task

PROGRAM = "glassnet learn"
_WIDTH = 79


def filled(text: str) -> str:
    """Return a text in lines; paragraphs that are indented are code, and stay as they are.

    Parameters
    ----------
    text : str
        Paragraphs with an empty line between them.
    """
    paragraphs = [
        part
        if part.startswith(" ")
        else textwrap.fill(part, _WIDTH, break_on_hyphens=False, break_long_words=False)
        for part in text.split("\n\n")
    ]
    return "\n\n".join(paragraphs)


def untouched(task: Task, path: Path) -> str:
    """Return what to say about a file in which nothing is filled in yet.

    Parameters
    ----------
    task : Task
        Its task.
    path : Path
        The file.
    """
    return filled(
        f"{path.name}: nothing is filled in yet. Its holes are the `...` in "
        f"{_lines(path)}; `{PROGRAM} hint {task.number}` helps to begin."
    )


def error_lines(error: ReaderError, task: Task) -> str:
    """Return what keeps the reader's code from running.

    Parameters
    ----------
    error : ReaderError
        The error.
    task : Task
        The task.
    """
    lines = [
        textwrap.fill(line, _WIDTH, subsequent_indent="    ", break_long_words=False)
        for line in str(error).splitlines()
    ]
    return "\n".join([*lines, "", f"`{PROGRAM} hint {task.number}` helps."])


def verdict(report: Report, task: Task, path: Path) -> str:
    """Return what is right and what is wrong.

    Parameters
    ----------
    report : Report
        What the check has found.
    task : Task
        The task.
    path : Path
        The reader's file.
    """
    if report.passed:
        return _praise(report, task, path)
    lines = [f"{path.name}: not {'done' if not report.wrong else 'right'} yet", ""]
    width = max((len(name) for name in [*report.right, *report.unfilled, *report.wrong]), default=0)
    for name, complaint in report.wrong.items():
        lines += textwrap.wrap(
            f"wrong: {complaint}",
            _WIDTH,
            initial_indent=f"  {name:{width}}  ",
            subsequent_indent=" " * (width + 11),
        )
    lines += [f"  {name:{width}}  not filled in yet" for name in report.unfilled]
    lines += [f"  {name:{width}}  right" for name in report.right]
    if report.wrong:
        unknown = f"`{PROGRAM} hint {task.number}` helps."
        early = [
            f"The `return` in line {line} is inside the loop, so the loop ends in its first round."
            for line in early_returns(path)
        ]
        for text in early or report.explanations or [unknown]:
            lines += ["", filled(text)]
    if holes(path):
        lines += ["", filled(f"`...` still stands in {_lines(path)}.")]
    for text in [*report.notes, *report.todo]:
        lines += ["", filled(text)]
    return "\n".join(lines)


def _praise(report: Report, task: Task, path: Path) -> str:
    """Return what to say when all is right."""
    how_well = f"to a relative error of {report.error:.0e}" if report.error else "to the last digit"
    lines = [filled(f"{path.name}: right. {listed(report.right)} agree with the check {how_well}.")]
    lines += [filled(note) for note in report.notes]
    if task.number < len(TASKS):
        lines.append(f"Next: {path.parent / TASKS[task.number].file}")
    else:
        lines.append("That was the last task.")
    return "\n\n".join(lines)


def listed(names: Iterable[object]) -> str:
    """Return names in words.

    Parameters
    ----------
    names : iterable of object
        At least one.

    Returns
    -------
    str
        Such as "1, 2 and 3".
    """
    *first, last = map(str, names)
    return f"{', '.join(first)} and {last}" if first else last


def _lines(path: Path) -> str:
    """Return the lines of a file on which `...` stands, in words."""
    lines = holes(path)
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][-1] + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    words = [f"{run[0]}" if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    return f"line{'s' if len(lines) > 1 else ''} {listed(words)}"
