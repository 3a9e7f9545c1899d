"""The reader's file of a task: run it, call its functions, and say in a line what goes wrong.

Whatever a reader writes, nobody wants to see a traceback through glassnet. An error is told as
the file and line of the reader's own code, the code on it, and the shapes of its arrays. A loop
that does not end is told the same way, and ends the process.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import linecache
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, ModuleType

import numpy as np

from glassnet.errors import UserError

_SECONDS = 10.0  # a right solution takes a hundredth of a second
_SHOWN = 10  # entries of a dict, or characters of a text, that are shown
_MATMUL = (  # NumPy says it with the signature of a generalized ufunc
    r"matmul: Input operand 1 has a mismatch .* \(size (\d+) is different from (\d+)\)",
    r"in a matrix product the first factor has \2 columns, and the second \1 rows",
)


_Place = tuple[FrameType, int]  # a function that runs, and the line where it is


class ReaderError(UserError):
    """The reader's code can't be run; the message begins with the file and the line.

    Further lines show the code and the shapes of the arrays in it.
    """


class UnfilledError(ReaderError):
    """The reader's code meets a `...` that is not filled in yet."""


class Reader:
    """The reader's file of a task.

    Parameters
    ----------
    path : Path
        The file.
    """

    def __init__(self, path: Path, module: ModuleType) -> None:
        self.path, self._module = path, module

    def imported(self, name: str) -> bool:
        """Return whether the file has imported another one of its folder, such as task1_dense.py.

        Parameters
        ----------
        name : str
            The name of the other file.
        """
        module = sys.modules.get(name.removesuffix(".py"))
        return _is_in(getattr(module, "__file__", None), self.path.parent)

    def function(self, name: str) -> Callable[..., object]:
        """Return a function of the file; it raises ReaderError instead of whatever it raises.

        Parameters
        ----------
        name : str
            What it is called in the file.
        """
        function = getattr(self._module, name, None)
        if not callable(function):
            raise ReaderError(f"{self.path.name}: the function {name} is missing")

        def call(*arguments: object) -> object:
            self._check_parameters(function, len(arguments))
            given = [each.copy() if isinstance(each, np.ndarray) else each for each in arguments]
            with _told(self.path):
                returned = function(*given)
            for parameter, before, after in zip(
                inspect.signature(function).parameters, arguments, given, strict=False
            ):
                if isinstance(before, np.ndarray) and not np.array_equal(before, np.asarray(after)):
                    raise ReaderError(
                        f"{self.path.name}: {name} changes {parameter}, which belongs to its "
                        f"caller\n  `{parameter} = {parameter} + ...` makes a new array; "
                        f"`{parameter} += ...` writes into this one"
                    )
            return returned

        return call

    def _check_parameters(self, function: Callable[..., object], count: int) -> None:
        """Raise ReaderError if a function can't be called with so many arguments."""
        try:
            inspect.signature(function).bind(*range(count))
        except TypeError:
            code = inspect.unwrap(function).__code__ if inspect.isfunction(function) else None
            line = f", line {code.co_firstlineno}" if code else ""
            raise ReaderError(
                f"{self.path.name}{line}: {getattr(function, '__name__', function)} must take "
                f"{count} arguments, as it did at first"
            ) from None


@contextlib.contextmanager
def opened(path: Path, seconds: float = _SECONDS) -> Iterator[Reader]:
    """Run the reader's file and lend its functions, for some seconds.

    Other files of its folder can be imported by it, and are forgotten afterwards.

    Parameters
    ----------
    path : Path
        The file.
    seconds : float, default 10
        If the block is not through by then, the process says where it is, and ends.

    Yields
    ------
    Reader
        The file.
    """
    path = path.resolve()
    source = path.read_bytes()
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    before = set(sys.modules)
    sys.path.insert(0, str(path.parent))
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    importlib.invalidate_caches()
    linecache.checkcache()
    try:
        with _time_limit(seconds, path):
            with _told(path):
                exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)
            yield Reader(path, module)
    finally:
        sys.path.remove(str(path.parent))
        sys.dont_write_bytecode = writes
        for name in set(sys.modules) - before:
            if _is_in(getattr(sys.modules[name], "__file__", None), path.parent):
                del sys.modules[name]


# -- errors of the reader's code ------------------------------------------------------------------


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn whatever the reader's code raises into a ReaderError; warnings of NumPy are left out."""
    try:
        with np.errstate(all="ignore"):
            yield
    except (KeyboardInterrupt, ReaderError):
        raise
    except BaseException as error:  # SystemExit too: the reader's file may call exit()
        raise _explained(error, path) from None


