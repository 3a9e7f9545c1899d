"""The page's data, decoded in Python; the browser tests look at the page itself."""

from dataclasses import replace

import numpy as np
import pytest

from glassnet.models import CharacterLSTM
from glassnet.visualize import Activations, Predictions, read_activations, read_predictions
from glassnet.visualize.drawing.text import visible
from glassnet.visualize.neurons.ablation import Ablation
from glassnet.visualize.neurons.contexts import BINS, GATES, Contexts, read_contexts
from glassnet.visualize.neurons.search.findings import Finding
from tests.visualize.neurons.views.page.content import CORPUS, TEXT
from tests.visualize.neurons.views.page.reading import block, data_of, make


def test_data_equals_the_activations_within_quantization(activations: Activations) -> None:
    content = make(activations)
    for (layer, state), values in activations.arrays.items():
        found = block(content, f"layer{layer}-{state}-shades", 6, "u1").T.astype(float)
        assert found.shape == (len(TEXT), 6)
        drawn = np.tanh(values) if state == "cell" else values
        low, high = (0, 1) if state == "forget-gate" else (-1, 1)
        difference = low + (high - low) * found / 255 - drawn
        assert np.abs(difference).max() <= (high - low) / 255 / 2 + 1e-6

        statistics = block(content, f"layer{layer}-{state}-statistics", 1, "<f4").reshape(6, 4)
        np.testing.assert_array_equal(statistics[:, 0], values.min(axis=0))
        np.testing.assert_allclose(statistics[:, 1], values.mean(axis=0), atol=1e-6)
        np.testing.assert_array_equal(statistics[:, 2], values.max(axis=0))
        np.testing.assert_allclose(statistics[:, 3], found.std(axis=0), rtol=1e-5)


def test_description(activations: Activations) -> None:
    assert data_of(make(activations)) == {
        "text": TEXT,
        "layers": {"1": 6, "2": 6},
        "states": {
            "hidden": {"name": "hidden state", "low": -1, "high": 1},
            "cell": {"name": "cell state", "low": -1, "high": 1},
            "forget-gate": {"name": "forget gate", "low": 0, "high": 1},
        },
        "first": {"layer": 2, "neuron": 3, "state": "hidden"},
        "findings": [],
        "most_important": [],
    }


def test_findings_and_most_important(activations: Activations) -> None:
    finding = Finding("vowel", "it is", "AUC", 1, 2, "hidden", 0.91234567, 0.9, 0.6, "strong")
    important = Ablation(layer=2, neuron=5, mean=0.1, loss=1.5, ablated_loss=1.53125)
    findings = [finding, replace(finding, neuron=4, baseline=float("nan"))]
    found = data_of(make(activations, findings=findings, most_important=[important]))
    first = {
        "hypothesis": "vowel",
        "description": "it is",
        "measure": "AUC",
        "layer": 1,
        "neuron": 2,
        "state": "hidden",
        "score": 0.912346,
        "baseline": 0.6,
        "verdict": "strong",
    }
    assert found["findings"] == [first, first | {"neuron": 4, "baseline": None}]
    assert found["most_important"] == [{"layer": 2, "neuron": 5, "loss_increase": 0.03125}]


def test_contexts(activations: Activations, network: CharacterLSTM) -> None:
    contexts = read_contexts(network, CORPUS, count=3)
    content = make(activations, contexts=contexts)
    found = data_of(content)["contexts"]
    assert found["characters"] == len(CORPUS)
    assert found["gates"] == ["input", "forget", "output"]
    for layer in (1, 2):
        places = block(content, f"layer{layer}-contexts-places", 6, "<i4")
        peaks = block(content, f"layer{layer}-contexts-shades", 6, "u1").astype(int)
        for neuron in range(6):
            expected = contexts.strongest(layer, neuron) + contexts.weakest(layer, neuron)
            assert len(expected) == places.shape[1] == peaks.shape[1] == 6
            for context, place, peak in zip(expected, places[neuron], peaks[neuron], strict=True):
                before = found["passages"][max(0, place - found["before"]) : place]
                after = found["passages"][place + 1 : place + 1 + found["after"]]
                assert (before, after) == (context.before, context.after)
                assert found["passages"][place] == context.character
                assert abs(2 * peak / 255 - 1 - context.value) <= 1 / 255 + 1e-6
        histogram = block(content, f"layer{layer}-histogram", 6, "u1")
        counts = contexts.histogram[layer]
        heights = counts / counts.max(axis=1, keepdims=True)
        assert histogram.shape == (6, BINS)
        assert np.abs(histogram / 255 - heights).max() <= 0.5 / 255 + 1e-9
        saturation = block(content, f"layer{layer}-saturation", 6, "<f4").reshape(6, 3, 2)
        np.testing.assert_array_equal(saturation, contexts.saturation[layer])


def test_predictions(activations: Activations, network: CharacterLSTM) -> None:
    predictions = read_predictions(network, TEXT)
    content = make(activations, predictions=predictions)
    found = data_of(content)["predictions"]
    assert found["characters"] == visible("".join(predictions.characters))
    assert found["count"] == 5
    assert found["surprise"] == pytest.approx(np.nanmean(predictions.surprise), abs=1e-4)
    probabilities = block(content, "predictions-probabilities", 1, "u1").reshape(-1, 5)
    assert np.abs(probabilities / 255 - predictions.probabilities).max() <= 0.5 / 255 + 1e-6
    surprise = block(content, "predictions-surprise", 1, "<u2")[0]
    np.testing.assert_allclose(surprise[:-1] / 100, predictions.surprise[:-1], atol=0.0051)
    assert surprise[-1] == 0


def test_a_single_character_has_no_mean_surprise(network: CharacterLSTM) -> None:
    content = make(read_activations(network, "a"), predictions=read_predictions(network, "a"))
    assert data_of(content)["predictions"]["surprise"] is None


def test_size_of_ten_thousand_characters(generator: np.random.Generator) -> None:
    """The largest page: the contexts of a corpus of a million characters do not overlap."""
    text = "x" * 10_000
    corpus = "the lady\n" * 120_000
    arrays = {(layer, "hidden"): np.zeros((10_000, 512), np.float32) for layer in (1, 2)}
    positions = generator.permutation(len(corpus) // 52)[: 2 * 2 * 512 * 5] * 52 + 41
    per_layer = dict(zip((1, 2), positions.reshape(2, 2, 512, 5), strict=True))
    contexts = Contexts(
        corpus,
        positions=per_layer,
        values={n: np.zeros((2, 512, 5), np.float32) for n in (1, 2)},
        histogram={n: np.ones((512, BINS), np.int64) for n in (1, 2)},
        saturation={n: np.zeros((512, len(GATES), 2), np.float32) for n in (1, 2)},
    )
    predictions = Predictions(
        text,
        ["abcd\n"] * 10_000,
        np.zeros((10_000, 5), np.float32),
        np.zeros(10_000, np.float32),
    )
    bare = len(make(Activations(text, arrays)))
    full = len(make(Activations(text, arrays), contexts=contexts, predictions=predictions))
    assert bare < 13_800_000
    assert full < 15_000_000
