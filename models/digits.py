"""The digits that pictures show: some of MNIST's test set, in one small file.

`saves/digits.npz` holds the first 2,000, so that looking at a network needs no download:

    images   (N, 28, 28) uint8 from 0 (paper) to 255 (ink)
    labels   (N,) uint8, the digits 0 to 9
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from glassnet.errors import UserError
from glassnet.models.checkpoint import SHIPPED
from glassnet.nn import Array

DIGITS = SHIPPED / "digits.npz"


class DigitsError(UserError):
    """A file of digits can't be read; the message names it and says why.

    Examples
    --------
    >>> from glassnet.models.digits import DigitsError, load_digits
    >>> try:
    ...     load_digits("missing.npz")
    ... except DigitsError as error:
    ...     print(error)
    missing.npz: there is no such file
    """


def load_digits(path: Path | str = DIGITS) -> tuple[Array, Array]:
    """Read images of digits and their labels.

    Parameters
    ----------
    path : Path or str, optional
        An `.npz` file; without it, the 2,000 digits that come with glassnet.

    Returns
    -------
    images : Array
        (N, 28, 28) float32, from 0 (paper) to 1 (ink).
    labels : Array
        (N,) int64, the digits 0 to 9.

    Raises
    ------
    DigitsError
        If there is no such file, or it holds something else.

    Shapes
    ------
    - images: (N, 28, 28)
    - labels: (N,)

    Examples
    --------
    >>> from glassnet.models.digits import load_digits
    >>> images, labels = load_digits()
    >>> images.shape, labels[:5]
    ((2000, 28, 28), array([7, 2, 1, 0, 4]))
    """
    try:
        with Path(path).open("rb") as handle, np.load(handle, allow_pickle=False) as file:
            images, labels = file["images"], file["labels"]
        _check(images, labels)
    except FileNotFoundError:
        raise DigitsError(f"{path}: there is no such file") from None
    except Exception as error:  # NumPy, zipfile and zlib raise many kinds for damage
        if isinstance(error, OSError) and error.strerror:
            raise DigitsError(f"{path}: can't be read ({error.strerror})") from error
        raise DigitsError(
            f"{path}: is not a file of digits (.npz with images (N, 28, 28) uint8 and their labels "
            "(N,) from 0 to 9, at least one)"
        ) from error
    return images / np.float32(255), labels.astype(np.int64)


def _check(images: Array, labels: Array) -> None:
    """Raise an error if these are not images of digits and their labels."""
    if (
        images.shape[1:] != (28, 28)
        or images.dtype != np.uint8
        or not len(images)
        or labels.shape != images.shape[:1]
        or not np.issubdtype(labels.dtype, np.integer)
        or not np.isin(labels, range(10)).all()
    ):
        raise ValueError("other shapes, types or labels than those of digits")
