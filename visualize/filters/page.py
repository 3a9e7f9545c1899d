"""Lines and the rows of all their filters as one HTML page that works offline."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from glassnet.visualize.drawing.pages import fill_template
from glassnet.visualize.drawing.shades import color
from glassnet.visualize.drawing.text import TooLongError, visible
from glassnet.visualize.filters.ngrams import EXPLANATION, NGram
from glassnet.visualize.filters.responses import Line, Reading

LONGEST = 200
"""Lines that a page holds; browsers grow slow on far more."""

_STEP = 8  # of the 256 shades that the page tells apart: it stays small
_TEMPLATE = Path(__file__).with_name("page.html")


def filters_page(
    reading: Reading,
    filters: Mapping[int, Sequence[int]],
    ngrams: Mapping[tuple[int, int], Sequence[NGram]],
    title: str,
) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    reading : what to draw.
    filters : by layer, the indices of the filters to draw.
    ngrams : the strongest n-grams of filters, (layer, index); may be empty.
    title : of the page: which network on which text.

    Raises
    ------
    TooLongError : if there are more than `LONGEST` lines.
    """
    if len(reading.lines) > LONGEST:
        raise TooLongError(f"the text has {len(reading.lines)} lines, and a page holds {LONGEST}")
    parts = {
        "title": html.escape(visible(title)),
        "shades": "\n".join(
            "  .s{} {{ background: rgb({}, {}, {}); }}".format(shade, *color(shade))
            for shade in range(0, 256, _STEP)
        ),
        "accuracy": reading.accuracy(),
        "lines": "\n".join(f"<pre>{_line(reading, line, filters)}</pre>" for line in reading.lines),
        "ngrams": _table(ngrams) if ngrams else "",
    }
    return fill_template(_TEMPLATE.read_text(encoding="utf-8"), parts)


def _line(reading: Reading, line: Line, filters: Mapping[int, Sequence[int]]) -> str:
    text = visible(line.text)
    margin = " " * 8
    rows = []
    for layer, indices in filters.items():
        shades = reading.shades(line, layer) // _STEP * _STEP
        rows.append(margin + html.escape(text))
        for index in indices:
            cells = "".join(
                f'<span class="s{shade}">{html.escape("".join(c for c, _ in run))}</span>'
                for shade, run in groupby(
                    zip(text, shades[:, index].tolist(), strict=True), lambda cell: cell[1]
                )
            )
            largest = reading.largest[layer][index]
            rows.append(f'<b class="name">{layer}:{index:<5} </b>{cells}<b> {largest:.1f}</b>')
        rows.append("")
    rows.append(margin + html.escape(text))
    written = visible(line.reconstruction)
    rows.append(
        margin
        + "".join(
            html.escape(b) if a == b else f"<u>{html.escape(b)}</u>"
            for a, b in zip(text, written, strict=True)
        )
    )
    return "\n".join(rows)


def _table(ngrams: Mapping[tuple[int, int], Sequence[NGram]]) -> str:
    rows = []
    for (layer, index), found in ngrams.items():
        cells = "".join(
            f"<td>{html.escape(visible(ngram.text))} {ngram.mean:.1f} <i>×{ngram.count}</i></td>"
            for ngram in found
        )
        rows.append(f"<tr><td>{layer}:{index}</td>{cells or '<td>never responds</td>'}</tr>")
    return (
        "<h2>What excites each filter most</h2>\n"
        f"<p>{EXPLANATION}</p>\n"
        '<div id="ngrams"><table>\n' + "\n".join(rows) + "\n</table></div>"
    )
