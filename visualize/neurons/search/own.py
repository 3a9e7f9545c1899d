"""A user's own hypotheses: a regular expression, or a function in a Python file."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import numpy as np

from glassnet.errors import UserError
from glassnet.nn import Array
from glassnet.visualize.neurons.search.hypotheses import Hypothesis
from glassnet.visualize.neurons.search.spans import inside, matches

_LARGEST = 1e100  # absolute value of a hypothesis: larger ones overflow when they are squared


class PredicateError(UserError, ValueError):
    """A user's own hypothesis can't be used; the message is one line that says why.

    Examples
    --------
    >>> from glassnet.visualize import PredicateError, match_hypothesis
    >>> try:
    ...     match_hypothesis("(")
    ... except PredicateError as error:
    ...     print(error)
    '(' is not a regular expression: missing ), unterminated subpattern at position 0
    """


def match_hypothesis(expression: str) -> Hypothesis:
    """Return the hypothesis that a character is inside a match of a regular expression.

    Parameters
    ----------
    expression : str
        A regular expression of Python's `re`. `^` and `$` match at each line.

    Returns
    -------
    Hypothesis
        The yes-or-no hypothesis named "match".

    Raises
    ------
    PredicateError
        If it is not a regular expression.

    Examples
    --------
    >>> from glassnet.visualize import match_hypothesis
    >>> match_hypothesis("[0-9]+").function("in 26").tolist()
    [False, False, False, True, True]
    """
    try:
        pattern = re.compile(expression, re.MULTILINE)
    except re.error as error:
        raise PredicateError(f"{expression!r} is not a regular expression: {error}") from error
    return Hypothesis(
        "match",
        f"the character is inside a match of {expression}",
        lambda text: inside(text, matches(text, pattern)) > 0,
    )


def predicate_hypothesis(path: Path | str, name: str) -> Hypothesis:
    """Return a hypothesis whose values a function in a Python file computes; the file is run.

    Parameters
    ----------
    path : path or str
        The Python file.
    name : str
        The function. It takes the text and returns a sequence with a bool or a number for each
        character.

    Returns
    -------
    Hypothesis
        The hypothesis with the function's name. Asking it for values raises `PredicateError` if
        the function fails or returns something else.

    Raises
    ------
    PredicateError
        If the file can't be run or has no such function.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from glassnet.visualize import predicate_hypothesis
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "own.py"
    ...     _ = path.write_text("def is_space(text): return [c == ' ' for c in text]")
    ...     hypothesis = predicate_hypothesis(path, "is_space")
    >>> hypothesis.function("a b").tolist()
    [False, True, False]
    """
    where = f"{path}:{name}"
    try:
        function = runpy.run_path(str(path)).get(name)
    except OSError as error:
        raise PredicateError(f"{path}: can't be read ({error.strerror})") from error
    except (Exception, SystemExit) as error:
        raise PredicateError(f"{path}: can't be run: {_one_line(error)}") from error
    if not callable(function):
        raise PredicateError(f"{path}: has no function named {name!r}")

    def values(text: str) -> Array:
        try:
            found = np.asarray(function(text))
        except (Exception, SystemExit) as error:
            raise PredicateError(f"{where}: fails: {_one_line(error)}") from error
        if found.shape != (len(text),):
            returned = f"{found.size} values" if found.ndim == 1 else f"shape {found.shape}"
            raise PredicateError(
                f"{where}: must return a value for each of the {len(text)} characters, "
                f"not {returned}"
            )
        if found.dtype.kind not in "biuf":
            raise PredicateError(
                f"{where}: must return numbers or booleans, not {found.dtype.name}"
            )
        wrong = ~(np.abs(found.astype(np.float64)) <= _LARGEST)  # NaN too
        if wrong.any():
            place = int(np.flatnonzero(wrong)[0])
            raise PredicateError(
                f"{where}: value {found[place]} at position {place}; values lie between "
                f"{-_LARGEST:g} and {_LARGEST:g}"
            )
        return found

    return Hypothesis(name, f"value that {where} returns", values)


def _one_line(error: BaseException) -> str:
    """Return the kind and the message of an error, without line breaks."""
    return " ".join(f"{type(error).__name__}: {error}".split())
