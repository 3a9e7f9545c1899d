"""Lines and the rows of their filters as a PNG picture. Needs matplotlib."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from glassnet.files import whole_file
from glassnet.visualize.drawing.letters import grid_figure
from glassnet.visualize.drawing.shades import color
from glassnet.visualize.drawing.text import TooLongError, columns, visible
from glassnet.visualize.filters.responses import Reading

LONGEST = 1000
"""Rows that fit into one picture."""

_MARGIN = 2  # around everything, in cells
_NAMES = 6  # columns for the names of the rows


def save_filters_picture(
    path: Path | str, reading: Reading, filters: Mapping[int, Sequence[int]]
) -> None:
    """Draw lines with the rows of their filters and write the picture to a PNG file.

    Parameters
    ----------
    path : where to; written as a whole or not at all.
    reading : what to draw.
    filters : by layer, the indices of the filters to draw.

    Raises
    ------
    TooLongError : if that takes more than `LONGEST` rows.
    OSError : if the file can't be written.
    ImportError : if matplotlib is not installed.
    """
    each = sum(len(indices) + 2 for indices in filters.values()) + 4
    height = each * len(reading.lines) - 1
    if height > LONGEST:
        raise TooLongError(
            f"{len(reading.lines)} lines take {height} rows, and a picture holds {LONGEST}"
        )
    width = _NAMES + max(sum(map(_cell, visible(line.text))) for line in reading.lines)
    cells = np.full((height, width, 3), 255, np.uint8)
    letters: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def write(text: str, row: int, column: int = _NAMES) -> list[int]:
        """Place a text; return the column of each of its characters."""
        places = []
        for character in visible(text):
            letters[character].append((column, row))
            places.append(column)
            column += _cell(character)
        return places

    palette = np.array([color(shade) for shade in range(256)], np.uint8)
    row = 0
    for line in reading.lines:
        for layer, indices in filters.items():
            shades = reading.shades(line, layer)
            write(line.text, row)
            for index in indices:
                row += 1
                write(f"{layer}:{index}", row, 0)
                places = write(line.text, row)
                for column, character, shade in zip(
                    places, visible(line.text), shades[:, index], strict=True
                ):
                    cells[row, column : column + _cell(character)] = palette[shade]
            row += 2
        places = write(line.text, row)
        for column, written, read in zip(
            places, visible(line.reconstruction), visible(line.text), strict=True
        ):
            letters[written].append((column, row + 1))
            if written != read:
                letters["^"].append((column, row + 2))
        row += 4

    figure, _ = grid_figure(cells, letters, _MARGIN)
    with whole_file(path) as file:
        figure.savefig(file, format="png", dpi=144)


def _cell(character: str) -> int:
    return max(columns(character), 1)
