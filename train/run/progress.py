"""What a run prints while it trains: a progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tqdm import tqdm

from glassnet.train.options import TrainingOptions
from glassnet.train.run.position import Position

__all__ = ["Progress", "why_stopped"]

_SECONDS_BETWEEN_LINES = 10.0
_SHORT = {"training_loss": "loss", "validation_accuracy": "accuracy"}


class Progress:
    """A progress bar on a terminal; elsewhere a plain line every ten seconds.

    Parameters
    ----------
    steps_per_epoch : int
        Updates of one epoch.
    epochs : int
        Epochs of the run.
    items_per_step : int
        How many items one update reads.
    unit : str
        What the items are, such as "characters".
    quiet : bool
        Print nothing, as workers other than the first do.

    Examples
    --------
    >>> import contextlib, sys
    >>> from glassnet.train.run.progress import Progress
    >>> with contextlib.redirect_stderr(sys.stdout):
    ...     progress = Progress(4, 2, 2500, "characters", quiet=False)
    ...     progress.start_epoch(1, 0)
    ...     progress.step(1, 2.5)
    ...     progress.end_epoch({"epoch": 1, "training_loss": 2.25, "seconds": 61.0})
    epoch 1/2  training loss 2.2500  61 s
    """

    def __init__(
        self, steps_per_epoch: int, epochs: int, items_per_step: int, unit: str, quiet: bool
    ) -> None:
        self._steps_per_epoch, self._epochs = steps_per_epoch, epochs
        self._items_per_step, self._unit = items_per_step, unit
        self._quiet, self._terminal = quiet, sys.stderr.isatty()
        self._bar: tqdm | None = None

    def start_epoch(self, epoch: int, step: int) -> None:
        """Begin with an epoch.

        Parameters
        ----------
        epoch : int
            Its number, from 1.
        step : int
            How many of its updates are done already.
        """
        self._title, self._first = f"epoch {epoch}/{self._epochs}", step
        self._began = self._said = time.monotonic()
        if not self._quiet and self._terminal:
            self._bar = tqdm(
                total=self._steps_per_epoch * self._items_per_step,
                initial=step * self._items_per_step,
                desc=self._title,
                unit=f" {self._unit}",
                unit_scale=True,
                dynamic_ncols=True,
                leave=False,
            )

    def step(self, step: int, loss: float) -> None:
        """Show how far the epoch is.

        Parameters
        ----------
        step : int
            How many of its updates are done.
        loss : float
            Running mean of the training loss.
        """
        if self._bar is not None:
            # In front, as a narrow terminal cuts off the end.
            self._bar.set_description_str(f"{self._title}  loss {loss:.4f}", refresh=False)
            self._bar.update(self._items_per_step)
        now = time.monotonic()
        if self._quiet or self._terminal or now - self._said < _SECONDS_BETWEEN_LINES:
            return
        self._said = now
        rate = (step - self._first) / (now - self._began)
        minutes, seconds = divmod(round((self._steps_per_epoch - step) / rate), 60)
        self.say(
            f"{self._title}  step {step}/{self._steps_per_epoch}  "
            f"loss {loss:.4f}  {rate * self._items_per_step:,.0f} {self._unit}/s  "
            f"{minutes}:{seconds:02} left"
        )

    def end_epoch(self, values: dict[str, float]) -> None:
        """Print one line that stays.

        Parameters
        ----------
        values : dict of str to float
            The measures of the epoch by name, "seconds" among them.
        """
        self.close()
        # With an accuracy, 80 columns have no room for the longer names.
        short = _SHORT if "validation_accuracy" in values else {}
        measures = "  ".join(
            f"{short.get(name, name.replace('_', ' '))} {value:.4f}"
            for name, value in values.items()
            if name not in ("epoch", "seconds")
        )
        self.say(f"{self._title}  {measures}  {values['seconds']:.0f} s")

    def say(self, line: str) -> None:
        """Print a line, above the bar if there is one.

        Parameters
        ----------
        line : str
            What to print.
        """
        if not self._quiet:
            tqdm.write(line, file=sys.stderr)
            sys.stderr.flush()

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def why_stopped(
    position: Position,
    steps_per_epoch: int,
    options: TrainingOptions,
    out_of_patience: bool,
    saved: Path | None,
) -> str:
    """Return why training stopped before its end, or did not begin.

    Parameters
    ----------
    position : Position
        Where it stands.
    steps_per_epoch : int
        Updates of one epoch.
    options : TrainingOptions
        The options of the run.
    out_of_patience : bool
        Whether it stopped as the loss got no better.
    saved : Path or None
        The checkpoint from which it can go on.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> from glassnet.train.options import TrainingOptions
    >>> from glassnet.train.run.position import Position
    >>> from glassnet.train.run.progress import why_stopped
    >>> why_stopped(Position(step=5), 4, TrainingOptions(epochs=3), False, None)
    'stopped after update 5 of 12'
    """
    end = options.epochs * steps_per_epoch
    if position.step >= end:
        return (
            f"{position.step // steps_per_epoch} of {options.epochs} epochs are done already; "
            f"{options.spelled('epochs')} can make them more"
        )
    if out_of_patience:
        held_out = "validation_loss" in position.history[-1]
        return (
            f"stopped after epoch {position.step // steps_per_epoch}: no better "
            f"{'validation' if held_out else 'training'} loss "
            f"for {options.spelled('patience', options.patience)}"
        )
    message = f"stopped after update {position.step} of {end}"
    if saved is not None:
        message += f"; saved {saved}, and {options.spelled('resume')} goes on from there"
    return message
