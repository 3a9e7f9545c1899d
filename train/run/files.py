"""The files of a run: `last.npz`, `best.npz` and `log.csv`; and how files of earlier runs are kept.

A folder belongs to one run at a time. The files of an earlier run in it are moved to another
folder, never overwritten; other files in it are left alone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from glassnet.errors import UserError
from glassnet.train.run.log import LogError, is_log, require_log

__all__ = ["BEST", "LAST", "LOG", "FolderError", "prepare_files", "sole_run_in"]

LAST = "last.npz"
"""The checkpoint from which training can go on."""

BEST = "best.npz"
"""The checkpoint with the lowest validation loss."""

LOG = "log.csv"
"""The log."""


class FolderError(UserError):
    """A folder that a run can't write in, as another run does; the message names it.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.run.files import FolderError, sole_run_in
    >>> try:
    ...     with sole_run_in(Path("run")), sole_run_in(Path("run")):
    ...         pass
    ... except FolderError as error:
    ...     print(error)
    run: another run is writing there; choose another folder
    """


@contextlib.contextmanager
def sole_run_in(folder: Path) -> Iterator[None]:
    """Make the folder of a run and lock it, so that no other run writes there meanwhile.

    Whether it can be written to is checked before training, so that no result is lost.

    Parameters
    ----------
    folder : pathlib.Path
        The folder, which need not be there.

    Yields
    ------
    None
        Nothing: the folder is this run's until the block ends.

    Raises
    ------
    FolderError
        If it is a file, or another run has locked it.
    OSError
        If it can't be made or written to.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.run.files import sole_run_in
    >>> with sole_run_in(Path("run")):
    ...     print(Path("run").is_dir())
    True
    """
    if folder.exists() and not folder.is_dir():
        raise FolderError(f"{folder}: is a file, not a folder")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass
    with contextlib.ExitStack() as stack:
        try:
            import fcntl
        except ImportError:  # not on Windows
            pass
        else:
            # The lock goes with the process, however that ends, and leaves nothing behind.
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FolderError(
                    f"{folder}: another run is writing there; choose another folder"
                ) from None
            except OSError:  # a file system without locks, as some over a network
                pass
        yield


def prepare_files(folder: Path, log: Path, resumed: Path | None) -> None:
    """Move the files of an earlier run out of a folder, and copy those of a run that goes on.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the run; it is there.
    log : pathlib.Path
        Its log.
    resumed : pathlib.Path or None
        The checkpoint from which the run goes on; None if it is new.

    Raises
    ------
    LogError
        If the log would replace another file; nothing has been moved then.

    Examples
    --------
    >>> import contextlib, sys
    >>> from pathlib import Path
    >>> from glassnet.train.run.files import LAST, LOG, prepare_files
    >>> folder = Path("run")
    >>> folder.mkdir()
    >>> (folder / LAST).touch()
    >>> with contextlib.redirect_stderr(sys.stdout):
    ...     prepare_files(folder, folder / LOG, None)
    kept the earlier run of run as run-1
    """
    in_place = resumed is not None and folder.samefile(resumed.parent)
    if resumed is not None and in_place:
        # A copy of an earlier last.npz may have a later one beside it.
        earlier = resumed.name != LAST and (folder / LAST).exists()
    else:
        earlier = any((folder / name).exists() for name in (LAST, BEST)) or is_log(folder / LOG)
    log_in_folder = log.parent.resolve() == folder.resolve()
    if log_in_folder and log.name in (LAST, BEST):
        raise LogError(f"{log}: is the name of a checkpoint; choose another name for the log")
    if not (earlier and log_in_folder and log.name == LOG):  # or else it is moved aside
        require_log(log, new=resumed is None)
    aside = _move_aside(folder) if earlier else None
    if resumed is None:
        return
    source = aside if in_place and aside else resumed.parent
    _copy_unless_there(source / LOG, log)
    if resumed.name == LAST:
        _copy_unless_there(source / BEST, folder / BEST)
    if not log.exists():
        print(f"{log}: is missing; a new one begins", file=sys.stderr)


def _copy_unless_there(file: Path, copy: Path) -> None:
    if file.exists() and not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def _move_aside(folder: Path) -> Path:
    """Move the files of an earlier run in this folder to a new folder beside it; return that."""
    name, number = folder.resolve(), 1
    while (aside := name.with_name(f"{name.name}-{number}")).exists():
        number += 1
    aside.mkdir()
    for file in (LAST, BEST, LOG):
        if (folder / file).exists():
            (folder / file).rename(aside / file)
    print(f"kept the earlier run of {folder} as {os.path.relpath(aside)}", file=sys.stderr)
    return aside
