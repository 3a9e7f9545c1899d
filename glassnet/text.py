"""Texts in UTF-8, read alike wherever they come from."""

from __future__ import annotations

import sys
from pathlib import Path

from glassnet.errors import UserError

__all__ = ["TextError", "normalized_text", "read_standard_input", "read_text"]


class TextError(UserError):
    """A text that can't be read or is not UTF-8; the message names its file.

    Examples
    --------
    >>> from glassnet.text import TextError, read_text
    >>> try:
    ...     read_text("missing.txt")
    ... except TextError as error:
    ...     print(error)
    missing.txt: there is no such file
    """


def normalized_text(text: str) -> str:
    r"""Return a text without a byte-order mark, its lines ending in newline characters only.

    Parameters
    ----------
    text : str
        A text from anywhere.

    Returns
    -------
    str
        The same text, if it had neither.

    Examples
    --------
    >>> from glassnet.text import normalized_text
    >>> normalized_text("\ufeffTo be,\r\nor not\rto be")
    'To be,\nor not\nto be'
    """
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def read_text(path: Path | str) -> str:
    """Return the text of a UTF-8 file, normalized.

    Parameters
    ----------
    path : path-like or str
        The file.

    Returns
    -------
    str
        The text; it may be empty.

    Raises
    ------
    TextError
        If there is no such file, or it can't be read, is too large, or is not UTF-8.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.text import read_text
    >>> _ = Path("text.txt").write_bytes(b"Fair is foul,\\r\\nand foul is fair")
    >>> read_text("text.txt")
    'Fair is foul,\\nand foul is fair'
    """
    try:
        return _decoded(Path(path).read_bytes(), str(path))
    except FileNotFoundError:
        raise TextError(f"{path}: there is no such file") from None
    except OSError as error:
        raise TextError(f"{path}: can't be read ({error.strerror})") from error
    except MemoryError:
        raise TextError(f"{path}: is too large for the memory of this machine") from None


def read_standard_input() -> str:
    """Return all of the standard input, which is UTF-8, normalized.

    Raises
    ------
    TextError
        If it is closed, can't be read, or is not UTF-8.

    Examples
    --------
    >>> import io, sys
    >>> from glassnet.text import read_standard_input
    >>> sys.stdin, kept = io.TextIOWrapper(io.BytesIO(b"To be")), sys.stdin
    >>> read_standard_input()
    'To be'
    >>> sys.stdin = kept
    """
    if sys.stdin is None:
        raise TextError("standard input: is closed")
    try:
        return _decoded(sys.stdin.buffer.read(), "standard input")
    except OSError as error:
        raise TextError(f"standard input: can't be read ({error.strerror})") from error


def _decoded(content: bytes, source: str) -> str:
    try:
        return normalized_text(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise TextError(
            f"{source}: is not UTF-8 text (byte {content[error.start]:#04x} at offset "
            f"{error.start}); iconv converts other encodings"
        ) from None
