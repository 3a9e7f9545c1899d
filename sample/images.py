"""New digits from an image autoencoder: drawn at random, or one digit turning into another."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from glassnet.files import whole_file
from glassnet.models import ImageAutoencoder
from glassnet.models.digits import load_digits
from glassnet.models.image_grid import image_grid
from glassnet.nn import Array

_ENLARGED = 3  # pixels of the picture for a pixel of a digit, on each side
_GAP = 2  # pixels of a digit between two of them


def draw_images(network: ImageAutoencoder, generator: np.random.Generator, count: int) -> Array:
    """Return images (count, 28, 28) from 0 to 1, decoded from codes drawn from N(0, 1).

    Raises
    ------
    ValueError : if the network is not variational: of its codes no distribution is known.
    """
    if not network.variational:
        raise ValueError(
            f"a {network.kind} is not variational, so that no codes can be drawn for it; "
            "--morph goes from one digit to another"
        )
    size = int(network.configuration["code"])
    return network.decode(generator.standard_normal((count, size), dtype=np.float32))


def morph(network: ImageAutoencoder, first: Array, last: Array, count: int) -> Array:
    """Return images (count, 28, 28) decoded along the line from one image's code to another's.

    Parameters
    ----------
    first, last : images (28, 28) from 0 to 1, whose reconstructions are at the ends.
    count : number of images, at least 2.
    """
    codes = network.encode(np.stack([first, last]))
    shares = np.linspace(0, 1, count, dtype=np.float32).reshape(count, *[1] * (codes.ndim - 1))
    return network.decode((1 - shares) * codes[0] + shares * codes[1])


def morph_digits(
    network: ImageAutoencoder, generator: np.random.Generator, digits: tuple[int, int], count: int
) -> Array:
    """Return `morph` from some image of the first digit to some image of the second one.

    The images are drawn from `models.digits`; DigitsError is raised if these are not there.
    """
    images, labels = load_digits()
    ends = [images[generator.choice(np.flatnonzero(labels == digit))] for digit in digits]
    return morph(network, ends[0], ends[1], count)


def save_images(path: Path | str, images: Array, columns: int) -> None:
    """Write images (N, H, W) side by side into one PNG file, ink on paper.

    Parameters
    ----------
    path : where to; written as a whole or not at all.
    columns : images in a row.

    Raises
    ------
    OSError : if the file can't be written.
    ImportError : if matplotlib is not installed.
    """
    from matplotlib.image import imsave

    whole = np.pad(image_grid(images, min(len(images), columns), _GAP), _GAP)
    enlarged = whole.repeat(_ENLARGED, axis=0).repeat(_ENLARGED, axis=1)
    with whole_file(path) as file:
        imsave(file, enlarged, cmap="gray_r", vmin=0, vmax=1, format="png")
