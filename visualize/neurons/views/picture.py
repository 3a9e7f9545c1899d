"""A neuron as a PNG picture of the text. Needs matplotlib."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from glassnet.files import whole_file
from glassnet.nn import Array
from glassnet.visualize.drawing.letters import CELL, grid_figure
from glassnet.visualize.drawing.shades import bounds, color, shades
from glassnet.visualize.drawing.text import TooLongError, columns, rows, visible
from glassnet.visualize.neurons.activations import Neuron

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST = 1000
"""Rows of text that fit into one picture."""

_MARGIN = 2.5  # around everything, in cells
_HEAD = 3.5  # rows for the title and the scale
_NARROWEST = 64  # columns that the title and the scale need
_GAP = 4  # columns between blocks of text


def save_picture(path: Path | str, neuron: Neuron, width: int = 80) -> None:
    """Draw a neuron on its text and write the picture to a PNG file. Needs matplotlib.

    Each character stands on a background from white (the lowest activation) to red (the highest).
    A long text is drawn in several blocks side by side.

    Parameters
    ----------
    path : path or str
        The file to write, whole or not at all.
    neuron : Neuron
        The neuron to draw.
    width : int, default 80
        Columns of a block; longer lines are broken.

    Raises
    ------
    TooLongError
        If the text takes more than 1,000 rows.
    OSError
        If the file can't be written.
    ImportError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from glassnet.visualize import Neuron, save_picture
    >>> neuron = Neuron("Hello", 2, 345, "hidden", np.linspace(-1, 1, 5, dtype=np.float32))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_picture(f"{folder}/neuron.png", neuron)
    ...     print(Path(folder, "neuron.png").read_bytes()[:4])
    b'\\x89PNG'
    """
    layout = list(rows(neuron.text, width))
    if len(layout) > LONGEST:
        raise TooLongError(f"the text takes {len(layout)} rows, and a picture holds {LONGEST}")
    letters, cells = _lay_out(neuron, layout)
    figure, axes = grid_figure(cells, letters, _MARGIN, _HEAD)
    _draw_head(axes, neuron)
    with whole_file(path) as file:
        figure.savefig(file, format="png", dpi=144)


def _lay_out(
    neuron: Neuron, layout: list[tuple[int, int]]
) -> tuple[dict[str, list[tuple[int, int]]], Array]:
    """Return the (column, row) places of each character, and the color of each cell.

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
            # A combining character stands in the cell of the character before it.
            letters[character].append((column if after > column else max(column - 1, 0), row))
            column = after
    return letters, cells


def _draw_head(axes: Axes, neuron: Neuron) -> None:
    """Draw the title, the range of the activation and the color scale above the text."""
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
