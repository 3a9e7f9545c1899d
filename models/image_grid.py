"""Many images in one."""

from __future__ import annotations

import numpy as np

from glassnet.nn import Array


def image_grid(images: Array, columns: int, gap: int = 2, fill: float = 0.0) -> Array:
    """Return images side by side in one, row by row, with gaps between them.

    Parameters
    ----------
    images : Array
        (N, H, W).
    columns : int
        Images in a row.
    gap : int, default 2
        Pixels between two images.
    fill : float, default 0.0
        Value of the gaps, and of the places that are left over in the last row.

    Returns
    -------
    Array
        One image, float32.

    Shapes
    ------
    - images: (N, H, W)
    - grid: (rows * (H + gap) - gap, columns * (W + gap) - gap)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models.image_grid import image_grid
    >>> images = np.array([[[1]], [[2]], [[3]]])  # three images of one pixel
    >>> image_grid(images, columns=2, gap=1)
    array([[1., 0., 2.],
           [0., 0., 0.],
           [3., 0., 0.]], dtype=float32)
    """
    count, height, width = images.shape
    rows = -(-count // columns)
    whole = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), fill, np.float32)
    for number, image in enumerate(images):
        top, left = (number // columns) * (height + gap), (number % columns) * (width + gap)
        whole[top : top + height, left : left + width] = image
    return whole
