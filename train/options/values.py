"""Parsers of the values that several options have."""

from __future__ import annotations

import argparse

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


def schedule(text: str) -> str:
    """Return the text if it is a schedule."""
    try:
        parse_schedule(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text
