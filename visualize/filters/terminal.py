"""Lines in the terminal, with a row for each filter under them; and the n-grams of filters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from glassnet.visualize.drawing.escapes import Colors, colored, escape_sequences
from glassnet.visualize.drawing.shades import DENSITY, density
from glassnet.visualize.drawing.text import columns, visible
from glassnet.visualize.filters.ngrams import EXPLANATION, NGram
from glassnet.visualize.filters.responses import Line, Responses


def draw_filters(
    responses: Responses,
    filters: Mapping[int, Sequence[int]],
    colors: Colors,
    width: int | None = None,
) -> Iterator[str]:
    """Yield the rows of a drawing of lines and filters for the terminal.

    Each line stands above one row for each filter, layer by layer, where a denser character is a
    stronger response; then above its reconstruction, with wrong characters marked. Last come how
    much is reconstructed and the scale.

    Parameters
    ----------
    responses : Responses
        The lines to draw.
    filters : mapping of int to sequence of int
        By layer, the indices of the filters to draw.
    colors : {"24-bit", "256", "none"}
        What the terminal can show; see `terminal_colors`.
    width : int, optional
        Columns of the terminal, at which longer lines are broken; without it, none is.

    Yields
    ------
    str
        A row without its line end.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.visualize import Line, Responses, draw_filters
    >>> values = np.array([[0.0, 5.0], [1.0, 0.0], [4.0, 5.0], [2.0, 0.0]])
    >>> responses = Responses([Line("abcd", "abed", {1: values})], {1: values.max(axis=0)})
    >>> for row in draw_filters(responses, {1: [0, 1]}, "none"):
    ...     print(row)
        abcd
    1:0  .#=
    1:1 # #
    <BLANKLINE>
        abcd
        abed
          ^
    <BLANKLINE>
    reconstructed 3 of 4 characters
    " .-=*#" from no response to the filter's largest one here
    """
    escapes = escape_sequences(colors)
    margin = max(len(_name(layer, max(indices))) for layer, indices in filters.items()) + 1
    for line in responses.lines:
        cells = _cells(line)
        shades = {layer: responses.shades(line, layer) for layer in filters}
        for start, stop in _pieces(cells, None if width is None else width - margin):
            piece = slice(start, stop)
            head = " " * margin + _text(line.text[piece], cells[piece])
            for layer, indices in filters.items():
                yield head.rstrip()
                for index in indices:
                    levels = [
                        level
                        for level, cell in zip(
                            shades[layer][piece, index].tolist(), cells[piece], strict=True
                        )
                        for _ in range(cell)
                    ]
                    row = "".join(map(density, levels))
                    if colors != "none":
                        row = colored(row, levels, escapes)
                    yield (_name(layer, index).ljust(margin) + row).rstrip()
                yield ""
            yield head.rstrip()
            written = _text(line.reconstruction[piece], cells[piece])
            yield (" " * margin + written).rstrip()
            marks = "".join(
                ("^" if a != b else " ") * cell
                for a, b, cell in zip(
                    line.text[piece], line.reconstruction[piece], cells[piece], strict=True
                )
            )
            if not marks.isspace():
                yield (" " * margin + marks).rstrip()
            yield ""
    yield responses.summary()
    scale = f'"{DENSITY}"'
    if colors != "none":
        levels = list(range(0, 256, 17))
        scale = colored("".join(map(density, levels)), levels, escapes)
    yield f"{scale} from no response to the filter's largest one here"


def draw_ngrams(
    ngrams: Mapping[tuple[int, int], Sequence[NGram]], width: int | None = None
) -> Iterator[str]:
    """Yield an explanation and one row for each filter, with its strongest n-grams.

    Parameters
    ----------
    ngrams : mapping of (int, int) to sequence of NGram
        The n-grams of each filter by its layer and index; if there are none, nothing is drawn.
    width : int, optional
        Columns of the terminal: as many n-grams are drawn as fit; without it, all are.

    Yields
    ------
    str
        A row without its line end.

    Examples
    --------
    >>> from glassnet.visualize import NGram, draw_ngrams
    >>> ngrams = {(1, 3): [NGram("you", 4.96, 2416), NGram("yo␣", 4.5, 51)], (2, 21): []}
    >>> list(draw_ngrams(ngrams))[-2:]
    ['1:3   you 5.0 ×2416  yo␣ 4.5 ×51', '2:21  never responds']
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
    """Return how many columns each character of a line and of its reconstruction needs."""
    return [
        max(columns(a), columns(b), 1)
        for a, b in zip(visible(line.text), visible(line.reconstruction), strict=True)
    ]


def _pieces(cells: list[int], width: int | None) -> Iterator[tuple[int, int]]:
    """Yield the (start, stop) of the pieces of a line that fit a width."""
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
        # A combining character stands on a space.
        " " * (columns(c) == 0) + c + " " * (cell - max(columns(c), 1))
        for c, cell in zip(visible(text), cells, strict=True)
    )
