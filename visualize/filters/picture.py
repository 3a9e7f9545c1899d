"""Lines and the rows of their filters as a PNG picture. Needs matplotlib."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from glassnet.files import whole_file
from glassnet.nn import Array
from glassnet.visualize.drawing.letters import grid_figure
from glassnet.visualize.drawing.shades import color
from glassnet.visualize.drawing.text import TooLongError, columns, visible
from glassnet.visualize.filters.responses import Responses

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST = 1000
"""Most rows of a picture."""

_MARGIN = 2  # around everything, in cells
_HEAD = 4.0  # rows for the title and the scale
_NAMES = 6  # columns for the names of the rows
_NARROWEST = 70  # columns that the title and the scale need
_PALETTE = np.array([color(shade) for shade in range(256)], np.uint8)

Letters = dict[str, list[tuple[int, int]]]


def save_filters_picture(
    path: Path | str,
    responses: Responses,
    filters: Mapping[int, Sequence[int]],
    title: str = "",
) -> None:
    """Draw lines with a row for each filter and write the picture to a PNG file.

    Each line stands above the rows of its filters, where red is the largest response of the filter
    and white none, and above its reconstruction, with wrong characters marked.

    Parameters
    ----------
    path : path or str
        The file to write, whole or not at all.
    responses : Responses
        The lines to draw.
    filters : mapping of int to sequence of int
        By layer, the indices of the filters to draw.
    title : str, optional
        Title of the picture, such as which network reads which text.

    Raises
    ------
    TooLongError
        If the picture takes more than 1,000 rows.
    OSError
        If the file can't be written.
    ImportError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from glassnet.visualize import Line, Responses, save_filters_picture
    >>> values = np.array([[0.0], [1.0], [4.0], [2.0]])
    >>> responses = Responses([Line("abcd", "abed", {1: values})], {1: values.max(axis=0)})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_filters_picture(f"{folder}/filters.png", responses, {1: [0]}, "abcd")
    ...     print(Path(folder, "filters.png").read_bytes()[:4])
    b'\\x89PNG'
    """
    each = sum(len(indices) + 2 for indices in filters.values()) + 4
    height = each * len(responses.lines) - 1
    if height > LONGEST:
        raise TooLongError(
            f"{len(responses.lines)} lines take {height} rows, and a picture holds {LONGEST}"
        )
    letters, cells = _lay_out(responses, filters, height)
    figure, axes = grid_figure(cells, letters, _MARGIN, _HEAD)
    _draw_head(axes, title, responses.summary())
    with whole_file(path) as file:
        figure.savefig(file, format="png", dpi=144)


def _lay_out(
    responses: Responses, filters: Mapping[int, Sequence[int]], height: int
) -> tuple[Letters, Array]:
    """Return the (column, row) places of each character, and the color of each cell.

    The cells are (height, columns, 3) uint8.
    """
    width = _NAMES + max(sum(map(_cell, visible(line.text))) for line in responses.lines)
    cells = np.full((height, max(width, _NARROWEST), 3), 255, np.uint8)
    letters: Letters = defaultdict(list)

    def write(text: str, row: int, column: int = _NAMES) -> list[int]:
        """Place a text; return the column of each of its characters."""
        places = []
        for character in visible(text):
            letters[character].append((column, row))
            places.append(column)
            column += _cell(character)
        return places

    row = 0
    for line in responses.lines:
        for layer, indices in filters.items():
            shades = responses.shades(line, layer)
            write(line.text, row)
            for index in indices:
                row += 1
                write(f"{layer}:{index}", row, 0)
                places = write(line.text, row)
                for column, character, shade in zip(
                    places, visible(line.text), shades[:, index], strict=True
                ):
                    cells[row, column : column + _cell(character)] = _PALETTE[shade]
            row += 2
        places = write(line.text, row)
        for column, written, read in zip(
            places, visible(line.reconstruction), visible(line.text), strict=True
        ):
            letters[written].append((column, row + 1))
            if written != read:
                letters["^"].append((column, row + 2))
        row += 4
    return letters, cells


def _draw_head(axes: Axes, title: str, summary: str) -> None:
    """Draw the title, how much is reconstructed and the color scale above the lines."""
    gray = "0.35"
    axes.text(0, -2.4, visible(title), fontsize=11, fontweight="bold", parse_math=False)
    axes.text(0, -1.5, summary, fontsize=9, color=gray)
    left, right, top, bottom = _NARROWEST - 24, _NARROWEST - 13, -2.1, -1.4
    axes.imshow(_PALETTE[np.newaxis], extent=(left, right, bottom, top), aspect="auto")
    axes.plot(
        [left, right, right, left, left], [top, top, bottom, bottom, top], color="0.6", lw=0.5
    )
    axes.text(left - 0.8, bottom - 0.1, "no response", fontsize=9, color=gray, ha="right")
    axes.text(right + 0.8, bottom - 0.1, "filter's largest", fontsize=9, color=gray)


def _cell(character: str) -> int:
    return max(columns(character), 1)
