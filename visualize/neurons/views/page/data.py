"""The data of the page: small values in one JSON object, arrays in blocks.

Each block is a script element that holds the rows of an array. Every row is base64 on its own, so
that all rows are equally long and a row is read without decoding the others. Numbers of several
bytes are little-endian. For layer N and each state:

    layerN-STATE-shades        (units, characters) uint8, the shades of `drawing/shades.py`
    layerN-STATE-statistics    one row, (units, 4) float32: minimum, mean and maximum of the
                               activation, standard deviation of the shade

with contexts, for each layer:

    layerN-contexts-places     (units, 2·count) int32, the strongest and then the weakest, as
                               places in the passages that the JSON object holds
    layerN-contexts-shades     (units, 2·count) uint8, of the hidden state there
    layerN-histogram           (units, bins) uint8, 255 for the fullest bin
    layerN-saturation          (units, gates · 2) float32, the shares below 0.1 and above 0.9

and with predictions:

    predictions-probabilities      one row, (characters, count) uint8, 255 for certainty
    predictions-surprise           one row, (characters,) uint16, hundredths of a bit

Shades are not compressed: deflate would save a tenth of them, and they could no longer be read row
by row, which is what makes a page of 14 MB open in a moment.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NotRequired, TypedDict

import numpy as np

from glassnet.nn import Array
from glassnet.visualize.drawing.shades import bounds, shades
from glassnet.visualize.drawing.text import visible
from glassnet.visualize.neurons.ablation import Ablation
from glassnet.visualize.neurons.activations import Activations, Neuron
from glassnet.visualize.neurons.contexts import AFTER, BEFORE, BINS, Contexts
from glassnet.visualize.neurons.predictions import Predictions
from glassnet.visualize.neurons.search.findings import Finding
from glassnet.visualize.neurons.states import state_name
from glassnet.visualize.neurons.views.page.passages import join_passages

Blocks = dict[str, Array]
"""The arrays of the page by the name of their block; rows along the first axis."""


class StateData(TypedDict):
    """How a state is called, and the activations that are drawn white and red."""

    name: str
    low: int
    high: int


class FirstData(TypedDict):
    """The neuron that the page opens with."""

    layer: int
    neuron: int
    state: str


class FindingData(TypedDict):
    """A finding; a number is None if it is NaN."""

    hypothesis: str
    description: str
    measure: str
    layer: int
    neuron: int
    state: str
    score: float | None
    baseline: float | None
    verdict: str


class AblationData(TypedDict):
    """A neuron and how much the loss rises without it."""

    layer: int
    neuron: int
    loss_increase: float | None


class ContextsData(TypedDict):
    """The passages of the corpus, and the sizes of the blocks of contexts."""

    characters: int
    passages: str
    count: int
    before: int
    after: int
    bins: int
    gates: list[str]


class PredictionsData(TypedDict):
    """All predicted characters in one string, `count` for each, and the mean surprise in bits."""

    count: int
    characters: str
    surprise: float | None


class PageData(TypedDict):
    """The JSON object of the page."""

    text: str
    layers: dict[int, int]  # units by layer
    states: dict[str, StateData]
    first: FirstData
    findings: list[FindingData]
    most_important: list[AblationData]
    contexts: NotRequired[ContextsData]
    predictions: NotRequired[PredictionsData]


def activations_data(activations: Activations, first: Neuron) -> tuple[PageData, Blocks]:
    """Return the JSON object of a page without findings, contexts and predictions; its blocks."""
    state = activations.states[0]
    data: PageData = {
        "text": visible(activations.text),
        "layers": {
            layer: activations.arrays[layer, state].shape[1] for layer in activations.layers
        },
        "states": {
            state: {"name": state_name(state), "low": bounds(state)[0], "high": bounds(state)[1]}
            for state in activations.states
        },
        "first": {"layer": first.layer, "neuron": first.index, "state": first.state},
        "findings": [],
        "most_important": [],
    }
    blocks: Blocks = {}
    for (layer, state), values in activations.arrays.items():
        painted = shades(values.T, state)  # (units, characters)
        numbers = values.min(axis=0), values.mean(axis=0), values.max(axis=0), painted.std(axis=1)
        statistics = np.stack(numbers, axis=1)  # (units, 4)
        blocks[f"layer{layer}-{state}-shades"] = painted
        blocks[f"layer{layer}-{state}-statistics"] = statistics.astype("<f4").reshape(1, -1)
    return data, blocks


def findings_data(findings: Sequence[Finding]) -> list[FindingData]:
    """Return the findings as JSON values."""
    return [
        {
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
        for finding in findings
    ]


def ablations_data(ablations: Sequence[Ablation]) -> list[AblationData]:
    """Return the ablations as JSON values."""
    return [
        {
            "layer": ablation.layer,
            "neuron": ablation.neuron,
            "loss_increase": _number(ablation.loss_increase),
        }
        for ablation in ablations
    ]


def contexts_data(contexts: Contexts) -> tuple[ContextsData, Blocks]:
    """Return the contexts as JSON values and blocks."""
    blocks: Blocks = {}
    passages, places = join_passages(contexts.text, contexts.positions.values())
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
    data: ContextsData = {
        "characters": len(contexts.text),
        "passages": visible(passages),
        "count": places[0].shape[2],
        "before": BEFORE,
        "after": AFTER,
        "bins": BINS,
        "gates": [gate.removesuffix("-gate") for gate in contexts.gates],
    }
    return data, blocks


def predictions_data(predictions: Predictions) -> tuple[PredictionsData, Blocks]:
    """Return the predictions as JSON values and blocks."""
    probabilities = np.rint(255 * predictions.probabilities).astype(np.uint8)
    hundredths = np.rint(100 * np.nan_to_num(predictions.surprise)).clip(0, 65535)
    known = predictions.surprise[:-1]  # nothing comes after the last character
    data: PredictionsData = {
        "count": probabilities.shape[1],
        "characters": visible("".join(predictions.characters)),
        "surprise": _number(float(known.mean())) if len(known) else None,
    }
    return data, {
        "predictions-probabilities": probabilities.reshape(1, -1),
        "predictions-surprise": hundredths.astype("<u2").reshape(1, -1),
    }


def _number(value: float) -> float | None:
    """Return a number as JSON has it: without NaN and infinity."""
    return round(float(value), 6) if math.isfinite(value) else None
