"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from glassnet.errors import UserError

__all__ = ["whole_file", "write_errors"]


@contextlib.contextmanager
def whole_file(path: Path | str) -> Iterator[BinaryIO]:
    """Open a new file for writing; it takes the name `path` once the block ends without error.

    Until then it is a temporary file in the same folder, which is made if it is missing. If the
    block raises, the temporary file is deleted and a file that was there before stays as it was.

    Parameters
    ----------
    path : path-like or str
        The file to write. A link stays a link: the file that it leads to is replaced.

    Yields
    ------
    binary file
        What to write to.

    Raises
    ------
    IsADirectoryError, NotADirectoryError
        If `path` is a folder, or its folder is a file.
    OSError
        If the folder can't be written to, the disk is full, or `path` is something else than a file
        (replacing a device such as /dev/null would take it away from everybody). All of these have
        `path` as their file name.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.files import whole_file
    >>> path = Path("results", "numbers.txt")
    >>> with whole_file(path) as file:
    ...     _ = file.write(b"1 2 3")
    ...     print(path.exists())
    False
    >>> path.read_text()
    '1 2 3'
    """
    given = path
    path = Path(os.path.realpath(path))  # write where a link leads instead of replacing the link
    try:
        if path.is_dir():
            raise IsADirectoryError(None, "is a folder")
        if path.exists() and not path.is_file():
            raise OSError(None, "is not a regular file")
        if path.parent.exists() and not path.parent.is_dir():
            raise NotADirectoryError(None, "Not a directory")
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(temporary, 0o666 & ~umask)  # mkstemp makes files that only their owner reads
            os.replace(temporary, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
    except OSError as error:
        error.filename = str(given)  # not the temporary file's name, nor None, as after a write
        raise


@contextlib.contextmanager
def write_errors(path: Path | str) -> Iterator[None]:
    """Turn what can go wrong in writing a file into a `UserError`: a context manager.

    Parameters
    ----------
    path : path-like or str
        The file that is written in the block.

    Yields
    ------
    None
        Nothing: the block does the writing.

    Raises
    ------
    UserError
        After an OSError, such as a full disk; or after an ImportError, with the command that
        installs what is missing.

    Examples
    --------
    >>> from glassnet.files import write_errors
    >>> with write_errors("picture.png"):
    ...     raise OSError(28, "No space left on device")
    Traceback (most recent call last):
    ...
    glassnet.errors.UserError: picture.png: can't be written (No space left on device)
    """
    try:
        yield
    except BrokenPipeError:
        raise  # of standard output or error: no file's
    except OSError as error:
        raise UserError(f"{path}: can't be written ({error.strerror})") from error
    except ImportError as error:
        raise UserError(f'{path}: needs {error.name}: pip install "glassnet[plots]"') from error
