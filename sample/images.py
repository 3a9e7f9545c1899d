"""New digits from an image autoencoder: drawn at random, or one digit turning into another."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from glassnet.files import whole_file
from glassnet.models import ImageAutoencoder
from glassnet.models.digits import load_digits
from glassnet.models.image_grid import image_grid
from glassnet.nn import Array

__all__ = ["draw_images", "morph", "morph_digits", "save_images"]

_ENLARGED = 3  # pixels of the picture for a pixel of a digit, on each side
_GAP = 2  # pixels of a digit between two of them


def draw_images(network: ImageAutoencoder, generator: np.random.Generator, count: int) -> Array:
    """Return new images, decoded from codes drawn from N(0, 1).

    Parameters
    ----------
    network : ImageAutoencoder
        A variational autoencoder.
    generator : numpy.random.Generator
        The source of randomness.
    count : int
        N, the number of images.

    Returns
    -------
    array of float32
        The images, from 0 (paper) to 1 (ink).

    Raises
    ------
    ValueError
        If the network is not variational, so that the distribution of its codes is not known.

    Shapes
    ------
    - images: (N, 28, 28)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import SHIPPED, load_network
    >>> from glassnet.sample import draw_images
    >>> network, _ = load_network(SHIPPED / "variational-autoencoder.npz")
    >>> draw_images(network, np.random.default_rng(0), 4).shape
    (4, 28, 28)
    """
    if not network.variational:
        raise ValueError(
            f"a {network.kind} is not variational, so the distribution of its codes is not known"
        )
    size = int(str(network.configuration["code"]))
    return network.decode(generator.standard_normal((count, size), dtype=np.float32))


def morph(network: ImageAutoencoder, first: Array, last: Array, count: int) -> Array:
    """Return images decoded along the line from one image's code to another's.

    Parameters
    ----------
    network : ImageAutoencoder
        Any autoencoder of digits.
    first : array
        The image whose reconstruction comes first, from 0 to 1.
    last : array
        The image whose reconstruction comes last, from 0 to 1.
    count : int
        N, the number of images, at least 2.

    Returns
    -------
    array of float32
        The images, from 0 to 1.

    Shapes
    ------
    - first: (28, 28)
    - last: (28, 28)
    - images: (N, 28, 28)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import SHIPPED, load_network
    >>> from glassnet.models.digits import load_digits
    >>> from glassnet.sample import morph
    >>> network, _ = load_network(SHIPPED / "variational-autoencoder.npz")
    >>> images, labels = load_digits()
    >>> between = morph(network, images[0], images[1], 5)
    >>> np.allclose(between[0], network.reconstruct(images[:1]), atol=1e-5)
    True
    """
    codes = network.encode(np.stack([first, last]))
    weights = np.linspace(0, 1, count, dtype=np.float32).reshape(count, *[1] * (codes.ndim - 1))
    return network.decode((1 - weights) * codes[0] + weights * codes[1])


def morph_digits(
    network: ImageAutoencoder, generator: np.random.Generator, digits: tuple[int, int], count: int
) -> Array:
    """Return `morph` from some image of one digit to some image of another one.

    The images are drawn from the digits of MNIST's test set that come with glassnet.

    Parameters
    ----------
    network : ImageAutoencoder
        Any autoencoder of digits.
    generator : numpy.random.Generator
        The source of randomness.
    digits : (int, int)
        The digits at both ends, from 0 to 9.
    count : int
        N, the number of images, at least 2.

    Returns
    -------
    array of float32
        The images, from 0 to 1.

    Raises
    ------
    DigitsError
        If the file of digits is not there.

    Shapes
    ------
    - images: (N, 28, 28)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import SHIPPED, load_network
    >>> from glassnet.sample import morph_digits
    >>> network, _ = load_network(SHIPPED / "variational-autoencoder.npz")
    >>> morph_digits(network, np.random.default_rng(0), (3, 8), 12).shape
    (12, 28, 28)
    """
    images, labels = load_digits()
    ends = [images[generator.choice(np.flatnonzero(labels == digit))] for digit in digits]
    return morph(network, ends[0], ends[1], count)


def save_images(path: Path | str, images: Array, columns: int) -> None:
    """Write images side by side into one PNG file, dark ink on white paper.

    Parameters
    ----------
    path : path-like or str
        Where to; the file is written as a whole or not at all.
    images : array
        Images from 0 (paper) to 1 (ink).
    columns : int
        Images in a row.

    Raises
    ------
    OSError
        If the file can't be written.
    ImportError
        If matplotlib is not installed.

    Shapes
    ------
    - images: (N, H, W)

    Examples
    --------
    >>> from glassnet.models.digits import load_digits
    >>> from glassnet.sample import save_images
    >>> images, labels = load_digits()
    >>> save_images("digits.png", images[:20], columns=5)
    >>> from pathlib import Path
    >>> Path("digits.png").stat().st_size > 1000
    True
    """
    from matplotlib.image import imsave

    whole = np.pad(image_grid(images, min(len(images), columns), _GAP), _GAP)
    enlarged = whole.repeat(_ENLARGED, axis=0).repeat(_ENLARGED, axis=1)
    with whole_file(path) as file:
        imsave(file, enlarged, cmap="gray_r", vmin=0, vmax=1, format="png")
