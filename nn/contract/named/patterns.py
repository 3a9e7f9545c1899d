"""Patterns of parameters' names, such as `lstm1.*`: which parameters they fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

__all__ = ["matching", "values_by_name"]


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """Return the names that a pattern fits.

    Parameters
    ----------
    pattern : str
        A name, with `*` for any part of it, dots included, and `?` for any one character.
    names : iterable of str
        All names.

    Returns
    -------
    list of str
        Those that fit, in their order.

    Raises
    ------
    ValueError
        If the pattern fits no name.

    Examples
    --------
    >>> from glassnet.nn.contract.named.patterns import matching
    >>> matching("*.b", ["lstm1.Wx", "lstm1.b", "dense.W", "dense.b"])
    ['lstm1.b', 'dense.b']
    """
    names = list(names)
    found = [name for name in names if fnmatchcase(name, pattern)]
    if not found:
        there = ", ".join(names) or "none"
        raise ValueError(f"no parameter has a name like {pattern!r}; there are {there}")
    return found


def values_by_name(values: Mapping[str, float], names: Iterable[str]) -> dict[str, float]:
    """Return the value of each name that a pattern gives one; the last pattern that fits counts.

    Parameters
    ----------
    values : mapping of str to float
        Values by pattern; see `matching`.
    names : iterable of str
        All names.

    Returns
    -------
    dict of str to float
        Values by name, in the order of the names.

    Raises
    ------
    ValueError
        If a pattern fits no name.

    Examples
    --------
    >>> from glassnet.nn.contract.named.patterns import values_by_name
    >>> values_by_name({"*": 1.0, "*.b": 0.5}, ["dense.W", "dense.b"])
    {'dense.W': 1.0, 'dense.b': 0.5}
    """
    names = list(names)
    found = {name: value for pattern, value in values.items() for name in matching(pattern, names)}
    return {name: found[name] for name in names if name in found}
