"""The loss with neurons clamped to their mean, against a naive loop."""

import itertools
from typing import Any

import numpy as np
import pytest

from glassnet.models import CharacterLSTM, NeuronError, Vocabulary, VocabularyError
from glassnet.nn import Array
from glassnet.visualize import read_activations
from glassnet.visualize.neurons.ablation import Ablation, ablate, most_important
from tests.visualize.neurons.uneven import UnevenNetwork

TEXT = "the quick brown fox\njumps over the lazy dog.\n" * 3


def loss_of(logits: Array, following: int) -> float:
    return float(np.log(np.exp(logits.astype(np.float64)).sum()) - logits[following])


def naive_loss(network: CharacterLSTM, text: str, layer: int, unit: int, value: float) -> float:
    """The loss with a unit clamped, by a `forward` of each layer a step; layer 0 clamps none."""
    network.reset_state()
    if layer:
        carried = network.recurrent[layer - 1].carried
        carried["h"] = np.zeros((1, network.units), np.float32)
        carried["h"][:, unit] = value
    ids = network.vocabulary.encode(text)
    losses = []
    for last, following in itertools.pairwise(ids):
        x, outputs = np.array([[last]]), []
        if network.embedding is not None:
            x = network.embedding.forward(x)
        for number, lstm in enumerate(network.recurrent, 1):
            x = lstm.forward(x).copy()
            lstm.carry()
            if number == layer:
                x[:, :, unit] = value
                lstm.carried["h"][:, unit] = value
            outputs.append(x)
        if network.skip:
            x = np.concatenate(outputs, axis=2)
        losses.append(loss_of(network.dense.forward(x)[0, 0], following))
    network.reset_state()
    return float(np.mean(losses))


@pytest.mark.parametrize("changes", [{}, {"embedding": 4, "skip": True}])
def test_ablation_is_that_of_a_naive_loop(
    changes: dict[str, Any], network: CharacterLSTM, generator: np.random.Generator
) -> None:
    network = CharacterLSTM.from_configuration({**network.configuration, **changes})
    network.initialize(generator).theta *= 3
    neurons = [(1, 0), (2, 5), (1, 3), (2, 2)]
    whole = read_activations(network, TEXT)
    found = ablate(network, TEXT, neurons)
    assert [(ablation.layer, ablation.neuron) for ablation in found] == neurons
    for ablation in found:
        mean = whole.arrays[ablation.layer, "hidden"][:, ablation.neuron].mean()
        assert ablation.mean == pytest.approx(mean, abs=1e-5)
        assert ablation.loss == pytest.approx(naive_loss(network, TEXT, 0, 0, 0), abs=1e-5)
        clamped = naive_loss(network, TEXT, ablation.layer, ablation.neuron, ablation.mean)
        assert ablation.ablated_loss == pytest.approx(clamped, abs=1e-5)
        assert ablation.loss_increase == ablation.ablated_loss - ablation.loss
        assert abs(ablation.loss_increase) > 1e-4
    assert network.state == {}


def test_loss_is_that_of_one_forward(network: CharacterLSTM) -> None:
    ids = network.vocabulary.encode(TEXT)
    logits = network.forward(ids[:-1, None])[:, 0]
    expected = np.mean([loss_of(row, i) for row, i in zip(logits, ids[1:], strict=True)])
    assert ablate(network, TEXT, [(1, 0)])[0].loss == pytest.approx(expected, abs=1e-5)


def test_a_neuron_without_outgoing_weights_is_not_needed(network: CharacterLSTM) -> None:
    first, second = network.recurrent
    first.Wh[2], second.Wx[2] = 0, 0
    second.Wh[4], network.dense.W[4] = 0, 0
    for ablation in ablate(network, TEXT, [(1, 2), (2, 4)]):
        assert ablation.loss_increase == pytest.approx(0, abs=1e-6)
    ranked = most_important(network, TEXT, count=12)
    assert len(ranked) == 12
    assert {ablation.loss_increase > 1e-6 for ablation in ranked[:3]} == {True}
    unused = [a for a in ranked if (a.layer, a.neuron) in ((1, 2), (2, 4))]
    assert [ablation.loss_increase for ablation in unused] == pytest.approx([0, 0], abs=1e-6)


def test_the_ranking_is_by_text_that_had_no_part_in_the_choice(network: CharacterLSTM) -> None:
    every = [(layer, unit) for layer in (1, 2) for unit in range(6)]
    screened = len(TEXT) // 5
    ranked = most_important(network, TEXT, count=3)
    assert ranked == sorted(ranked, key=lambda ablation: -ablation.loss_increase)
    means = read_activations(network, TEXT).arrays
    for ablation in ranked:
        mean = means[ablation.layer, "hidden"][:, ablation.neuron].mean()
        assert ablation.mean == pytest.approx(mean, abs=1e-5)
        clamped = naive_loss(
            network, TEXT[screened:], ablation.layer, ablation.neuron, ablation.mean
        )
        assert ablation.ablated_loss == pytest.approx(clamped, abs=1e-5)
    # All twelve are kept (4 for each of 3), so that the second part alone decides the order.
    costs = {
        neuron: naive_loss(
            network,
            TEXT[screened:],
            *neuron,
            float(means[neuron[0], "hidden"][:, neuron[1]].mean()),
        )
        for neuron in every
    }
    best = sorted(every, key=lambda neuron: -costs[neuron])[:3]
    assert [(ablation.layer, ablation.neuron) for ablation in ranked] == best


def test_errors(network: CharacterLSTM) -> None:
    with pytest.raises(ValueError, match="an ablation needs at least 2 characters of text, not 1"):
        ablate(network, "a", [(1, 0)])
    with pytest.raises(ValueError, match="a search needs at least 10 characters of text, not 9"):
        most_important(network, "a" * 9)
    with pytest.raises(VocabularyError, match="'Ω'"):
        ablate(network, "abΩ", [(1, 0)])
    with pytest.raises(NeuronError, match="there is no layer 3"):
        ablate(network, TEXT, [(1, 0), (3, 0)])
    with pytest.raises(NeuronError, match="has no neuron 6"):
        ablate(network, TEXT, [(2, 6)])
    assert isinstance(most_important(network, "abcdefghij", 1)[0], Ablation)


def test_layers_of_different_sizes(generator: np.random.Generator) -> None:
    network = UnevenNetwork(Vocabulary(TEXT)).initialize(generator)
    network.second.Wh[5], network.dense.W[5] = 0, 0
    ranked = most_important(network, TEXT, count=10)
    every = {(layer, unit) for layer, units in ((1, 4), (2, 6)) for unit in range(units)}
    assert {(ablation.layer, ablation.neuron) for ablation in ranked} == every
    (unused,) = (a for a in ranked if (a.layer, a.neuron) == (2, 5))
    assert unused.loss_increase == pytest.approx(0, abs=1e-6)
