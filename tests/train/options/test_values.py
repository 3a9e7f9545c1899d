import argparse
from collections.abc import Callable

import pytest

from glassnet.train.options.values import (
    by_pattern,
    count,
    count_or_zero,
    fraction,
    listed,
    not_negative,
    patterns,
    positive,
    schedule,
    values_by_pattern,
    yes_or_no,
)

GOOD = [
    (count, "1", 1),
    (count_or_zero, "0", 0),
    (fraction, "0", 0.0),
    (fraction, "0.999", 0.999),
    (not_negative, "0", 0.0),
    (positive, "1e-300", 1e-300),
    (schedule, "step:2:0.5", "step:2:0.5"),
    (yes_or_no, "yes", True),
    (yes_or_no, "no", False),
]
BAD = [
    (count, "0"),
    (count, "1.5"),
    (count_or_zero, "-1"),
    (fraction, "1"),
    (fraction, "nan"),
    (not_negative, "-0.1"),
    (positive, "0"),
    (positive, "inf"),
    (schedule, "linear"),
    (yes_or_no, "maybe"),
]


@pytest.mark.parametrize(("parse", "text", "value"), GOOD)
def test_what_is_allowed(parse: Callable[[str], object], text: str, value: object) -> None:
    assert parse(text) == value
    assert type(parse(text)) is type(value)


@pytest.mark.parametrize(("parse", "text"), BAD)
def test_what_is_not_allowed(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=text):
        parse(text)


def test_yes_or_no_says_what_would_be_right() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="must be yes or no, not 'maybe'"):
        yes_or_no("maybe")


def test_patterns_and_their_values() -> None:
    assert listed(patterns("")) == []
    assert listed(patterns("lstm1.*, *.b")) == ["lstm1.*", "*.b"]
    assert by_pattern(values_by_pattern("")) == {}
    assert by_pattern(values_by_pattern("*.W=1e-4, *.b = 2")) == {"*.W": 1e-4, "*.b": 2.0}
