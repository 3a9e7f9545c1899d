"""What the training loop knows of what it minimizes."""

from __future__ import annotations

from typing import Protocol

from glassnet.nn import Array

__all__ = ["Objective"]


class Objective(Protocol):
    """What one update computes, and validation; it belongs to one network and its data.

    Attributes
    ----------
    steps_per_epoch : int
        Updates in an epoch.
    items_per_step : int
        What one update reads, for the progress: 2,500 "characters".
    unit : str
        The plural name of such an item.
    in_last_stage : bool
        Whether no other stage of training follows, so that it may be stopped early.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense, mean_squared_error
    >>> from glassnet.train.objectives import BatchObjective, Objective
    >>> network = Dense(1, 1).initialize(np.random.default_rng(1))
    >>> x = np.ones((5, 1), np.float32)
    >>> objective: Objective = BatchObjective(
    ...     network, mean_squared_error, training=(x, x), batch=2,
    ...     generator=np.random.default_rng(1),
    ... )
    >>> objective.steps_per_epoch
    3
    """

    steps_per_epoch: int
    items_per_step: int
    unit: str

    @property
    def in_last_stage(self) -> bool: ...

    def start_epoch(self) -> bool | None:
        """Prepare for the first update of an epoch.

        Returns
        -------
        bool or None
            True says that a stage of training begins with it, whose losses do not compare with
            those before: the optimizer and the search for the best epoch then start afresh.
        """

    def compute(self, step: int) -> float:
        """Add this worker's gradients of one update; return its part of the mean loss.

        Parameters
        ----------
        step : int
            Number of the update in the epoch, from 0.

        Returns
        -------
        float
            The parts of all workers sum to the mean loss of the update.
        """

    def validate(self) -> dict[str, float]:
        """Return measures on held-out data by name, `validation_loss` among them if there is."""

    def state(self) -> dict[str, Array]:
        """Return the arrays that a checkpoint must hold to go on in the middle of an epoch."""

    def restore(self, state: dict[str, Array]) -> None:
        """Continue from what `state` returned.

        Parameters
        ----------
        state : dict[str, Array]
            From an objective of the same options, whatever the number of workers was.
        """
