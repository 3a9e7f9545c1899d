"""The options of training: what each is called, what it may be, and what it means.

A recipe (`train/recipes.py`) says which of them it has and gives each its default.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from glassnet.nn import OPTIMIZERS
from glassnet.nn.optim.schedules import SCHEDULES, parse_schedule


@dataclass(frozen=True)
class Option:
    """One option of the command line.

    Attributes
    ----------
    parse : makes a value of the text, or raises ValueError saying what would be right.
    help : one sentence.
    metavar : what stands for the value in the help text.
    resumable : whether a run that is resumed may change it.
    structural : whether it is part of a network's configuration, which --init-from keeps.
    """

    parse: Callable[[str], Any]
    help: str
    metavar: str
    resumable: bool = False
    structural: bool = False


def _number(kind: type, low: float, high: float, range_text: str) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            noun = "a whole number" if kind is int else "a number"
            raise argparse.ArgumentTypeError(f"must be {noun} {range_text}, not {text!r}")
        return value

    return parse


def _choice(*names: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in names:
            raise argparse.ArgumentTypeError(f"must be {', '.join(names)}, not {text!r}")
        return text

    return parse


def _yes_or_no(text: str) -> bool:
    return _choice("yes", "no")(text) == "yes"


def _multiple_of_4(text: str) -> int:
    value = int(_count(text))
    if value % 4:
        raise argparse.ArgumentTypeError(f"must be a multiple of 4, not {text!r}")
    return value


def _schedule(text: str) -> str:
    try:
        parse_schedule(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


_TINY = 5e-324  # the smallest number above zero
_positive = _number(float, _TINY, 1e300, "above 0")
_not_negative = _number(float, 0, 1e300, "of at least 0")
_count = _number(int, 1, 2**31, "of at least 1")
_fraction = _number(float, 0, 1 - 2**-53, "of at least 0 and below 1")

OPTIONS = {
    "data": Option(
        str, "name of a data set, or path of a UTF-8 text file", "NAME|PATH", resumable=True
    ),
    "epochs": Option(_count, "passes over the training data", "N", resumable=True),
    "batch": Option(_count, "examples of one update", "N"),
    "chunks": Option(_count, "parallel streams that the corpus is cut into", "N"),
    "k1": Option(_count, "characters from one update to the next", "N"),
    "k2": Option(_count, "characters that gradients flow back through, at least k1", "N"),
    "layers": Option(_count, "LSTM layers", "N", structural=True),
    "units": Option(_count, "units of each LSTM layer", "N", structural=True),
    "length": Option(
        _multiple_of_4,
        "characters that every line is cut or padded to, a multiple of 4",
        "N",
        structural=True,
    ),
    "embedding": Option(_count, "numbers that each character becomes", "N", structural=True),
    "filters1": Option(_count, "filters of the first convolution", "N", structural=True),
    "filters2": Option(_count, "filters of the second convolution", "N", structural=True),
    "width": Option(_count, "positions that a filter spans", "N", structural=True),
    "code": Option(_count, "length of the code", "N", structural=True),
    "l1": Option(_not_negative, "weight of the L1 penalty on the code", "WEIGHT"),
    "noise": Option(_not_negative, "standard deviation of the noise on the images", "DEVIATION"),
    "pretraining": Option(
        _number(int, 0, 2**31, "of at least 0"),
        "epochs, out of all, that each layer is first trained for as an autoencoder",
        "N",
    ),
    "dropout": Option(_fraction, "rate of dropout on the output of a layer", "RATE"),
    "variational": Option(
        _yes_or_no, "yes keeps a mask of dropout for all k1 steps, no draws one for each", "yes|no"
    ),
    "weight-drop": Option(_fraction, "rate of dropout on the recurrent weights", "RATE"),
    "optimizer": Option(_choice(*OPTIMIZERS), f"one of {', '.join(OPTIMIZERS)}", "NAME"),
    "learning-rate": Option(_positive, "size of an update, before the schedule", "RATE"),
    "rho": Option(_fraction, "how much of the mean of squared gradients is kept", "RHO"),
    "schedule": Option(_schedule, f"learning rate over time: {SCHEDULES}", "SCHEDULE"),
    "weight-decay": Option(
        _not_negative, "each update shrinks the weights by learning rate times this", "DECAY"
    ),
    "ema": Option(
        _fraction,
        "how much of a moving average of the weights, which is what is validated and saved as "
        "best.npz, an update keeps; 0 is no average",
        "DECAY",
    ),
    "clip": Option(_not_negative, "largest global norm of the gradients; 0 is no limit", "NORM"),
    "patience": Option(
        _number(int, 0, 2**31, "of at least 0"),
        "epochs without a better validation loss (training loss where nothing is held out) before "
        "stopping; 0 never stops early",
        "EPOCHS",
        resumable=True,
    ),
    "validation": Option(_fraction, "part of the data, at its end, to validate on", "FRACTION"),
    "seed": Option(_number(int, 0, 2**63, "of at least 0"), "seed of all randomness", "N"),
    "dtype": Option(_choice("float32", "float64"), "float32, or float64 to check", "TYPE"),
    "workers": Option(
        _number(int, 0, 4096, "of at least 0"),
        "processes that share each update; 0 takes what suits the machine",
        "N",
        resumable=True,
    ),
}
"""All options that a recipe may have, by name."""