def _explained(error: BaseException, path: Path) -> ReaderError:
    """Return an error that says where and why the reader's code failed, and what stands there."""
    if isinstance(error, SyntaxError) and _is_in(error.filename, path.parent):
        code = (error.text or "").strip()
        name = Path(error.filename or "").name
        return ReaderError(f"{name}, line {error.lineno}: {error.msg}\n  {code}")
    frames = [
        (frame, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if _is_in(frame.f_code.co_filename, path.parent)
    ]
    reason = " ".join(f"{type(error).__name__}: {error}".rstrip(": ").split())
    reason = re.sub(*_MATMUL, reason)
    if not frames:
        return ReaderError(f"{path.name}: {reason}")
    frame, line = frames[-1]
    where = f"{Path(frame.f_code.co_filename).name}, line {line}"
    code = _statement(frame, line)
    names = [name for name in _names(code) if name in frame.f_locals]
    unfilled = [name for name in names if frame.f_locals.get(name) is ...]
    if unfilled:
        return UnfilledError(f"{where}: nothing is filled in yet for {' and '.join(unfilled)}")
    if "'ellipsis'" in reason and "..." not in code:
        return UnfilledError(f"{where}: this meets a `...` that is not filled in yet\n  {code}")
    if "= ..." in code:
        return UnfilledError(f"{where}: nothing is filled in yet\n  {code}")
    values = [text for name in names if (text := _value(name, frame.f_locals[name]))]
    lines = [f"{where}: {reason}", code, *([", ".join(values)] if values else [])]
    for frame, line in _callers(frames, path):
        where = f"{Path(frame.f_code.co_filename).name}, line {line}"
        lines.append(f"called in {where}: {_statement(frame, line)}")
    return ReaderError("\n  ".join(lines))


def _callers(frames: list[_Place], path: Path) -> list[_Place]:
    """Return what called the last function, and where that comes from in the file checked."""

    def place(frame: FrameType, line: int) -> tuple[str, int]:
        return frame.f_code.co_filename, line

    calling = [  # on the same line, it is a list comprehension
        each
        for each in frames[:-1]
        if each[0].f_code.co_name != "<module>" and place(*each) != place(*frames[-1])
    ]
    in_file = [each for each in calling if Path(each[0].f_code.co_filename) == path]
    return list(dict.fromkeys([*calling[-1:], *in_file[-1:]]))


def _statement(frame: FrameType, line: int) -> str:
    """Return the code on a line; that of all its lines if a statement has several."""
    lines = linecache.getlines(frame.f_code.co_filename)
    simple = (
        node
        for node in ast.walk(ast.parse("".join(lines)))
        if isinstance(node, ast.stmt) and not hasattr(node, "body")
    )
    for node in simple:
        last = node.end_lineno or node.lineno
        if node.lineno <= line <= last and node.lineno < last:
            return ast.unparse(node)
    return lines[line - 1].strip() if line <= len(lines) else ""


def _names(code: str) -> list[str]:
    """Return the names that stand in a line of code, each once."""
    return list(dict.fromkeys(re.findall(r"[A-Za-z_]\w*", code.partition("#")[0])))


def _value(name: str, value: object) -> str:
    """Return what to say of a variable: the shape of an array, how long a list is, or an index."""
    if isinstance(value, np.ndarray):
        return f"{name} {value.shape}"
    if isinstance(value, dict) and len(value) <= _SHOWN:
        keys = [_value(repr(key), each) or repr(key) for key, each in value.items()]
        return f"{name} {{{', '.join(keys)}}}"
    if isinstance(value, list | tuple | dict) or (isinstance(value, str) and len(value) > _SHOWN):
        return f"{name} of length {len(value)}"
    return f"{name} = {value!r}" if isinstance(value, int | str) else ""


def _is_in(file: str | None, folder: Path) -> bool:
    """Return whether a file lies in a folder."""
    return file is not None and Path(file).resolve().parent == folder


# -- code that does not end -----------------------------------------------------------------------


@contextlib.contextmanager
def _time_limit(seconds: float, path: Path) -> Iterator[None]:
    """End the process, with a line that says where it is, if the block takes longer."""
    thread = threading.get_ident()

    def expire() -> None:
        frame: FrameType | None = sys._current_frames().get(thread)
        while frame is not None and not _is_in(frame.f_code.co_filename, path.parent):
            frame = frame.f_back
        line = "" if frame is None else f", line {frame.f_lineno}"
        name = path.name if frame is None else Path(frame.f_code.co_filename).name
        print(f"{name}{line}: still running after {seconds:g} seconds: does a loop never end?")
        sys.stdout.flush()
        os._exit(1)

    timer = threading.Timer(seconds, expire)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
