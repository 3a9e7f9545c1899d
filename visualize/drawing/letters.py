"""Letters in a grid of cells, for PNG pictures. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from glassnet.nn import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FONT_SIZE = 10.0  # points
CELL = (0.602, 1.3)  # width and height of the cell of a character, in font sizes
_BASELINE = 0.74  # of the letters in their cell, from its top

Letters = Mapping[str, Sequence[tuple[int, int]]]
"""The (column, row) places of each character."""


def grid_figure(
    cells: Array, letters: Letters, margin: float, head: float = 0
) -> tuple[Figure, Axes]:
    """Return a figure of colored cells with letters in them, and its axes.

    One unit of the axes is one cell, and the first row begins at y = 0.

    Parameters
    ----------
    cells : array (rows, columns, 3) uint8
        The color of each cell.
    letters : mapping
        The (column, row) places of each character.
    margin : float
        Width of the margin on all sides, in cells.
    head : float, default 0
        Rows at the top instead of the margin there; 0 for the margin.
    """
    from matplotlib.figure import Figure

    height, width = cells.shape[:2]
    top = head or margin
    across, down = width + 2 * margin, height + top + margin
    inches = FONT_SIZE / 72
    figure = Figure(figsize=(across * CELL[0] * inches, down * CELL[1] * inches))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.imshow(cells, extent=(0, width, height, 0), aspect="auto", interpolation="nearest")
    _draw_letters(axes, letters)
    axes.set(xlim=(-margin, width + margin), ylim=(height + margin, -top))
    return figure, axes


def _draw_letters(axes: Axes, letters: Letters) -> None:
    """Draw each character as one shape at all its places: exact columns, and fast."""
    from matplotlib.collections import PathCollection
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    properties = FontProperties(family="DejaVu Sans Mono")  # comes with matplotlib
    known = get_font(findfont(properties)).get_charmap()
    points = Affine2D().scale(1 / 72) + axes.figure.dpi_scale_trans
    for character, places in letters.items():
        drawn = character if ord(character) in known else "\ufffd"
        if drawn.isspace():
            continue
        collection = PathCollection(
            [TextPath((0, 0), drawn, size=FONT_SIZE, prop=properties)],
            offsets=np.add(places, (0, _BASELINE)),
            offset_transform=axes.transData,
            facecolors="black",
            linewidths=0,
        )
        collection.set_transform(points)
        axes.add_collection(collection, autolim=False)
