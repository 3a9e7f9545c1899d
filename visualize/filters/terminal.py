"""Lines in the terminal, and under each a row for every filter; then the n-grams of filters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from glassnet.visualize.drawing.escapes import Colors, colored, escape_sequences
from glassnet.visualize.drawing.shades import DENSITY, density
from glassnet.visualize.drawing.text import columns, visible
from glassnet.visualize.filters.ngrams import EXPLANATION, NGram
from glassnet.visualize.filters.responses import Line, Reading


def draw_lines(
    reading: Reading,
    filters: Mapping[int, Sequence[int]],
    colors: Colors,
    width: int | None = None,
) -> Iterator[str]:
    """Yield the rows of the drawing, without line ends.

    Each line stands above one row for each filter, layer after layer, where a denser character
    (`DENSITY`) means a stronger response; then above its reconstruction. Every column stands
    under its character.

    Parameters
    ----------
    reading : what to draw.
    filters : by layer, the indices of the filters to draw.
    colors : see `terminal_colors`.
    width : columns of the terminal, to break longer lines at; None leaves them as they are.
    """
    escapes = escape_sequences(colors)
    margin = max(len(_name(layer, max(indices))) for layer, indices in filters.items()) + 1
    for line in reading.lines:
        cells = _cells(line)
        shades = {layer: reading.shades(line, layer) for layer in filters}
        for start, stop in _pieces(cells, None if width is None else width - margin):
            place = slice(start, stop)
            head = " " * margin + _text(line.text[place], cells[place])
            for layer, indices in filters.items():
                yield head.rstrip()
                for index in indices:
                    levels = [
                        level
                        for level, cell in zip(
                            shades[layer][place, index].tolist(), cells[place], strict=True
                        )
                        for _ in range(cell)
                    ]
                    row = "".join(map(density, levels))
                    if colors != "none":
                        row = colored(row, levels, escapes)
                    yield (_name(layer, index).ljust(margin) + row).rstrip()
                yield ""
            yield head.rstrip()
            written = _text(line.reconstruction[place], cells[place])
            yield (" " * margin + written).rstrip()
            wrong = "".join(
                ("^" if a != b else " ") * cell
                for a, b, cell in zip(
                    line.text[place], line.reconstruction[place], cells[place], strict=True
                )
            )
            if not wrong.isspace():
                yield (" " * margin + wrong).rstrip()
            yield ""
    yield reading.accuracy()
    scale = f'"{DENSITY}"'
    if colors != "none":
        levels = list(range(0, 256, 17))
        scale = colored("".join(map(density, levels)), levels, escapes)
    yield f"{scale} from no response to the filter's largest one here"


def draw_ngrams(
    ngrams: Mapping[tuple[int, int], Sequence[NGram]], width: int | None = None
) -> Iterator[str]:
    """Yield one row for each filter, (layer, index): its strongest n-grams, as many as fit.

    Nothing if there are no filters; else what the rows say comes first.
    """
    if ngrams:
        yield ""
        yield from textwrap.wrap(EXPLANATION, min(100, width or 100))
        yield ""
    for (layer, index), found in ngrams.items():
        row = f"{_name(layer, index):6}" + ("" if found else "never responds")
        for number, ngram in enumerate(found):
            part = f"{visible(ngram.text)} {ngram.mean:.1f} ×{ngram.count}"
            if number and width is not None and len(row) + 2 + len(part) > width:
                break
            row += ("  " if number else "") + part
        yield row


def _name(layer: int, index: int) -> str:
    return f"{layer}:{index}"


def _cells(line: Line) -> list[int]:
    """Return how many columns each place of a line needs, in the text and the reconstruction."""
    return [
        max(columns(a), columns(b), 1)
        for a, b in zip(visible(line.text), visible(line.reconstruction), strict=True)
    ]


def _pieces(cells: list[int], width: int | None) -> Iterator[tuple[int, int]]:
    """Yield the (start, stop) of the pieces of a line that are at most so wide."""
    start = used = 0
    for place, cell in enumerate(cells):
        if width is not None and used + cell > width and place > start:
            yield start, place
            start, used = place, 0
        used += cell
    yield start, len(cells)


def _text(text: str, cells: list[int]) -> str:
    """Return the text with spaces after characters that are narrower than their cell."""
    return "".join(
        # What combines stands on a space of its own.
        " " * (columns(c) == 0) + c + " " * (cell - max(columns(c), 1))
        for c, cell in zip(visible(text), cells, strict=True)
    )
