"""What `fit` returns: the measures of all epochs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from glassnet.errors import no_such

__all__ = ["History"]


@dataclass
class History:
    """The measures of each epoch.

    ``history["training_loss"]`` is a list with one number for each epoch. Iterating yields the
    epochs as dictionaries. Printing it shows a table.

    Parameters
    ----------
    epochs : list[dict[str, float]], optional
        One entry for each epoch: "epoch", "training_loss", with validation "validation_loss" and
        "validation_..." for each metric, and "seconds".
    finished : bool, default True
        False if Ctrl-C or the callback ended the training.

    Raises
    ------
    KeyError
        If there is no such column.

    Examples
    --------
    >>> from glassnet.train import History
    >>> history = History([
    ...     {"epoch": 1, "training_loss": 0.5, "validation_loss": 0.6, "seconds": 0.1},
    ...     {"epoch": 2, "training_loss": 0.25, "validation_loss": 0.4, "seconds": 0.1},
    ... ])
    >>> history["training_loss"], len(history)
    ([0.5, 0.25], 2)
    >>> print(history)
    epoch  training_loss  validation_loss  seconds
        1         0.5000           0.6000      0.1
        2         0.2500           0.4000      0.1
    """

    epochs: list[dict[str, float]] = field(default_factory=list)
    finished: bool = True

    @property
    def columns(self) -> list[str]:
        """The names of what there is for each epoch."""
        return list(self.epochs[0]) if self.epochs else []

    def __getitem__(self, column: str) -> list[float]:
        if not self.epochs:
            raise KeyError(f"there is no column {column!r}, as no epoch has ended")
        if column not in self.columns:
            raise KeyError(no_such("column", column, self.columns))
        return [epoch[column] for epoch in self.epochs]

    def __len__(self) -> int:
        return len(self.epochs)

    def __iter__(self) -> Iterator[dict[str, float]]:
        return iter(self.epochs)

    def __str__(self) -> str:
        rows = [self.columns]
        rows += [[_shown(name, epoch[name]) for name in self.columns] for epoch in self]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(_line(row, widths) for row in rows) or "no epoch has ended"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def _shown(column: str, value: float) -> str:
    return str(value) if column in ("epoch", "seconds") else f"{value:.4f}"
