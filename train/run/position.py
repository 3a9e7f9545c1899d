"""Where training stands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, cast

__all__ = ["Position"]


@dataclass
class Position:
    """Where training stands; a checkpoint holds it.

    Parameters
    ----------
    step : int, default 0
        Updates done, of all epochs.
    epoch_loss : float, default 0.0
        Sum of the losses of this epoch's updates.
    epoch_seconds : float, default 0.0
        Time that this epoch has taken.
    best_loss : float, default inf
        Loss of the best epoch.
    epochs_since_best : int, default 0
        Epochs that ended since then.
    history : list[dict[str, float]], optional
        One entry for each epoch.

    Examples
    --------
    >>> from glassnet.train.run.position import Position
    >>> Position(step=3).progress()["step"]
    3
    """

    step: int = 0
    epoch_loss: float = 0.0
    epoch_seconds: float = 0.0
    best_loss: float = math.inf
    epochs_since_best: int = 0
    history: list[dict[str, float]] = field(default_factory=list)

    def progress(self) -> dict[str, object]:
        """Return all but the history, as JSON values."""
        return {
            "step": self.step,
            "epoch_loss": self.epoch_loss,
            "epoch_seconds": self.epoch_seconds,
            "best_loss": self.best_loss if math.isfinite(self.best_loss) else None,
            "epochs_since_best": self.epochs_since_best,
        }

    @classmethod
    def of(cls, progress: Mapping[str, object], history: list[dict[str, float]]) -> Self:
        """Return the position that a checkpoint's `progress` and `history` hold.

        Parameters
        ----------
        progress : Mapping[str, object]
            What `progress` returned, perhaps among other values.
        history : list[dict[str, float]]
            One entry for each epoch.

        Returns
        -------
        Position
            The position.
        """
        values = cast(dict[str, Any], {name: progress[name] for name in cls().progress()})
        if values["best_loss"] is None:
            values["best_loss"] = math.inf
        return cls(**values, history=list(history))
