"""`log.csv`, the log of a run: one row an update and one an epoch.

It holds no times, so that the log of a run that was stopped and resumed is the same, to the last
byte, as that of one that never stopped.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from glassnet.errors import UserError
from glassnet.files import whole_file

__all__ = ["COLUMNS", "CSVLog", "LogError", "is_log", "require_log"]

COLUMNS = (
    "event",
    "epoch",
    "step",
    "training_loss",
    "validation_loss",
    "learning_rate",
    "gradient_norm",
)
"""The columns that every log has; those of further measures come after them."""


class LogError(UserError):
    """A log that can't be where it should be, or is not the one to go on with.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.run.log import LogError, require_log
    >>> path = Path("notes.csv")
    >>> _ = path.write_text("milk,bread")
    >>> try:
    ...     require_log(path, new=False)
    ... except LogError as error:
    ...     print(error)
    notes.csv: is not a log of glassnet
    """


def is_log(path: Path) -> bool:
    """Return whether there is a file that begins as a log does.

    Parameters
    ----------
    path : pathlib.Path
        The file; it need not be there.

    Returns
    -------
    bool
        Whether its first line is the header of a log.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.run.log import CSVLog, is_log
    >>> CSVLog(Path("log.csv"), 0).close()
    >>> is_log(Path("log.csv")), is_log(Path("missing.csv"))
    (True, False)
    """
    if not path.is_file():
        return False
    with path.open("rb") as file:
        columns = file.readline().rstrip(b"\r\n").split(b",")
    return columns[: len(COLUMNS)] == [column.encode() for column in COLUMNS]


def require_log(path: Path, new: bool) -> None:
    """Make sure that a log replaces no other file.

    Parameters
    ----------
    path : pathlib.Path
        Where the log will be.
    new : bool
        Whether the run is new; one that is resumed goes on with the log that is there.

    Raises
    ------
    LogError
        If there is another file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.run.log import CSVLog, require_log
    >>> CSVLog(Path("log.csv"), 0).close()
    >>> require_log(Path("log.csv"), new=False)
    >>> require_log(Path("log.csv"), new=True)
    Traceback (most recent call last):
    ...
    glassnet.train.run.log.LogError: log.csv: is there already; choose another file for the log
    """
    if not path.exists():
        return
    if not path.is_file():
        raise LogError(f"{path}: is not a regular file; choose another one for the log")
    if new:
        raise LogError(f"{path}: is there already; choose another file for the log")
    if not is_log(path):
        raise LogError(f"{path}: is not a log of glassnet")


class CSVLog:
    """`log.csv`: a header, then rows that are in the file as soon as they are written.

    Parameters
    ----------
    path : pathlib.Path or None
        The file; None writes nothing.
    after : int
        Keep the rows of an earlier run up to this update, and go on after them.
    measures : tuple[str, ...], default ()
        Further columns, of what validation measures beside the loss.

    Raises
    ------
    LogError
        If the rows to go on after are not those of a log.
    OSError
        If the file can't be written; its file name is `path`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.run.log import CSVLog
    >>> log = CSVLog(Path("log.csv"), 0)
    >>> log.write(event="step", epoch=1, step=1, training_loss=2.5)
    >>> log.close()
    >>> print(Path("log.csv").read_text().strip())
    event,epoch,step,training_loss,validation_loss,learning_rate,gradient_norm
    step,1,1,2.5,,,
    """

    def __init__(self, path: Path | None, after: int, measures: tuple[str, ...] = ()) -> None:
        self._file: io.TextIOWrapper | None = None
        self._columns = (*COLUMNS, *measures)
        if path is None:
            return
        kept = _rows_until(path, after, self._columns) if after else []
        rows = io.StringIO(newline="")
        csv.writer(rows, lineterminator="\n").writerows([self._columns, *kept])
        with whole_file(path) as file:
            file.write(rows.getvalue().encode())
        self._path = path
        self._file = path.open("a", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file, lineterminator="\n")

    def write(self, **values: object) -> None:
        """Write one row.

        Parameters
        ----------
        **values : object
            By column; columns that are not given stay empty, and what has no column is left out.
            Floats are written exactly.

        Raises
        ------
        OSError
            If the file can't be written; its file name is the log's.
        """
        if self._file is not None:
            try:
                self._writer.writerow([_exact(values.get(column, "")) for column in self._columns])
                self._file.flush()
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(self._path)) from error

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def _exact(value: object) -> object:
    return repr(float(value)) if isinstance(value, float) else value


def _rows_until(path: Path, step: int, columns: tuple[str, ...]) -> list[list[str]]:
    """Return the rows of a log up to an update; none if there is no log."""
    if not path.is_file():  # whole_file says what is wrong with anything else
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        if header != list(columns):
            raise ValueError("another header")
        # The last row of a run that was killed may be cut off.
        return [row for row in rows if len(row) == len(columns) and int(row[2]) <= step]
    except (ValueError, csv.Error) as error:
        raise LogError(f"{path}: is not a log of glassnet") from error
