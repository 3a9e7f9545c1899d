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
from glassnet.visualize.filters.responses import Line, Responses

LONGEST = 200
"""Most lines of a page: browsers grow slow with far more."""

_STEP = 8  # the page tells every eighth of the 256 shades apart, which keeps it small
_TEMPLATE = Path(__file__).with_name("page.html")


def filters_page(
    responses: Responses,
    filters: Mapping[int, Sequence[int]],
    ngrams: Mapping[tuple[int, int], Sequence[NGram]],
    title: str,
) -> str:
    """Return an HTML page with lines, the responses of filters to them, and n-grams.

    Parameters
    ----------
    responses : Responses
        The lines to draw.
    filters : mapping of int to sequence of int
        By layer, the indices of the filters to draw.
    ngrams : mapping of (int, int) to sequence of NGram
        The strongest n-grams of filters by layer and index; may be empty.
    title : str
        Title of the page, such as which network reads which text.

    Returns
    -------
    str
        The page, for `save_page`.

    Raises
    ------
    TooLongError
        If there are more than 200 lines.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.visualize import Line, Responses, filters_page
    >>> values = np.array([[0.0], [1.0], [4.0], [2.0]])
    >>> responses = Responses([Line("abcd", "abed", {1: values})], {1: values.max(axis=0)})
    >>> page = filters_page(responses, {1: [0]}, {}, "a small network reading abcd")
    >>> "<h1>a small network reading abcd</h1>" in page
    True
    """
    if len(responses.lines) > LONGEST:
        raise TooLongError(f"the text has {len(responses.lines)} lines, and a page holds {LONGEST}")
    lines = (f"<pre>{_line(responses, line, filters)}</pre>" for line in responses.lines)
    parts = {
        "title": html.escape(visible(title)),
        "shades": "\n".join(
            "  .s{} {{ background: rgb({}, {}, {}); }}".format(shade, *color(shade))
            for shade in range(0, 256, _STEP)
        ),
        "summary": responses.summary(),
        "lines": "\n".join(f'<div class="paper">{line}</div>' for line in lines),
        "ngrams": _table(ngrams) if ngrams else "",
    }
    return fill_template(_TEMPLATE.read_text(encoding="utf-8"), parts)


def _line(responses: Responses, line: Line, filters: Mapping[int, Sequence[int]]) -> str:
    """Return a line, the rows of its filters and its reconstruction as the content of a <pre>."""
    text = visible(line.text)
    margin = " " * 8
    rows = []
    for layer, indices in filters.items():
        shades = responses.shades(line, layer) // _STEP * _STEP
        rows.append(margin + html.escape(text))
        for index in indices:
            cells = "".join(
                f'<span class="s{shade}">{html.escape("".join(c for c, _ in run))}</span>'
                for shade, run in groupby(
                    zip(text, shades[:, index].tolist(), strict=True), lambda cell: cell[1]
                )
            )
            largest = responses.largest[layer][index]
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
    """Return a table with a row for each filter."""
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
