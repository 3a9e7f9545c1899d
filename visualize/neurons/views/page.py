"""All neurons in one HTML page that works offline: pick one, and the text is painted with it.

The page is `page.html` with its style (`page.css`), its script (`page_panels.js`, `page.js`), its
title and the data filled in. What is small lies in one JSON object. The rest lies in blocks, a
script element each that holds the rows of an array, every row base64 on its own and so equally
long; numbers of several bytes are little-endian. For layer N and each state:

    layerN-STATE-shades        (units, characters) uint8, the shades of `drawing.py`
    layerN-STATE-statistics    one row, (units, 4) float32: minimum, mean and maximum of the
                               activation, standard deviation of the shade

with contexts, for each layer:

    layerN-contexts-places     (units, 2·count) int32, the strongest and then the weakest, as
                               places in the pieces of the corpus that the JSON object holds
    layerN-contexts-shades     (units, 2·count) uint8, of the hidden state there
    layerN-histogram           (units, bins) uint8, 255 for the fullest bin
    layerN-saturation          (units, gates · 2) float32, the shares below and above

and with predictions:

    predictions-probabilities      one row, (characters, count) uint8, 255 for certainty
    predictions-surprise           one row, (characters,) uint16, hundredths of a bit

Shades are not compressed: deflate saves a tenth of them, and they could no longer be read row by
row, which is what makes a page of 14 MB open in a moment.
"""

from __future__ import annotations

import base64
import html
import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.files import whole_file
from glassnet.nn import Array
from glassnet.visualize.drawing.drawing import TooLongError, bounds, shades, state_name, visible
from glassnet.visualize.neurons.activations import Activations, Neuron
from glassnet.visualize.neurons.contexts import AFTER, BEFORE, BINS, GATES, Contexts, snippets
from glassnet.visualize.neurons.predictions import Predictions

if TYPE_CHECKING:
    from glassnet.visualize.neurons.ablation import Ablation
    from glassnet.visualize.neurons.search.scores import Finding

LARGEST = 100_000_000
"""Shades (characters × units × layers × states) that a page holds; browsers fail on far more."""


