"""Fields of options' dataclasses: what the command line has to know of each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from glassnet.errors import UsageError

__all__ = ["GROUPS", "Group", "Option", "OptionError", "flag", "option", "shown"]

Group = Literal["data", "network", "training", "run"]
GROUPS: tuple[Group, ...] = ("data", "network", "training", "run")
"""What options are about, in the order in which --help shows them."""

Value = TypeVar("Value", bound=str | float)

_KEY = "option"


class OptionError(UsageError, ValueError):
    """An option has a wrong value; the message names it and says which values are right.

    Examples
    --------
    >>> from glassnet.train.experiments.characters import LSTMOptions
    >>> from glassnet.train.options import OptionError
    >>> try:
    ...     LSTMOptions(units=0)
    ... except OptionError as error:
    ...     print(error)
    --units must be a whole number from 1 to 2,147,483,648, not '0'
    """


@dataclass(frozen=True)
class Option:
    """What the command line knows of one field.

    Attributes
    ----------
    parse : Callable[[str], str | float]
        Makes a value of the text, or raises ArgumentTypeError saying what would be right.
    help : str
        One sentence.
    metavar : str
        The placeholder of the value in the help text.
    group : "data", "network", "training" or "run"
        What the option is about. Those of the network are arguments of its class.
    resumable : bool, default False
        Whether a run that is resumed may change it.
    structural : bool, default False
        Whether it decides which weights there are, so that --init-from keeps it.

    Examples
    --------
    >>> from glassnet.train.experiments.characters import LSTMOptions
    >>> units = LSTMOptions.fields()["units"]
    >>> units.parse("64"), units.group, units.structural
    (64, 'network', True)
    """

    parse: Callable[[str], str | float]
    help: str
    metavar: str
    group: Group
    resumable: bool = False
    structural: bool = False


def option(
    default: Value,
    parse: Callable[[str], Value],
    help: str,
    metavar: str,
    group: Group,
    *,
    resumable: bool = False,
    structural: bool = False,
) -> Value:
    """Return a field of an options' dataclass; see `Option` for the arguments.

    Parameters
    ----------
    default : Value
        Its value in the class; recipes may have others.
    parse : Callable[[str], Value]
        Makes a value of the text, or raises ArgumentTypeError saying what would be right.
    help : str
        One sentence.
    metavar : str
        The placeholder of the value in the help text.
    group : "data", "network", "training" or "run"
        What the option is about.
    resumable : bool, default False
        Whether a run that is resumed may change it.
    structural : bool, default False
        Whether it decides which weights there are.

    Returns
    -------
    Value
        What `dataclasses.field` returns.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from glassnet.options import whole_number
    >>> from glassnet.train.options import TrainingOptions, option
    >>> @dataclass(frozen=True, kw_only=True)
    ... class ForestOptions(TrainingOptions):
    ...     trees: int = option(10, whole_number(1), "trees in the forest", "N", "network")
    >>> ForestOptions().trees
    10
    """
    known = Option(parse, help, metavar, group, resumable, structural)
    return dataclasses.field(default=default, metadata={_KEY: known})


def option_of(field: dataclasses.Field[object]) -> Option:
    """Return what is known of a field that `option` made."""
    known: Option = field.metadata[_KEY]
    return known


def flag(name: str) -> str:
    """Return the name of a field on the command line.

    Parameters
    ----------
    name : str
        Of the field.

    Returns
    -------
    str
        The option.

    Examples
    --------
    >>> from glassnet.train.options import flag
    >>> flag("learning_rate")
    '--learning-rate'
    """
    return f"--{name.replace('_', '-')}"


def shown(value: str | float) -> str:
    """Return a value as it is given on the command line.

    Parameters
    ----------
    value : str or float
        Of an option.

    Returns
    -------
    str
        The text, which the option's parser reads as this value.

    Examples
    --------
    >>> from glassnet.train.options.fields import shown
    >>> shown(True), shown(0.5)
    ('yes', '0.5')
    """
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
