"""Errors that are meant for the user of a command, and suggestions for mistyped names."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["UsageError", "UserError", "closest", "no_such"]

_SIMILAR = 0.7  # least similarity, from 0 to 1: at difflib's 0.6 --minutes resembles --filters2


class UserError(Exception):
    """Something that the user can put right, such as a missing file; a command ends with status 1.

    The message is one line that names the file, option or value and says what would be right.
    Errors of all parts of glassnet that users may want to catch derive from this one.

    Examples
    --------
    >>> from glassnet.errors import UserError
    >>> from glassnet.models import load_network
    >>> try:
    ...     load_network("missing.npz")
    ... except UserError as error:
    ...     print(error)
    missing.npz: there is no such file
    """


class UsageError(UserError):
    """A command line that makes no sense; the command ends with status 2.

    Examples
    --------
    >>> from glassnet.errors import UsageError, UserError
    >>> issubclass(UsageError, UserError)
    True
    """


def closest(word: str, names: Iterable[str]) -> str | None:
    """Return the name that was probably meant by a mistyped one.

    Parameters
    ----------
    word : str
        What was typed.
    names : iterable of str
        What might have been meant.

    Returns
    -------
    str or None
        A name that begins with `word`, or has its letters as the initials of its words, or
        resembles it most; None if none resembles it.

    Examples
    --------
    >>> from glassnet.errors import closest
    >>> closest("shakespear", ["austen", "shakespeare"])
    'shakespeare'
    >>> closest("--temp", ["--length", "--temperature"])
    '--temperature'
    >>> closest("--lr", ["--l1", "--learning-rate"])
    '--learning-rate'
    >>> closest("bible", ["austen", "shakespeare"]) is None
    True
    """
    import difflib

    if not word.strip("-"):
        return None
    names = list(names)
    meant = (
        [name for name in names if name.startswith(word)]
        or [name for name in names if _initials(name) == word.strip("-")]
        or difflib.get_close_matches(word, names, n=1, cutoff=_SIMILAR)
    )
    return meant[0] if meant else None


def _initials(name: str) -> str | None:
    """Return the first letters of a name's words, such as lr of --learning-rate, if it has some."""
    words = name.strip("-").split("-")
    return "".join(word[:1] for word in words) if len(words) > 1 else None


def no_such(kind: str, word: str, names: Iterable[str]) -> str:
    """Return a message for a name that does not exist, with a suggestion or a list of those there.

    Parameters
    ----------
    kind : str
        What is named, such as "recipe".
    word : str
        The name that was given.
    names : iterable of str
        The names that exist.

    Returns
    -------
    str
        One line without a full stop.

    Examples
    --------
    >>> from glassnet.errors import no_such
    >>> no_such("recipe", "shakespear", ["digits", "shakespeare"])
    "there is no recipe 'shakespear'; did you mean 'shakespeare'?"
    >>> no_such("recipe", "bible", ["digits", "shakespeare"])
    "there is no recipe 'bible'; choose from digits, shakespeare"
    """
    names = list(names)
    meant = closest(word, names)
    advice = f"did you mean {meant!r}?" if meant else f"choose from {', '.join(names)}"
    return f"there is no {kind} {word!r}; {advice}"
