"""Ablation: how much the loss rises when a neuron is clamped to its mean.

A neuron's activation may follow something in the text without the network making use of it. So its
hidden state is clamped to its mean over the text at every step: neither the recurrence nor the
layers above see it change. The rise of the loss says how much the network uses the neuron.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.models import CharacterNetwork, check_neuron
from glassnet.nn import Array
from glassnet.visualize.drawing.progress import reading_bar
from glassnet.visualize.neurons.reading import read_in_streams

FEWEST = 2
"""Characters that a text needs: a first one, and one to predict."""

_SCREENED = 1000  # characters on which every neuron is clamped in turn
_READ = 10_000  # characters on which the most important of those are clamped again
_KEPT = 4  # neurons that are clamped again, for each that is asked for


@dataclass(frozen=True)
class Ablation:
    """The loss of a text with and without one neuron.

    Parameters
    ----------
    layer : int
        The layer of the neuron, counted from 1.
    neuron : int
        The unit of the layer, counted from 0.
    mean : float
        Its mean hidden state over the text, to which it was clamped.
    loss : float
        The loss of the intact network, in nats per character.
    ablated_loss : float
        The loss with the neuron clamped, in nats per character.

    Attributes
    ----------
    loss_increase : float
        How much the loss rises when the neuron is clamped, in nats per character.

    Examples
    --------
    >>> from glassnet.visualize import Ablation
    >>> ablation = Ablation(layer=2, neuron=345, mean=0.1, loss=1.25, ablated_loss=1.375)
    >>> ablation.loss_increase
    0.125
    """

    layer: int
    neuron: int
    mean: float
    loss: float
    ablated_loss: float

    @property
    def loss_increase(self) -> float:
        """How much the loss rises when the neuron is clamped, in nats per character."""
        return self.ablated_loss - self.loss


def ablate(
    network: CharacterNetwork,
    text: str,
    neurons: Sequence[tuple[int, int]],
    progress: bool = False,
) -> list[Ablation]:
    """Return the loss of a text with each of some neurons clamped to its mean.

    The intact network and all the clamped ones read the text in parallel.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network. Its carried state is zero afterwards.
    text : str
        At least 2 characters. It is read from a zero state, and the loss is the mean over all
        characters but the first.
    neurons : sequence of (int, int)
        The layer (from 1) and the unit (from 0) of each neuron.
    progress : bool, default False
        Whether to show progress bars if the standard error is a terminal.

    Returns
    -------
    list of Ablation
        One for each neuron, in the same order.

    Raises
    ------
    NeuronError
        If the network has no such neuron.
    ValueError
        If the text is too short.
    VocabularyError
        If it holds a character that the network does not know.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.visualize import ablate
    >>> network = CharacterLSTM(Vocabulary("ab "), layers=1, units=3)
    >>> network = network.initialize(np.random.default_rng(0))
    >>> network.dense.W[2] = 0  # the output does not depend on neuron 2,
    >>> network.recurrent[0].Wh[2] = 0  # nor does the next step
    >>> for ablation in ablate(network, "ab ba ab", neurons=[(1, 0), (1, 2)]):
    ...     print(ablation.neuron, f"{ablation.loss_increase:+.4f}")
    0 +0.0361
    2 +0.0000
    """
    for layer, unit in neurons:
        check_neuron(layer, unit, network.hidden_sizes)
    return _ablate(network, text, neurons, _means(network, text, progress), progress)


def most_important(
    network: CharacterNetwork, text: str, count: int = 10, progress: bool = False
) -> list[Ablation]:
    """Return the neurons whose ablation increases the loss most, in order.

    The first 1,000 characters of the text (a fifth of a shorter text) screen all neurons: the 4 ·
    `count` whose ablation costs most there are kept. The losses that are returned are those on the
    10,000 characters that follow, which had no part in the choice.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network. Its carried state is zero afterwards.
    text : str
        At least 10 characters. It is read from a zero state.
    count : int, default 10
        How many neurons to return.
    progress : bool, default False
        Whether to show progress bars if the standard error is a terminal.

    Returns
    -------
    list of Ablation
        The largest `loss_increase` first.

    Raises
    ------
    ValueError
        If the text is too short.
    VocabularyError
        If it holds a character that the network does not know.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.visualize import most_important
    >>> network = CharacterLSTM(Vocabulary("ab "), layers=1, units=3)
    >>> network = network.initialize(np.random.default_rng(0))
    >>> network.dense.W[1] *= 10  # the output depends on neuron 1 most
    >>> [ablation.neuron for ablation in most_important(network, "ab ba ab " * 9, count=1)]
    [1]
    """
    if len(text) < 5 * FEWEST:
        raise ValueError(
            f"a search needs at least {5 * FEWEST} characters of text, not {len(text)}"
        )
    screened = min(_SCREENED, len(text) // 5)
    text = text[: screened + _READ]
    means = _means(network, text, progress)
    every = [
        (layer, neuron)
        for layer, units in enumerate(network.hidden_sizes, 1)
        for neuron in range(units)
    ]
    found = _ablate(network, text[:screened], every, means, progress)
    found.sort(key=lambda ablation: -ablation.loss_increase)
    kept = [(ablation.layer, ablation.neuron) for ablation in found[: _KEPT * count]]
    found = _ablate(network, text[screened:], kept, means, progress)
    return sorted(found, key=lambda ablation: -ablation.loss_increase)[:count]


def _means(network: CharacterNetwork, text: str, progress: bool) -> dict[int, Array]:
    """Return the mean hidden state of all units over a text, by layer, (units,) float64."""
    sums = {layer: np.zeros(units) for layer, units in enumerate(network.hidden_sizes, 1)}
    for _, block in read_in_streams(network, text, progress=progress):
        for (layer, _), values in block.items():
            sums[layer] += values.sum(axis=0, dtype=np.float64)
    return {layer: total / len(text) for layer, total in sums.items()}


def _ablate(
    network: CharacterNetwork,
    text: str,
    neurons: Sequence[tuple[int, int]],
    means: dict[int, Array],
    progress: bool,
) -> list[Ablation]:
    """Return the loss of a text with each of some neurons clamped to the mean that is given."""
    if len(text) < FEWEST:
        raise ValueError(f"an ablation needs at least {FEWEST} characters of text, not {len(text)}")
    ids = network.vocabulary.encode(text)
    rows = len(neurons) + 1  # the first row is the intact network
    cell = network.cell(rows)
    for layer, mean in means.items():
        clamped = [(row, unit) for row, (where, unit) in enumerate(neurons, 1) if where == layer]
        if clamped:
            places, units = np.array(clamped).T
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
