"""Which lines of which files a piece of a program reaches, as seen by `sys.settrace`."""

import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType, FrameType
from typing import Self

Lines = dict[str, list[int]]  # file: the numbers of its lines
Trace = Callable[[FrameType, str, object], "Trace | None"]


class Tracer:
    """Notes the lines of some files that are reached while it is active.

    A function is watched until each of its lines was seen once, so that loops cost little.

    Parameters
    ----------
    files : mapping of path to str
        The files to watch and the names to report them by.
    """

    def __init__(self, files: dict[Path, str]) -> None:
        self._files = {path.resolve(): name for path, name in files.items()}
        self._names: dict[str, str | None] = {}  # of a code's file: the name to report
        self._missing: dict[CodeType, set[int]] = {}  # lines not reached yet

    def __enter__(self) -> Self:
        self._missing = {}
        threading.settrace(self._call)
        sys.settrace(self._call)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(None)
        threading.settrace(None)

    def reached(self) -> Lines:
        """The lines reached since the last `with`, sorted."""
        found: dict[str, set[int]] = {}
        for code, missing in self._missing.items():
            if (name := self._name(code)) is not None:
                found.setdefault(name, set()).update(_lines(code) - missing)
        return {name: sorted(lines) for name, lines in sorted(found.items()) if lines}

    def _name(self, code: CodeType) -> str | None:
        file = code.co_filename
        if file not in self._names:
            self._names[file] = self._files.get(Path(file).resolve())
        return self._names[file]

    def _call(self, frame: FrameType, event: str, argument: object) -> Trace | None:
        code = frame.f_code
        missing = self._missing.get(code)
        if missing is None:
            missing = set() if self._name(code) is None else set(_lines(code))
            self._missing[code] = missing
        return self._line if missing else None

    def _line(self, frame: FrameType, event: str, argument: object) -> Trace | None:
        missing = self._missing.get(frame.f_code)
        if missing is None:
            return None
        if event == "line":
            missing.discard(frame.f_lineno)
        return self._line if missing else None


def _lines(code: CodeType) -> set[int]:
    return {line for _, _, line in code.co_lines() if line}


def overlaps(lines: Iterable[int], first: int, last: int) -> bool:
    """Whether one of some lines lies from the first to the last one."""
    return any(first <= line <= last for line in lines)
