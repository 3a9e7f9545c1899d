"""The files of a run: `last.npz`, `best.npz` and `log.csv`, and how those of others are spared.

A folder belongs to one run at a time. What an earlier run left in it is moved aside, never written
over; other files in it are left alone.
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

LAST, BEST, LOG = "last.npz", "best.npz", "log.csv"


class FolderError(UserError):
    """Another run holds the folder that a run should write to; the message names it."""


@contextlib.contextmanager
def sole_run_in(folder: Path) -> Iterator[None]:
    """Make the folder of a run and hold it, so that no other run writes there meanwhile.

    That it can't be made or written to had better be known before training than after.

    Raises
    ------
    FolderError : if another run holds it.
    OSError : if it can't be made or written to.
    """
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(None, "is a file, not a folder", str(folder))
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
                    f"{folder}: another run is writing there; --save names another folder"
                ) from None
            except OSError:  # a file system without locks, as some over a network
                pass
        yield


def prepare_files(folder: Path, log: Path, resumed: Path | None) -> None:
    """Make room for the files of a run in its folder, and fetch those of the run that goes on.

    Parameters
    ----------
    folder : of the run; it is there.
    log : path of its log.
    resumed : the checkpoint that the run goes on from, if any.

    Raises
    ------
    LogError : if the log would take the place of another file; nothing has been moved then.
    """
    in_place = resumed is not None and folder.samefile(resumed.parent)
    if resumed is not None and in_place:
        # A copy of an earlier last.npz may have a later one beside it.
        earlier = resumed.name != LAST and (folder / LAST).exists()
    else:
        earlier = any((folder / name).exists() for name in (LAST, BEST)) or is_log(folder / LOG)
    log_in_folder = log.parent.resolve() == folder.resolve()
    if log_in_folder and log.name in (LAST, BEST):
        raise LogError(f"{log}: is where a checkpoint goes; --log names another file")
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
        print(f"{log}: is not there to go on with, and begins anew", file=sys.stderr)


def _copy_unless_there(file: Path, copy: Path) -> None:
    if file.exists() and not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def _move_aside(folder: Path) -> Path:
    """Move the files that an earlier run left in this folder to a new one beside it."""
    name, number = folder.resolve(), 1
    while (aside := name.with_name(f"{name.name}-{number}")).exists():
        number += 1
    aside.mkdir()
    for file in (LAST, BEST, LOG):
        if (folder / file).exists():
            (folder / file).rename(aside / file)
    print(f"kept the earlier run of {folder} as {os.path.relpath(aside)}", file=sys.stderr)
    return aside
