"""Puts a changed text in the place of a file: while it is imported, or into what is imported.

`replace` exchanges the code of the functions that exist. That takes a moment, and is the same as an
import of the changed text as long as nothing that the change concerns ran before. `serve` imports
everything anew with the changed text.
"""

import gc
import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType

# Modules in the folder that are left alone: installed ones, and Python's own.
INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
STANDARD = tuple(f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "platstdlib"))


class ClosureChangedError(Exception):
    """A changed function uses other variables of the function around it than before."""


def functions() -> dict[str, list[FunctionType]]:
    """All functions that exist, for each file by the name that their code has for it."""
    found: dict[str, list[FunctionType]] = {}
    for thing in gc.get_objects():
        if type(thing) is FunctionType:
            found.setdefault(thing.__code__.co_filename, []).append(thing)
    return found


def replace(functions: Sequence[FunctionType], before: str, after: str) -> int:
    """Give functions of one file their code in a changed text; return how many got another one.

    Parameters
    ----------
    functions : sequence of function
        Those of the file.
    before, after : str
        Its text and the changed one, with as many lines.

    Raises
    ------
    ClosureChangedError
        If a function uses other variables of the function around it than before.
    """
    if not functions:
        return 0
    file = functions[0].__code__.co_filename
    old, new = (_codes(compile(text, file, "exec", dont_inherit=True)) for text in (before, after))
    count = 0
    for function in functions:
        code = function.__code__
        place = code.co_qualname, code.co_firstlineno
        pairs = list(zip(old.get(place, []), new.get(place, []), strict=False))
        if len(pairs) > 1:  # several of one name in one line: lambdas
            pairs = [pair for pair in pairs if pair[0] == code]
        for right, wrong in pairs[:1]:
            if right != wrong:
                if wrong.co_freevars != code.co_freevars:
                    raise ClosureChangedError
                function.__code__ = wrong
                count += 1
    return count


def _codes(code: CodeType) -> dict[tuple[str, int], list[CodeType]]:
    """The codes inside a code by qualified name and first line, in the order of the text."""
    found: dict[tuple[str, int], list[CodeType]] = {}
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found.setdefault((inner.co_qualname, inner.co_firstlineno), []).append(inner)
            for place, codes in _codes(inner).items():
                found.setdefault(place, []).extend(codes)
    return found


class Served(SourceFileLoader):
    """Loads a module from a text instead of its file."""

    text: str

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.text, self.path, "exec", dont_inherit=True)


class Finder:
    """An import hook that serves a text as the module in a file."""

    def __init__(self, file: Path, text: str) -> None:
        self.file, self.text = file.resolve(), text

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        if fullname.rpartition(".")[2] not in {self.file.stem, self.file.parent.name}:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin is None or Path(spec.origin).resolve() != self.file:
            return None
        spec.loader = Served(fullname, spec.origin)
        spec.loader.text = self.text
        return spec


def forget(folder: Path) -> None:
    """Let the next imports of modules in a folder read their files anew."""
    for name in list(_modules_of(folder)):
        del sys.modules[name]


def serve(file: Path, text: str) -> None:
    """Have the next import of a file take a text in its place."""
    sys.meta_path.insert(0, Finder(file, text))


def _modules_of(folder: Path) -> Iterator[str]:
    starts = tuple(f"{path}{os.sep}" for path in (folder, folder.resolve()))
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        left_alone = file.startswith(STANDARD) or any(part in file for part in INSTALLED)
        if name != "__main__" and file.startswith(starts) and not left_alone:
            yield name
