"""A user's own Python file, which a command runs because the user names it."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path
from types import ModuleType

from glassnet.errors import UserError
from glassnet.options import Parser

__all__ = ["ModuleError", "add_recipes", "import_file"]


class ModuleError(UserError):
    """A Python file that can't be run, or does not hold what is asked of it; the message says why.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.modules import ModuleError, import_file
    >>> _ = Path("my_networks.py").write_text("import numpy\\nsize = len(3)\\n")
    >>> try:
    ...     import_file("my_networks.py")
    ... except ModuleError as error:
    ...     print(error)
    my_networks.py, line 2: TypeError: object of type 'int' has no len()
    """


def import_file(path: Path | str) -> ModuleType:
    """Import a Python file, which runs it unless it was imported before.

    Its folder is put in front of `sys.path`, as Python does for a script: so it may import files
    beside it, and spawned processes find it by its name.

    Parameters
    ----------
    path : Path or str
        The file.

    Returns
    -------
    ModuleType
        The module.

    Raises
    ------
    ModuleError
        If there is no such file, it raises an error, or its name can't be imported.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.modules import import_file
    >>> _ = Path("my_sizes.py").write_text("units = 64\\n")
    >>> import_file("my_sizes.py").units
    64
    """
    path = Path(path)
    if path.is_dir():
        raise ModuleError(f"{path}: is a folder, not a Python file")
    if not path.exists():
        raise ModuleError(f"{path}: there is no such file")
    name = path.stem
    if path.suffix != ".py" or not name.isidentifier():
        raise ModuleError(
            f"{path}: can't be imported by this name; use letters, digits and _, then .py"
        )
    folder = str(path.absolute().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
        importlib.invalidate_caches()
    try:
        module = importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise ModuleError(_reason(path, error)) from error
    other = getattr(module, "__file__", None)
    if other is None or not path.samefile(other):
        raise ModuleError(
            f"{path}: {name} is the name of another module, {other or 'a part of Python'}; give "
            "this file another name"
        )
    return module


def _reason(path: Path, error: BaseException) -> str:
    """Return which line of a file raised an error, and what the error says."""
    file = str(path.absolute())
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == file
    ]
    message = str(error)
    if not lines and isinstance(error, SyntaxError):
        lines, message = [error.lineno], error.msg
    place = f", line {lines[-1]}" if lines else ""
    first = next(iter(message.splitlines()), "")
    kind = "" if isinstance(error, UserError) else f"{type(error).__name__}: "
    return f"{path}{place}: {kind}{first}".rstrip(": ")


def add_recipes(parser: Parser) -> None:
    """Add `--recipes`, which names a file that `import_file` is to import.

    Parameters
    ----------
    parser : Parser
        The parser of a command that opens a checkpoint.

    Examples
    --------
    >>> from glassnet.modules import add_recipes
    >>> from glassnet.options import Parser
    >>> parser = Parser("glassnet sample", "[options]", "Write text.")
    >>> add_recipes(parser)
    >>> parser.parse_args(["--recipes", "my_recipes.py"]).recipes
    PosixPath('my_recipes.py')
    """
    parser.add_argument(
        "--recipes",
        type=Path,
        metavar="FILE",
        help="file of your own, in Python, that has the recipe or the network of the checkpoint; "
        "the command runs it (default: none)",
    )
