"""Parsers of the values that several options have."""

from __future__ import annotations

import argparse
import math

from glassnet.nn.optim.schedules import parse_schedule
from glassnet.options import number, whole_number

positive = number("above 0", lambda value: value > 0)
not_negative = number("of at least 0", lambda value: value >= 0)
fraction = number("of at least 0 and below 1", lambda value: 0 <= value < 1)
count = whole_number(1, 2**31)
count_or_zero = whole_number(0, 2**31)


def yes_or_no(text: str) -> bool:
    """Return True for "yes" and False for "no"."""
    if text not in ("yes", "no"):
        raise argparse.ArgumentTypeError(f"must be yes or no, not {text!r}")
    return text == "yes"


def patterns(text: str) -> str:
    """Return the text if it is patterns of parameters' names with commas between them, or none."""
    if text and not all(part.strip() for part in text.split(",")):
        raise argparse.ArgumentTypeError(
            f"must be patterns of names such as 'lstm1.*,*.b', not {text!r}"
        )
    return text


def listed(text: str) -> list[str]:
    """Return the patterns of a text that `patterns` has checked."""
    return [part.strip() for part in text.split(",")] if text else []


def values_by_pattern(text: str) -> str:
    """Return the text if it is such patterns, each with a number above 0, or none."""
    for pattern, value in _pairs(text):
        try:
            valid = bool(pattern) and 0 < float(value) < math.inf
        except ValueError:
            valid = False
        if not valid:
            raise argparse.ArgumentTypeError(
                "must be patterns of names, each with a number above 0, such as "
                f"'lstm1.*=0.1,*.b=2', not {text!r}"
            )
    return text


def by_pattern(text: str) -> dict[str, float]:
    """Return the numbers by pattern of a text that `values_by_pattern` has checked."""
    return {pattern: float(value) for pattern, value in _pairs(text)}


def _pairs(text: str) -> list[tuple[str, str]]:
    """Split PATTERN=VALUE,PATTERN=VALUE."""
    parts = (part.partition("=") for part in text.split(",")) if text else ()
    return [(pattern.strip(), value.strip()) for pattern, _, value in parts]


def schedule(text: str) -> str:
    """Return the text if it is a schedule."""
    try:
        parse_schedule(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text
