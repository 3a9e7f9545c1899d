"""What a run says while it trains: a progress bar or plain lines, and `log.csv`.

`log.csv` has one row an update and one an epoch. It holds no times, so that the log of a run that
was stopped and resumed is the same, to the last byte, as that of one that never stopped.
"""

from __future__ import annotations

import csv
import io
import sys
import time
from pathlib import Path

from tqdm import tqdm

from glassnet.errors import UserError
from glassnet.files import whole_file

COLUMNS = (
    "event",
    "epoch",
    "step",
    "training_loss",
    "validation_loss",
    "learning_rate",
    "gradient_norm",
)
_SECONDS_BETWEEN_LINES = 10.0


class LogError(UserError):
    """A log can't be where it should be, or is not the one to go on with; the message names it."""


def is_log(path: Path) -> bool:
    """Return whether a file is there that begins as a log does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.readline().rstrip(b"\r\n") == ",".join(COLUMNS).encode()


def require_log(path: Path, new: bool) -> None:
    """Make sure that writing a log takes no other file's place.

    Parameters
    ----------
    path : of the log.
    new : of a run that begins; one that is resumed goes on with a log that is there.

    Raises
    ------
    LogError : if it would.
    """
    if not path.exists():
        return
    if not path.is_file():
        raise LogError(f"{path}: is not a regular file; --log names another")
    if new:
        raise LogError(f"{path}: is there already; --log names another file")
    if not is_log(path):
        raise LogError(f"{path}: is not a log of glassnet")


class CSVLog:
    """`log.csv`: a header, then rows that are in the file as soon as they are written.

    Parameters
    ----------
    path : the file; None writes nothing.
    after : keep the rows of an earlier run up to this update, and go on after them.

    Raises
    ------
    LogError : if there is another file where the rows to go on after should be.
    OSError : naming the file, if it can't be written; from `write` too.
    """

    def __init__(self, path: Path | None, after: int) -> None:
        self._file: io.TextIOWrapper | None = None
        if path is None:
            return
        kept = _rows_until(path, after) if after else []
        rows = io.StringIO(newline="")
        csv.writer(rows, lineterminator="\n").writerows([COLUMNS, *kept])
        with whole_file(path) as file:
            file.write(rows.getvalue().encode())
        self._path = path
        self._file = path.open("a", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file, lineterminator="\n")

    def write(self, **values: object) -> None:
        """Write one row; columns that are not given stay empty, floats are exact."""
        if self._file is not None:
            try:
                self._writer.writerow([_exact(values.get(column, "")) for column in COLUMNS])
                self._file.flush()
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(self._path)) from error

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def _exact(value: object) -> object:
    return repr(float(value)) if isinstance(value, float) else value


def _rows_until(path: Path, step: int) -> list[list[str]]:
    require_log(path, new=False)
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))[1:]
        # The last row of a run that was killed may be cut off.
        return [row for row in rows if len(row) == len(COLUMNS) and int(row[2]) <= step]
    except FileNotFoundError:
        return []
    except (ValueError, csv.Error) as error:
        raise LogError(f"{path}: is not a log of glassnet") from error


class Progress:
    """A progress bar on a terminal; elsewhere a plain line every ten seconds.

    Parameters
    ----------
    steps_per_epoch, epochs : the length of the run.
    items_per_step, unit : what one update reads, such as 2,500 "characters".
    quiet : say nothing (on workers other than the first).
    """

    def __init__(
        self, steps_per_epoch: int, epochs: int, items_per_step: int, unit: str, quiet: bool
    ) -> None:
        self._steps_per_epoch, self._epochs = steps_per_epoch, epochs
        self._units_per_step, self._unit = items_per_step, unit
        self._quiet, self._terminal = quiet, sys.stderr.isatty()
        self._bar: tqdm | None = None

    def start_epoch(self, epoch: int, step: int) -> None:
        """Begin with an epoch (from 1), of which `step` updates are done already."""
        self._epoch, self._first = epoch, step
        self._began = self._said = time.monotonic()
        if not self._quiet and self._terminal:
            self._bar = tqdm(
                total=self._steps_per_epoch * self._units_per_step,
                initial=step * self._units_per_step,
                desc=f"epoch {epoch}/{self._epochs}",
                unit=f" {self._unit}",
                unit_scale=True,
                dynamic_ncols=True,
                leave=False,
            )

    def step(self, step: int, loss: float) -> None:
        """Show that `step` updates of the epoch are done; `loss` is their running mean."""
        if self._bar is not None:
            self._bar.set_postfix_str(f"loss {loss:.4f}", refresh=False)
            self._bar.update(self._units_per_step)
        now = time.monotonic()
        if self._quiet or self._terminal or now - self._said < _SECONDS_BETWEEN_LINES:
            return
        self._said = now
        rate = (step - self._first) / (now - self._began)
        minutes, seconds = divmod(round((self._steps_per_epoch - step) / rate), 60)
        self._print(
            f"epoch {self._epoch}/{self._epochs}  step {step}/{self._steps_per_epoch}  "
            f"loss {loss:.4f}  {rate * self._units_per_step:,.0f} {self._unit}/s  "
            f"{minutes}:{seconds:02} left in this epoch"
        )

    def end_epoch(self, values: dict[str, float]) -> None:
        """Print one line that stays, with the losses of the epoch."""
        self.close()
        measures = "  ".join(
            f"{name.replace('_', ' ')} {value:.4f}"
            for name, value in values.items()
            if name not in ("epoch", "seconds")
        )
        self._print(f"epoch {self._epoch}/{self._epochs}  {measures}  {values['seconds']:.0f} s")

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._print(line)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _print(self, line: str) -> None:
        if not self._quiet:
            tqdm.write(line, file=sys.stderr)
            sys.stderr.flush()
