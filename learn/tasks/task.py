"""What a task is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from glassnet.learn.comparison import Report
from glassnet.learn.reader import Reader
from glassnet.nn import Array


@dataclass(frozen=True)
class Task:
    """A task of the afternoon.

    Parameters
    ----------
    number : int
        Its place, from 1.
    name : str
        A word or two, in the name of its file.
    title : str
        What it is about, in a line.
    check : callable
        It takes the reader's file and returns what is right and wrong with it.
    hints : tuple of str
        From a question to nearly the solution.
    solution : tuple
        The plain functions that solve it.
    seconds : float, default 10
        How long a check may take.
    """

    number: int
    name: str
    title: str
    check: Callable[[Reader], Report]
    hints: tuple[str, ...]
    solution: tuple[Callable[..., Any], ...]
    seconds: float = 10.0

    @property
    def file(self) -> str:
        """The name of the file, such as "task1_dense.py"."""
        return f"task{self.number}_{self.name}.py"


CheckOne = Callable[[Reader, dict[str, Array]], Report]


def check_both_ways(
    reader: Reader,
    cases: Iterable[dict[str, Array]],
    forward: CheckOne,
    backward: CheckOne,
    note: str,
) -> Report:
    """Check the way forward and, if it is right, the way back, until something is wrong.

    Parameters
    ----------
    reader : Reader
        The reader's file.
    cases : iterable of dict of str to array
        The arguments of one check after the other.
    forward, backward : callable
        They check one way with such arguments.
    note : str
        What to say where the way back is not checked.
    """
    report = Report()
    for arguments in cases:
        found = forward(reader, arguments)
        report.add(found)
        if not found.passed:
            report.notes.append(note)
            break
        found = backward(reader, arguments)
        report.add(found)
        if not found.passed:
            break
    return report
