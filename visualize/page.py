"""All neurons in one HTML page that works offline: pick one, and the text is painted with it.

The page is `page.html` with its title and the data filled in. Each state of each layer is a block
of base64 that holds the shades of `drawing.py`, (units, characters) uint8, and one that holds the
statistics of its neurons, (units, 4) float32 little-endian: minimum, mean and maximum of the
activation, and the standard deviation of the shade. A block is decoded when it is first looked at.
"""

from __future__ import annotations

import base64
import html
import json
import re
from pathlib import Path

import numpy as np

from models.files import whole_file
from nn import Array
from visualize.activations import Activations, Neuron, state_name
from visualize.drawing import TooLongError, bounds, shades, visible

LARGEST = 100_000_000
"""Shades (characters × units × layers × states) that a page holds; browsers fail on far more."""

_TEMPLATE = Path(__file__).with_name("page.html")


def page(activations: Activations, first: Neuron, title: str) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    activations : what one can pick from.
    first : the neuron that the page opens with.
    title : of the page: which network on which text.

    Raises
    ------
    TooLongError : if there are more than `LARGEST` activations, with what they come to.
    """
    size = sum(values.size for values in activations.arrays.values())
    if size > LARGEST:
        raise TooLongError(
            f"{len(activations.text)} characters come to {size} activations, "
            f"and a page holds {LARGEST}"
        )
    description = {
        "text": visible(activations.text),
        "layers": {layer: _units(activations, layer) for layer in activations.layers},
        "states": {
            state: {"name": state_name(state), "low": bounds(state)[0], "high": bounds(state)[1]}
            for state in activations.states
        },
        "first": {"layer": first.layer, "neuron": first.index, "state": first.state},
    }
    parts = {
        "title": html.escape(title),
        # Nothing in JSON but a "<" can end a script element.
        "description": json.dumps(description).replace("<", "\\u003c"),
        "blocks": "\n".join(
            _block(f"layer{layer}-{state}", values, state)
            for (layer, state), values in activations.arrays.items()
        ),
    }
    # In one pass, so that a title or text that looks like a place to fill is left alone.
    template = _TEMPLATE.read_text(encoding="utf-8")
    return re.sub(r"@@(title|description|blocks)@@", lambda match: parts[match[1]], template)


def save_page(path: Path | str, activations: Activations, first: Neuron, title: str) -> None:
    """Write `page(activations, first, title)` to an HTML file, whole or not at all.

    Raises
    ------
    TooLongError : as `page` does.
    OSError : if the file can't be written.
    """
    # A title may hold a file name that is not UTF-8.
    content = page(activations, first, title).encode(errors="replace")
    with whole_file(path) as file:
        file.write(content)


def _units(activations: Activations, layer: int) -> int:
    return activations.arrays[layer, activations.states[0]].shape[1]


def _block(name: str, values: Array, state: str) -> str:
    """Return the two script elements that hold the data of one state of one layer."""
    painted = shades(values.T, state)  # (units, characters)
    statistics = np.stack(
        [values.min(axis=0), values.mean(axis=0), values.max(axis=0), painted.std(axis=1)], axis=1
    ).astype("<f4")
    return "\n".join(
        f'<script type="text/plain" id="{name}-{kind}">{_base64(array)}</script>'
        for kind, array in (("shades", painted), ("statistics", statistics))
    )


def _base64(array: Array) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
