"""A neuron, and a table of all neurons, in a notebook: HTML with inline styles, no script."""

from __future__ import annotations

import html
from collections.abc import Mapping
from itertools import groupby

import numpy as np

from glassnet.nn import Array
from glassnet.visualize.drawing.shades import bounds, color, shades
from glassnet.visualize.drawing.text import visible
from glassnet.visualize.neurons.states import state_name

LONGEST = 2000
"""Characters of a text that are shown; a notebook keeps every output in its file."""
ROWS = 5
"""Neurons listed for each layer and state."""

# White, also in a dark notebook: white stands for a value.
_PAPER = "background:#fff;color:#000;padding:12px 16px;border-radius:6px;max-width:56em"
_MONOSPACE = (
    "font-family:Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:13px;line-height:1.5"
)
_CELL = "text-align:right;padding:1px 12px"


def neuron_html(title: str, text: str, values: Array, state: str) -> str:
    """Return a text as HTML on a background from white (lowest activation) to red (highest).

    Only the first `LONGEST` characters are shown, and the heading says so.

    Parameters
    ----------
    title : str
        The neuron in words, for the heading.
    text : str
        The text that was read.
    values : array (characters,)
        The activation after each character.
    state : str
        The state of the neuron that the values are.

    Shapes
    ------
    - values: (characters,)
    """
    shown = visible(text[:LONGEST])
    painted = zip(shown, shades(values[:LONGEST], state).tolist(), strict=True)
    pieces = []
    for shade, run in groupby(painted, lambda pair: None if pair[0] == "\n" else pair[1]):
        piece = html.escape("".join(character for character, _ in run))
        if shade is not None:
            piece = f'<span style="background:{_rgb(shade)}">{piece}</span>'
        pieces.append(piece)
    low, high = bounds(state)
    gradient = f"linear-gradient(to right,{_rgb(0)},{_rgb(255)})"
    numbers = f"min {values.min():.2f}, mean {values.mean():.2f}, max {values.max():.2f}"
    if len(text) > LONGEST:
        numbers += f"; the first {LONGEST:,} of {len(text):,} characters"
    note = " (its tanh)" if state == "cell" else ""
    return (
        f'<div style="{_PAPER}"><div><b>{html.escape(title)}</b> &nbsp; {low} '
        f'<span style="display:inline-block;width:100px;height:11px;border:1px solid #ccc;'
        f'background:{gradient}"></span> {high}{note}</div>'
        f'<div style="color:#555">{numbers}</div>'
        f'<pre style="{_MONOSPACE};color:#000;background:#fff;white-space:pre-wrap;'
        f'margin:8px 0 0;max-height:32em;overflow:auto">{"".join(pieces)}</pre></div>'
    )


def activations_html(characters: int, arrays: Mapping[tuple[int, str], Array]) -> str:
    """Return a table as HTML: the neurons of each layer and state that vary most over a text.

    Parameters
    ----------
    characters : int
        Length of the text.
    arrays : mapping of (int, str) to array (characters, units)
        Activations by layer and state.

    Shapes
    ------
    - arrays: (characters, units) each
    """
    rows = []
    for (layer, state), values in arrays.items():
        drawn = np.tanh(values) if state == "cell" else values
        deviation = drawn.std(axis=0)
        for index in np.argsort(-deviation, kind="stable")[:ROWS].tolist():
            column = values[:, index]
            numbers = (column.min(), column.mean(), column.max(), deviation[index])
            cells = [f"{layer}:{index}", state_name(state), *(f"{n:.2f}" for n in numbers)]
            rows.append("".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells))
    heads = ("neuron", "state", "min", "mean", "max", "standard deviation")
    tanh = ", of a cell state's tanh" if any(state == "cell" for _, state in arrays) else ""
    return (
        f"<div><b>{characters:,} characters</b>; the neurons that vary most, by "
        f"standard deviation{tanh}<table><tr>"
        + "".join(f'<th style="{_CELL}">{head}</th>' for head in heads)
        + "</tr>"
        + "".join(f"<tr>{row}</tr>" for row in rows)
        + "</table></div>"
    )


def _rgb(shade: int) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color(shade))
