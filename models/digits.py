"""The digits that pictures are drawn of: some of MNIST's test set, in one small file; and mosaics.

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
    """A file of digits can't be read; the message names it and says why."""


def load_digits(path: Path | str = DIGITS) -> tuple[Array, Array]:
    """Return images (N, 28, 28) float32 from 0 to 1, and their labels (N,) int64.

    Raises
    ------
    DigitsError : if there is no such file, or it holds something else.
    """
    try:
        with Path(path).open("rb") as handle, np.load(handle, allow_pickle=False) as file:
            images, labels = file["images"], file["labels"]
        if (
            images.shape[1:] != (28, 28)
            or images.dtype != np.uint8
            or not len(images)
            or labels.shape != images.shape[:1]
            or not np.issubdtype(labels.dtype, np.integer)
            or not np.isin(labels, range(10)).all()
        ):
            raise ValueError("other shapes, types or labels than those of digits")
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


def image_grid(images: Array, columns: int, gap: int = 2, fill: float = 0.0) -> Array:
    """Return images (N, H, W) side by side in one, row by row, with gaps between them."""
    count, height, width = images.shape
    rows = -(-count // columns)
    whole = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), fill, np.float32)
    for number, image in enumerate(images):
        top, left = (number // columns) * (height + gap), (number % columns) * (width + gap)
        whole[top : top + height, left : left + width] = image
    return whole
