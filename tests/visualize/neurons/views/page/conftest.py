"""The pages that the browser opens."""

from pathlib import Path

import pytest

from glassnet.models import CharacterLSTM
from glassnet.visualize import (
    Activations,
    Contexts,
    Predictions,
    neurons_page,
    read_activations,
    read_contexts,
    read_predictions,
    save_page,
)
from tests.visualize.neurons.views.page.content import (
    CORPUS,
    FINDINGS,
    MOST_IMPORTANT,
    STATES,
    TEXT,
)


@pytest.fixture
def activations(network: CharacterLSTM) -> Activations:
    return read_activations(network, TEXT, STATES)


@pytest.fixture
def contexts(network: CharacterLSTM) -> Contexts:
    return read_contexts(network, CORPUS, count=3)


@pytest.fixture
def predictions(network: CharacterLSTM) -> Predictions:
    return read_predictions(network, TEXT)


@pytest.fixture
def bare_page(activations: Activations, tmp_path: Path) -> Path:
    path = tmp_path / "bare.html"
    save_page(path, neurons_page(activations, activations.neuron(2, 3, "hidden"), "title"))
    return path


@pytest.fixture
def full_page(
    activations: Activations, contexts: Contexts, predictions: Predictions, tmp_path: Path
) -> Path:
    path = tmp_path / "full.html"
    content = neurons_page(
        activations,
        activations.neuron(2, 3, "hidden"),
        "title",
        findings=FINDINGS,
        most_important=MOST_IMPORTANT,
        contexts=contexts,
        predictions=predictions,
    )
    save_page(path, content)
    return path
