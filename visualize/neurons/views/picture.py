"""A neuron as a PNG picture of the text, for a page or a slide. Needs matplotlib."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.files import whole_file
from glassnet.nn import Array
from glassnet.visualize.drawing.drawing import (
    TooLongError,
    bounds,
    color,
    columns,
    rows,
    shades,
    visible,
)
from glassnet.visualize.neurons.activations import Neuron

LONGEST = 1000
"""Rows of text that fit into one picture."""

FONT_SIZE = 10.0  # points
CELL = (0.602, 1.3)  # width and height of the cell of a character, in font sizes
_BASELINE = 0.74  # where letters stand in their cell, from its top
_MARGIN = 2.5  # around everything, in cells
_HEAD = 3.5  # rows for the title and the scale
_NARROWEST = 64  # columns, so that the head has room
_GAP = 4  # columns between blocks of text


def save_picture(path: Path | str, neuron: Neuron, width: int = 80) -> None:
    """Draw a neuron and write the picture to a PNG file.

    Parameters
    ----------
    path : where to; written as a whole or not at all.
    neuron : what to draw.
    width : columns after which a line of text goes on in the next row.

    Raises
    ------
    TooLongError : if the text takes more than `LONGEST` rows.
    OSError : if the file can't be written.
    ImportError : if matplotlib is not installed.
    """
    from matplotlib.figure import Figure

    layout = list(rows(neuron.text, width))
    if len(layout) > LONGEST:
        raise TooLongError(f"the text takes {len(layout)} rows, and a picture holds {LONGEST}")
    letters, cells = _lay_out(neuron, layout)
    height, width = cells.shape[:2]

    across, down = width + 2 * _MARGIN, height + _HEAD + _MARGIN
    inches = FONT_SIZE / 72
    figure = Figure(figsize=(across * CELL[0] * inches, down * CELL[1] * inches))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.imshow(cells, extent=(0, width, height, 0), aspect="auto", interpolation="nearest")
    draw_letters(axes, letters)
    _draw_head(axes, neuron)
    # One unit is one cell, and the first row of text begins at y = 0.
    axes.set(xlim=(-_MARGIN, width + _MARGIN), ylim=(height + _MARGIN, -_HEAD))
    with whole_file(path) as file:
        figure.savefig(file, format="png", dpi=144)


def _lay_out(
    neuron: Neuron, layout: list[tuple[int, int]]
) -> tuple[dict[str, list[tuple[int, int]]], Array]:
    """Return the (column, row) places of each character, and the colour of each cell.

    The cells are (rows, columns, 3) uint8, white where there is no text.
    """
    text, levels = visible(neuron.text), shades(neuron.values, neuron.state).tolist()
    longest = max(sum(map(columns, text[start:stop])) for start, stop in layout)
    # As many blocks side by side as make the picture about as wide as it is high.
    across = longest + _GAP
    blocks = max(1, round((len(layout) * CELL[1] / (across * CELL[0])) ** 0.5))
    height = -(-len(layout) // blocks)
    width = max(blocks * across - _GAP, _NARROWEST)
    cells = np.full((height, width, 3), 255, np.uint8)
    letters: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, (start, stop) in enumerate(layout):
        block, row = divmod(number, height)
        column = block * across
        for character, shade in zip(text[start:stop], levels[start:stop], strict=True):
            after = column + columns(character)
            cells[row, column:after] = color(shade)
            # What combines stands in the cell of the character before it.
            letters[character].append((column if after > column else max(column - 1, 0), row))
            column = after
    return letters, cells


def draw_letters(axes: Any, letters: dict[str, list[tuple[int, int]]]) -> None:
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


def _draw_head(axes: Any, neuron: Neuron) -> None:
    values, (low, high) = neuron.values, bounds(neuron.state)
    axes.text(0, -1.95, neuron.title, fontsize=11, fontweight="bold")
    numbers = f"min {values.min():.2f}   mean {values.mean():.2f}   max {values.max():.2f}"
    if neuron.state == "cell":
        numbers += "   drawn: its tanh"
    axes.text(0, -1.1, numbers, fontsize=9, color="0.35")
    scale = np.array([[color(shade) for shade in range(256)]], np.uint8)
    left, right, top, bottom = _NARROWEST - 20, _NARROWEST - 3, -2.1, -1.2
    axes.imshow(scale, extent=(left, right, bottom, top), aspect="auto")
    axes.plot(
        [left, right, right, left, left], [top, top, bottom, bottom, top], color="0.6", lw=0.5
    )
    axes.text(left - 0.8, bottom - 0.15, f"{low}", fontsize=9, color="0.35", ha="right")
    axes.text(right + 0.8, bottom - 0.15, f"{high}", fontsize=9, color="0.35")
