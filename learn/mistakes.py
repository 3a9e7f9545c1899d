"""Mistakes that are often made, and how to tell which one a reader has made.

A mistake is a change of the plain version in one or a few places, and what there is to say about
it. Who makes it gets the numbers that the changed version gives; so they say which one it was.
"""

from __future__ import annotations

import inspect
import itertools
import sys
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from glassnet.nn.mutation.mutants import mutants

PlainFunction = Callable[..., Any]


class Mistake(NamedTuple):
    """A wrong variant of a function, and what is wrong with it.

    Parameters
    ----------
    explanation : str
        What the reader did, and why it is wrong.
    changes : tuple of (str, str)
        What stands in the source of the right function, and what stands there instead.
    """

    explanation: str
    changes: tuple[tuple[str, str], ...]


class Variant(NamedTuple):
    """A function with a mistake.

    Parameters
    ----------
    explanation : str
        What is wrong with it.
    function : callable
        The wrong function.
    """

    explanation: str
    function: PlainFunction


def mistake(explanation: str, *changes: tuple[str, str]) -> Mistake:
    """Return a `Mistake`: its explanation, then each change as a pair (old, new)."""
    return Mistake(explanation, changes)


def variants(
    function: PlainFunction, mistakes: Iterable[Mistake], together: int = 1
) -> list[Variant]:
    """Return the wrong variants of a function.

    Parameters
    ----------
    function : callable
        The right one, which has each of the passages that are changed once.
    mistakes : iterable of Mistake
        What is changed.
    together : int, default 1
        How many mistakes each variant has; those that exclude each other are left out. With 0, a
        variant has a slip anywhere instead, such as another sign, as `glassnet.nn.mutation` makes
        them. It is explained by showing the wrong line.
    """
    source = inspect.getsource(function)
    if together == 0:
        return [
            Variant(
                "These are the numbers of\n\n"
                f"    {slip.after.partition('  #')[0]}\n\nWhat is wrong in this line?",
                _run(slip.source, function, {}),
            )
            for slip in mutants(source)
            if not slip.after.startswith(("pass", "return", "def"))
        ]
    found = []
    for chosen in itertools.combinations(mistakes, together):
        wrong = source
        for old, new in itertools.chain.from_iterable(each.changes for each in chosen):
            if wrong.count(old) != 1:
                if together == 1:
                    raise ValueError(f"{old!r} is not once in {function.__name__}")
                break
            wrong = wrong.replace(old, new)
        else:
            explanation = "\n\n".join(each.explanation for each in chosen)
            found.append(Variant(explanation, _run(wrong, function, {})))
    return found


def variants_within(
    outer: PlainFunction, inner: PlainFunction, mistakes: Iterable[Mistake]
) -> list[Variant]:
    """Return variants of a function that calls another one, in which that one is wrong.

    Parameters
    ----------
    outer, inner : callable
        The function, and the one that it calls, of the same module.
    mistakes : iterable of Mistake
        What is changed in the inner one.
    """
    source = inspect.getsource(outer)
    return [
        Variant(explanation, _run(source, outer, {inner.__name__: wrong}))
        for explanation, wrong in variants(inner, mistakes)
    ]


def _run(source: str, function: PlainFunction, changed: dict[str, Any]) -> PlainFunction:
    """Return the function that a source defines in the place of another one."""
    namespace = dict(vars(sys.modules[function.__module__])) | changed
    exec(source, namespace)
    defined: PlainFunction = namespace[function.__name__]
    return defined
