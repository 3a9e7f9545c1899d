"""Schedules: how the learning rate changes in the course of training.

    schedule = parse_schedule("one-cycle:0.2")
    optimizer.learning_rate = learning_rate * schedule(step, steps_total, steps_per_epoch)

A schedule gives the factor for the learning rate of one step. Steps count from 0: the first is
taken with `schedule(0, ...)` and the last with `schedule(steps_total - 1, ...)`. `one_cycle` and
`cosine` reach 0, or their floor, at `steps_total`, one step later, and stay there.
"""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = [
    "SCHEDULES",
    "Schedule",
    "constant",
    "cosine",
    "exponential",
    "one_cycle",
    "parse_schedule",
    "step_decay",
]

Schedule = Callable[[int, int, int], float]
"""A function (step, steps_total, steps_per_epoch) -> factor for the learning rate."""

SCHEDULES = "constant, step:EVERY:FACTOR, exponential:FACTOR, one-cycle[:WARMUP[:FLOOR]] or cosine"
"""What `parse_schedule` reads, in one line, for a help text."""


def constant() -> Schedule:
    """Return the schedule that keeps the learning rate as it is.

    Examples
    --------
    >>> from glassnet.nn.optim.schedules import constant
    >>> schedule = constant()
    >>> [schedule(step, 4, 2) for step in range(4)]
    [1.0, 1.0, 1.0, 1.0]
    """
    return lambda step, steps_total, steps_per_epoch: 1.0


def step_decay(every: float, factor: float) -> Schedule:
    """Return the schedule that multiplies the learning rate by `factor` after each `every` epochs.

    Parameters
    ----------
    every : float
        The number of epochs, above 0.
    factor : float
        The factor, above 0 and at most 1.

    Returns
    -------
    Schedule
        A function (step, steps_total, steps_per_epoch) -> factor.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> from glassnet.nn.optim.schedules import step_decay
    >>> schedule = step_decay(every=1, factor=0.5)
    >>> [schedule(step, 6, 2) for step in range(6)]  # two steps for each epoch
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """
    if not every > 0:
        raise ValueError(f"the epochs from one decay to the next must be above 0, not {every}")
    _require_factor(factor)
    return lambda step, steps_total, steps_per_epoch: factor ** (step // (every * steps_per_epoch))


def exponential(factor: float) -> Schedule:
    """Return the schedule that multiplies by `factor` in each epoch, evenly over its steps.

    Parameters
    ----------
    factor : float
        The factor, above 0 and at most 1.

    Returns
    -------
    Schedule
        A function (step, steps_total, steps_per_epoch) -> factor.

    Raises
    ------
    ValueError
        If the factor is out of range.

    Examples
    --------
    >>> from glassnet.nn.optim.schedules import exponential
    >>> schedule = exponential(factor=0.25)
    >>> [schedule(step, 4, 2) for step in range(4)]  # two steps for each epoch
    [1.0, 0.5, 0.25, 0.125]
    """
    _require_factor(factor)
    return lambda step, steps_total, steps_per_epoch: factor ** (step / steps_per_epoch)


def one_cycle(warmup: float = 0.3, start: float = 0.04, floor: float = 0.0) -> Schedule:
    """Return the schedule that rises linearly from `start` to 1, then falls along a cosine.

    Parameters
    ----------
    warmup : float, default 0.3
        The share of all steps spent rising, at least 0 and below 1.
    start : float, default 0.04
        The factor of the first step if there is a warm-up, above 0 and at most 1.
    floor : float, default 0.0
        The factor at the end, at least 0 and at most 1.

    Returns
    -------
    Schedule
        A function (step, steps_total, steps_per_epoch) -> factor.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    Smith 2018, *A disciplined approach to neural network hyper-parameters*, section 4; Loshchilov
    & Hutter 2017, *SGDR: stochastic gradient descent with warm restarts*, for the cosine.

    Examples
    --------
    >>> from glassnet.nn.optim.schedules import one_cycle
    >>> schedule = one_cycle(warmup=0.5, start=0.2)
    >>> [round(schedule(step, 8, 1), 2) for step in range(8)]
    [0.2, 0.4, 0.6, 0.8, 1.0, 0.85, 0.5, 0.15]
    """
    if not 0 <= warmup < 1:
        raise ValueError(f"the warm-up must be at least 0 and below 1, not {warmup}")
    if not 0 < start <= 1:
        raise ValueError(f"the start must be above 0 and at most 1, not {start}")
    if not 0 <= floor <= 1:
        raise ValueError(f"the floor must be at least 0 and at most 1, not {floor}")

    def schedule(step: int, steps_total: int, steps_per_epoch: int) -> float:
        progress = min(step / steps_total, 1.0)
        if progress < warmup:
            return start + (1 - start) * progress / warmup
        return floor + (1 - floor) * _half_cosine((progress - warmup) / (1 - warmup))

    return schedule


def cosine() -> Schedule:
    """Return the schedule that falls from 1 to 0 along half a cosine.

    References
    ----------
    Loshchilov & Hutter 2017, *SGDR: stochastic gradient descent with warm restarts*, equation 5
    with a single period.

    Examples
    --------
    >>> from glassnet.nn.optim.schedules import cosine
    >>> schedule = cosine()
    >>> [round(schedule(step, 4, 1), 2) for step in range(5)]
    [1.0, 0.85, 0.5, 0.15, 0.0]
    """
    return lambda step, steps_total, steps_per_epoch: _half_cosine(min(step / steps_total, 1.0))


def parse_schedule(text: str) -> Schedule:
    """Return the schedule that a word of the command line names.

    Parameters
    ----------
    text : str
        `constant`; `step:EVERY:FACTOR` with EVERY in epochs; `exponential:FACTOR` per epoch;
        `one-cycle`, `one-cycle:WARMUP` with WARMUP a share of all steps, or
        `one-cycle:WARMUP:FLOOR` with FLOOR the factor at the end; or `cosine`.

    Returns
    -------
    Schedule
        A function (step, steps_total, steps_per_epoch) -> factor.

    Raises
    ------
    ValueError
        If the text is none of these, or a number is out of range.

    Examples
    --------
    >>> from glassnet.nn import parse_schedule
    >>> schedule = parse_schedule("step:2:0.1")
    >>> schedule(0, 300, 100), schedule(200, 300, 100)  # step, steps in all, steps per epoch
    (1.0, 0.1)
    """
    kind, *numbers = text.split(":")
    try:
        match kind, numbers:
            case "constant", []:
                return constant()
            case "step", [every, factor]:
                return step_decay(_number(every), _number(factor))
            case "exponential", [factor]:
                return exponential(_number(factor))
            case "one-cycle", []:
                return one_cycle()
            case "one-cycle", [warmup]:
                return one_cycle(_number(warmup))
            case "one-cycle", [warmup, floor]:
                return one_cycle(_number(warmup), floor=_number(floor))
            case "cosine", []:
                return cosine()
    except ValueError as error:
        raise ValueError(f"schedule {text!r}: {error}; allowed are {SCHEDULES}") from None
    raise ValueError(f"schedule {text!r} is not known; allowed are {SCHEDULES}")


def _number(text: str) -> float:
    """Read a number, or raise an error that quotes the text."""
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None


def _half_cosine(progress: float) -> float:
    """Fall from 1 to 0 while `progress` rises from 0 to 1."""
    return 0.5 * (1 + math.cos(math.pi * progress))


def _require_factor(factor: float) -> None:
    """Raise a ValueError if the factor is out of range."""
    if not 0 < factor <= 1:
        raise ValueError(f"the factor must be above 0 and at most 1, not {factor}")
