"""Schedules: how the learning rate changes in the course of training.

    schedule = parse_schedule("one-cycle:0.2")
    optimizer.learning_rate = learning_rate * schedule(step, steps_total, steps_per_epoch)

A schedule gives the factor for the learning rate of one step. Steps count from 0, so the first is
taken with `schedule(0, ...)` and the last with `schedule(steps_total - 1, ...)`; what a docstring
calls the end is reached at `steps_total`, one step later, and holds from there on.
"""

from __future__ import annotations

import math
from collections.abc import Callable

Schedule = Callable[[int, int, int], float]
"""(step, steps_total, steps_per_epoch) -> factor"""

SCHEDULES = "constant, step:EVERY:FACTOR, exponential:FACTOR, one-cycle[:WARMUP] or cosine"
"""What `parse_schedule` reads, in one line for a help text."""


def constant() -> Schedule:
    """Keep the learning rate as it is."""
    return lambda step, steps_total, steps_per_epoch: 1.0


def step_decay(every: float, factor: float) -> Schedule:
    """Multiply the learning rate by `factor` after each `every` epochs.

    Parameters
    ----------
    every : epochs, above 0.
    factor : above 0 and at most 1.

    Raises
    ------
    ValueError : for a number out of range.
    """
    if not every > 0:
        raise ValueError(f"the epochs from one decay to the next must be above 0, not {every}")
    _require_factor(factor)
    return lambda step, steps_total, steps_per_epoch: factor ** (step // (every * steps_per_epoch))


def exponential(factor: float) -> Schedule:
    """Multiply the learning rate by `factor` in the course of each epoch, evenly over its steps.

    Parameters
    ----------
    factor : above 0 and at most 1.

    Raises
    ------
    ValueError : for a factor out of range.
    """
    _require_factor(factor)
    return lambda step, steps_total, steps_per_epoch: factor ** (step / steps_per_epoch)


def one_cycle(warmup: float = 0.3, start: float = 0.04) -> Schedule:
    """Rise in a straight line from `start` to 1, then fall to 0 along half a cosine.

    Smith 2018 (A disciplined approach to neural network hyper-parameters, section 4), with the
    cosine of Loshchilov & Hutter 2017 for the way down.

    Parameters
    ----------
    warmup : the share of all steps spent rising, at least 0 and below 1.
    start : the factor of the first step if there is a warm-up, above 0 and at most 1.

    Raises
    ------
    ValueError : for a number out of range.
    """
    if not 0 <= warmup < 1:
        raise ValueError(f"the warm-up must be at least 0 and below 1, not {warmup}")
    if not 0 < start <= 1:
        raise ValueError(f"the start must be above 0 and at most 1, not {start}")

    def schedule(step: int, steps_total: int, steps_per_epoch: int) -> float:
        progress = min(step / steps_total, 1.0)
        if progress < warmup:
            return start + (1 - start) * progress / warmup
        return _half_cosine((progress - warmup) / (1 - warmup))

    return schedule


def cosine() -> Schedule:
    """Fall from 1 to 0 along half a cosine: Loshchilov & Hutter 2017, equation 5, one period."""
    return lambda step, steps_total, steps_per_epoch: _half_cosine(min(step / steps_total, 1.0))


def parse_schedule(text: str) -> Schedule:
    """Return the schedule that a word of the command line names.

    Parameters
    ----------
    text : `constant`; `step:EVERY:FACTOR` with EVERY in epochs; `exponential:FACTOR` per epoch;
        `one-cycle` or `one-cycle:WARMUP` with WARMUP a share of all steps; or `cosine`.

    Raises
    ------
    ValueError : in one line, if the text is none of these or a number is out of range.
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
            case "cosine", []:
                return cosine()
    except ValueError as error:
        raise ValueError(f"schedule {text!r}: {error}; allowed are {SCHEDULES}") from None
    raise ValueError(f"schedule {text!r} is not known; allowed are {SCHEDULES}")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None


def _half_cosine(progress: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * progress))


def _require_factor(factor: float) -> None:
    if not 0 < factor <= 1:
        raise ValueError(f"the factor must be above 0 and at most 1, not {factor}")
