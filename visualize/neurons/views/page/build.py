"""All neurons in one HTML page that works offline: pick one, and it colors the text.

The page is `page.html` with its style (`page.css`), its script (the `.js` files), its title
and its data (`data.py`) filled in.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from pathlib import Path

from glassnet.nn import Array
from glassnet.visualize.drawing.pages import data_block, fill_template, script_data
from glassnet.visualize.drawing.text import TooLongError
from glassnet.visualize.neurons.ablation import Ablation
from glassnet.visualize.neurons.activations import Activations, Neuron
from glassnet.visualize.neurons.contexts import Contexts
from glassnet.visualize.neurons.predictions import Predictions
from glassnet.visualize.neurons.search.findings import Finding
from glassnet.visualize.neurons.views.page.data import (
    ablations_data,
    activations_data,
    contexts_data,
    findings_data,
    predictions_data,
)

SCRIPTS = ("elements.js", "lists.js", "panels.js", "page.js")
LARGEST = 100_000_000
"""Activations (characters × units × layers × states) that a page holds; browsers fail on more."""


def neurons_page(
    activations: Activations,
    first: Neuron,
    title: str,
    *,
    findings: Sequence[Finding] = (),
    most_important: Sequence[Ablation] = (),
    contexts: Contexts | None = None,
    predictions: Predictions | None = None,
) -> str:
    """Return an HTML page that shows every neuron on a text; `save_page` writes it to a file.

    The page works offline: it loads nothing.

    Parameters
    ----------
    activations : Activations
        The neurons to choose from.
    first : Neuron
        The neuron that the page opens with.
    title : str
        The title of the page: which network reads which text.
    findings : sequence of Finding, optional
        The results of a search, in the order in which to list them.
    most_important : sequence of Ablation, optional
        The most important neurons, in the order in which to list them.
    contexts : Contexts, optional
        The contexts of the same network's neurons in a corpus.
    predictions : Predictions, optional
        The same network's predictions on the same text.

    Returns
    -------
    str
        The page as HTML.

    Raises
    ------
    TooLongError
        If there are more than 100,000,000 activations.
    ValueError
        If the predictions are for another text.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.visualize import Activations, neurons_page
    >>> activations = Activations("abc", {(1, "hidden"): np.zeros((3, 2), np.float32)})
    >>> content = neurons_page(activations, activations.neuron(1, 0), "a network reading abc")
    >>> content.splitlines()[0], "<title>a network reading abc</title>" in content
    ('<!DOCTYPE html>', True)
    """
    check_size(len(activations.text), sum(v.shape[1] for v in activations.arrays.values()))
    if predictions is not None and predictions.text != activations.text:
        raise ValueError("the predictions are for another text than the activations")
    data, blocks = activations_data(activations, first)
    data["findings"] = findings_data(findings)
    data["most_important"] = ablations_data(most_important)
    if contexts is not None:
        data["contexts"], more = contexts_data(contexts)
        blocks |= more
    if predictions is not None:
        data["predictions"], more = predictions_data(predictions)
        blocks |= more
    parts = {
        "title": html.escape(title),
        "style": _read("page.css"),
        "script": "".join(_read(name) for name in SCRIPTS),
        "data": script_data(data),
        "blocks": "\n".join(_block(name, rows) for name, rows in blocks.items()),
    }
    return fill_template(_read("page.html"), parts)


def check_size(characters: int, units: int) -> None:
    """Raise TooLongError if a page can't hold a text of that length.

    Parameters
    ----------
    characters : int
        Length of the text.
    units : int
        Units of all layers, counted once for each state.
    """
    if characters * units > LARGEST:
        raise TooLongError(
            f"{characters} characters come to {characters * units} activations, "
            f"and a page holds {LARGEST}"
        )


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _block(name: str, rows: Array) -> str:
    """Return a script element that holds the rows of an array."""
    encoded = "".join(base64.b64encode(row.tobytes()).decode("ascii") for row in rows)
    return data_block(name, encoded)