def page(
    activations: Activations,
    first: Neuron,
    title: str,
    findings: Sequence[Finding] = (),
    most_important: Sequence[Ablation] = (),
    contexts: Contexts | None = None,
    predictions: Predictions | None = None,
) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    activations : what one can pick from.
    first : the neuron that the page opens with.
    title : of the page: which network on which text.
    findings : neurons that mean something, in the order in which to list them.
    most_important : neurons whose removal costs most, in the order in which to list them.
    contexts : what the same network's neurons do over a corpus.
    predictions : what the same network expects next in the same text.

    Raises
    ------
    TooLongError : if there are more than `LARGEST` activations, with what they come to.
    ValueError : if the predictions are for another text.
    """
    check_size(len(activations.text), sum(v.shape[1] for v in activations.arrays.values()))
    if predictions is not None and predictions.text != activations.text:
        raise ValueError("the predictions are for another text than the activations")
    description: dict[str, Any] = {
        "text": visible(activations.text),
        "layers": {layer: _units(activations, layer) for layer in activations.layers},
        "states": {
            state: {"name": state_name(state), "low": bounds(state)[0], "high": bounds(state)[1]}
            for state in activations.states
        },
        "first": {"layer": first.layer, "neuron": first.index, "state": first.state},
        "findings": [_finding(finding) for finding in findings],
        "most_important": [
            {"layer": a.layer, "neuron": a.neuron, "cost": _number(a.cost)} for a in most_important
        ],
    }
    blocks: dict[str, Array] = {}
    for (layer, state), values in activations.arrays.items():
        blocks |= _neurons(f"layer{layer}-{state}", values, state)
    if contexts is not None:
        description["contexts"] = _add_contexts(contexts, blocks)
    if predictions is not None:
        description["predictions"] = _add_guesses(predictions, blocks)
    parts = {
        "title": html.escape(title),
        "style": _read("page.css"),
        "script": "".join(_read(name) for name in ("page_panels.js", "page.js")),
        # Nothing in JSON but a "<" can end a script element.
        "description": json.dumps(description).replace("<", "\\u003c"),
        "blocks": "\n".join(_block(name, rows) for name, rows in blocks.items()),
    }
    # In one pass, so that a title or text that looks like a place to fill is left alone.
    return re.sub(rf"@@({'|'.join(parts)})@@", lambda match: parts[match[1]], _read("page.html"))


def check_size(characters: int, units: int) -> None:
    """Raise TooLongError if so many characters are too many, for the units of all states."""
    if characters * units > LARGEST:
        raise TooLongError(
            f"{characters} characters come to {characters * units} activations, "
            f"and a page holds {LARGEST}"
        )


def save_page(path: Path | str, content: str) -> None:
    """Write a page, as `page` or `filters_page` returns it, to an HTML file, whole or not at all.

    Raises
    ------
    OSError : if the file can't be written.
    """
    with whole_file(path) as file:
        # A title may hold a file name that is not UTF-8.
        file.write(content.encode(errors="replace"))


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _units(activations: Activations, layer: int) -> int:
    return activations.arrays[layer, activations.states[0]].shape[1]


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "hypothesis": finding.hypothesis,
        "description": finding.description,
        "measure": finding.measure,
        "layer": finding.layer,
        "neuron": finding.neuron,
        "state": finding.state,
        "score": _number(finding.score),
        "baseline": _number(finding.baseline),
        "verdict": finding.verdict,
    }


def _number(value: float) -> float | None:
    """Return what JSON has for a number: it lacks NaN."""
    return round(float(value), 6) if math.isfinite(value) else None


def _neurons(name: str, values: Array, state: str) -> dict[str, Array]:
    painted = shades(values.T, state)  # (units, characters)
    statistics = np.stack(
        [values.min(axis=0), values.mean(axis=0), values.max(axis=0), painted.std(axis=1)], axis=1
    )
    return {
        f"{name}-shades": painted,
        f"{name}-statistics": statistics.astype("<f4").reshape(1, -1),
    }


def _add_contexts(contexts: Contexts, blocks: dict[str, Array]) -> dict[str, Any]:
    """Add the blocks of the contexts and return what the JSON object says of them."""
    pieces, places = snippets(contexts.text, contexts.positions.values())
    for layer, found in zip(contexts.positions, places, strict=True):
        units = found.shape[1]
        peaks = shades(contexts.values[layer], "hidden")
        histogram = contexts.histogram[layer] / contexts.histogram[layer].max(axis=1, keepdims=True)
        for name, rows in {
            "contexts-places": found.swapaxes(0, 1).astype("<i4"),
            "contexts-shades": peaks.swapaxes(0, 1),
            "histogram": np.rint(255 * histogram).astype(np.uint8),
            "saturation": contexts.saturation[layer].astype("<f4"),
        }.items():
            blocks[f"layer{layer}-{name}"] = rows.reshape(units, -1)
    return {
        "characters": len(contexts.text),
        "snippets": visible(pieces),
        "count": places[0].shape[2],
        "before": BEFORE,
        "after": AFTER,
        "bins": BINS,
        "gates": [gate.removesuffix("-gate") for gate in GATES],
    }


def _add_guesses(predictions: Predictions, blocks: dict[str, Array]) -> dict[str, Any]:
    """Add the blocks of the predictions and return what the JSON object says of them."""
    probabilities = np.rint(255 * predictions.probabilities).astype(np.uint8)
    hundredths = np.rint(100 * np.nan_to_num(predictions.surprise)).clip(0, 65535)
    blocks["predictions-probabilities"] = probabilities.reshape(1, -1)
    blocks["predictions-surprise"] = hundredths.astype("<u2").reshape(1, -1)
    return {
        "count": probabilities.shape[1],
        "characters": visible("".join(predictions.characters)),
        "surprise": _number(float(np.mean(predictions.surprise[:-1])))
        if len(hundredths) > 1
        else None,
    }


def _block(name: str, rows: Array) -> str:
    encoded = "".join(base64.b64encode(row.tobytes()).decode("ascii") for row in rows)
    return f'<script type="text/plain" id="{name}">{encoded}</script>'
