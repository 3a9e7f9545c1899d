"""Cause: what a text costs a network when one neuron is held still.

A neuron's activation may follow something in the text without the network making use of it. So
its hidden state is held at its mean over the text, at every step: neither the recurrence nor what
lies above sees it move. How much worse the network then predictions is what the neuron is for.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.models import CharacterLSTM
from glassnet.nn import Array
from glassnet.visualize.neurons.activations import read_in_streams, reading_bar

FEWEST = 2
"""Characters that a text needs: a first one, and one to guess."""

_SCREENED = 1000  # characters on which all neurons are held, one after the other
_READ = 10_000  # characters on which the most_important of those are held again
_KEPT = 4  # neurons that are held again, for each that is asked for


@dataclass(frozen=True)
class Ablation:
    """What it costs to hold one neuron.

    Attributes
    ----------
    layer, neuron : which layer (from 1), which unit of it (from 0).
    mean : its mean hidden state over the text, where it is held.
    loss : of the text as it is, in nats a character.
    ablated_loss : of the text with the neuron held, in nats a character.
    """

    layer: int
    neuron: int
    mean: float
    loss: float
    ablated_loss: float

    @property
    def cost(self) -> float:
        """What holding the neuron adds to the loss, in nats a character."""
        return self.ablated_loss - self.loss


def ablate(
    network: CharacterLSTM,
    text: str,
    neurons: Sequence[tuple[int, int]],
    progress: bool = False,
) -> list[Ablation]:
    """Read a text once as it is and once with each of these neurons held, all side by side.

    Parameters
    ----------
    network : an initialized network; its carried state is zero afterwards.
    text : at least `FEWEST` characters. It is read from a zero state, and the loss is the mean
        over all characters but the first.
    neurons : (layer, neuron) of each, as in `Ablation`.
    progress : show progress bars on the standard error if that is a terminal and it takes long.

    Raises
    ------
    ValueError : if the text is too short.
    VocabularyError : if it holds a character that the network does not know.
    """
    return _ablate(network, text, neurons, _means(network, text, progress), progress)


def most_important(
    network: CharacterLSTM, text: str, count: int = 10, progress: bool = False
) -> list[Ablation]:
    """Return the neurons that cost most to hold, in order.

    All are held on the first 1,000 characters (a fifth of a shorter text), four for each that is
    asked for are kept, and these are held on the 10,000 characters after that, which had no part
    in the choice and give the losses.

    Parameters
    ----------
    network, text, progress : as in `ablate`, but the text needs 5·`FEWEST` characters.
    count : how many neurons to return.

    Raises
    ------
    ValueError, VocabularyError : as `ablate`.
    """
    if len(text) < 5 * FEWEST:
        raise ValueError(f"a search needs {5 * FEWEST} characters of text, not {len(text)}")
    screened = min(_SCREENED, len(text) // 5)
    text = text[: screened + _READ]
    means = _means(network, text, progress)
    every = [
        (layer, neuron)
        for layer in range(1, len(network.lstms) + 1)
        for neuron in range(network.units)
    ]
    found = _ablate(network, text[:screened], every, means, progress)
    found.sort(key=lambda ablation: -ablation.cost)
    kept = [(ablation.layer, ablation.neuron) for ablation in found[: _KEPT * count]]
    found = _ablate(network, text[screened:], kept, means, progress)
    return sorted(found, key=lambda ablation: -ablation.cost)[:count]


def _means(network: CharacterLSTM, text: str, progress: bool) -> dict[int, Array]:
    """Return the mean hidden state of all units over a text, by layer, (units,) float64."""
    sums = {layer: np.zeros(network.units) for layer in range(1, len(network.lstms) + 1)}
    for _, block in read_in_streams(network, text, progress=progress):
        for (layer, _), values in block.items():
            sums[layer] += values.sum(axis=0, dtype=np.float64)
    return {layer: total / len(text) for layer, total in sums.items()}


def _ablate(
    network: CharacterLSTM,
    text: str,
    neurons: Sequence[tuple[int, int]],
    means: dict[int, Array],
    progress: bool,
) -> list[Ablation]:
    if len(text) < FEWEST:
        raise ValueError(f"an ablation needs {FEWEST} characters of text, not {len(text)}")
    ids = network.vocabulary.encode(text)
    rows = len(neurons) + 1  # the first row is the text as it is
    cell = network.cell(rows)
    for layer, mean in means.items():
        held = [(row, unit) for row, (where, unit) in enumerate(neurons, 1) if where == layer]
        if held:
            places, units = np.array(held).T
            cell.clamp(layer, units, mean[units], places)
    loss = np.zeros(rows)
    with reading_bar(len(ids), "characters", progress) as bar:
        for last, following in itertools.pairwise(ids):
            logits = cell.step(np.full(rows, last))
            largest = logits.max(axis=1, keepdims=True)
            scale = np.log(np.exp(logits - largest).sum(axis=1))
            loss += scale + (largest - logits[:, following : following + 1])[:, 0]
            bar.update()
    loss /= len(ids) - 1
    return [
        Ablation(layer, neuron, float(means[layer][neuron]), float(loss[0]), float(loss[row]))
        for row, (layer, neuron) in enumerate(neurons, 1)
    ]
