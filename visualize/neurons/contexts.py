"""The passages of a corpus at which each neuron is strongest and weakest, and its distribution.

One pass over the corpus keeps, for each neuron, its strongest and weakest characters with the
passages around them, a histogram of its hidden state, and how often its gates saturate. Memory
does not grow with the corpus: a few hundred candidates are kept for each neuron.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from glassnet.models import CharacterNetwork
from glassnet.nn import Array
from glassnet.visualize.neurons.largest import LargestValues
from glassnet.visualize.neurons.reading import read_in_streams, states_of

BINS = 32
"""Bins of a histogram, of equal width from -1 to 1."""
GATES = ("input-gate", "forget-gate", "output-gate")
"""The gates of an LSTM."""
CLOSED, OPEN = 0.1, 0.9
"""A gate is saturated below the one or above the other."""
BEFORE, AFTER = 40, 10
"""Characters that a context shows before and after its own."""


@dataclass(frozen=True)
class Context:
    """A character of a corpus with the passage around it.

    Parameters
    ----------
    position : int
        The position of the character in the corpus, from 0.
    before : str
        Up to 40 characters that precede it.
    character : str
        The character.
    after : str
        Up to 10 characters that follow it.
    value : float
        The neuron's hidden state after reading the character.

    Examples
    --------
    >>> from glassnet.visualize import Context
    >>> context = Context(position=6, before="Enter ", character="R", after="OMEO", value=0.75)
    >>> context.before + context.character + context.after
    'Enter ROMEO'
    """

    position: int
    before: str
    character: str
    after: str
    value: float


@dataclass
class Contexts:
    """All neurons over one corpus.

    Parameters
    ----------
    text : str
        The corpus.
    positions : dict of int to array (2, units, count) int64
        By layer (from 1), the positions of the strongest and of the weakest characters of each
        unit, the most extreme first; -1 where the corpus has no more.
    values : dict of int to array (2, units, count) float32
        By layer, the hidden states there.
    histogram : dict of int to array (units, bins) int64
        By layer, the number of characters whose hidden state falls into each of 32 bins of equal
        width from -1 to 1.
    saturation : dict of int to array (units, gates, 2) float32
        By layer, the share of characters at which each gate is below 0.1 and above 0.9.
    gates : tuple of str, default those of an LSTM
        The states that are gates, in the order of `saturation`.

    Notes
    -----
    Gates that are left-saturated (below 0.1) or right-saturated (above 0.9) are those of [1]_,
    section 4.2.

    References
    ----------
    .. [1] Karpathy, Johnson and Li, "Visualizing and Understanding Recurrent Networks", 2015,
       arXiv:1506.02078.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.visualize import Contexts
    >>> contexts = Contexts(
    ...     "one two",
    ...     positions={1: np.array([[[3, 0]], [[5, -1]]])},  # one neuron: strongest, weakest
    ...     values={1: np.array([[[0.9, 0.5]], [[-0.8, 0]]])},
    ...     histogram={},
    ...     saturation={},
    ... )
    >>> for context in contexts.strongest(layer=1, neuron=0):
    ...     print(f"{context.value:+.1f} at {context.character!r} after {context.before!r}")
    +0.9 at ' ' after 'one'
    +0.5 at 'o' after ''
    """

    text: str
    positions: dict[int, Array] = field(repr=False)
    values: dict[int, Array] = field(repr=False)
    histogram: dict[int, Array] = field(repr=False)
    saturation: dict[int, Array] = field(repr=False)
    gates: tuple[str, ...] = GATES

    def strongest(self, layer: int, neuron: int) -> list[Context]:
        """Return the contexts in which the hidden state of a neuron is largest.

        Parameters
        ----------
        layer : int
            The layer, counted from 1.
        neuron : int
            The unit of the layer, counted from 0.

        Returns
        -------
        list of Context
            The largest hidden state first.
        """
        return self._contexts(0, layer, neuron)

    def weakest(self, layer: int, neuron: int) -> list[Context]:
        """Return the contexts in which the hidden state of a neuron is smallest.

        Parameters
        ----------
        layer : int
            The layer, counted from 1.
        neuron : int
            The unit of the layer, counted from 0.

        Returns
        -------
        list of Context
            The smallest hidden state first.
        """
        return self._contexts(1, layer, neuron)

    def _contexts(self, end: int, layer: int, neuron: int) -> list[Context]:
        values = self.values[layer][end, neuron].tolist()
        return [
            Context(
                position,
                self.text[max(0, position - BEFORE) : position],
                self.text[position],
                self.text[position + 1 : position + 1 + AFTER],
                value,
            )
            for position, value in zip(
                self.positions[layer][end, neuron].tolist(), values, strict=True
            )
            if position >= 0
        ]


def read_contexts(
    network: CharacterNetwork,
    text: str,
    count: int = 5,
    apart: int = 30,
    streams: int = 32,
    steps: int = 100,
    progress: bool = False,
) -> Contexts:
    """Read a corpus once and return the extremes and the distribution of every neuron.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network. Its carried state is zero afterwards.
    text : str
        The corpus, at least one character.
    count : int, default 5
        How many of the strongest, and of the weakest, characters to keep for each neuron.
    apart : int, default 30
        Their smallest distance in characters. The strongest character is kept first, then the
        strongest of those that are not nearer to it, and so on; of equal ones the earlier.
    streams : int, default 32
        Streams that are read in parallel, as in `read_in_streams`.
    steps : int, default 100
        Characters of each stream that are read at once.
    progress : bool, default False
        Whether to show a progress bar if the standard error is a terminal.

    Returns
    -------
    Contexts
        The contexts, histograms and saturations of all neurons.

    Raises
    ------
    VocabularyError
        If the text holds a character that the network does not know.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.visualize import read_contexts
    >>> network = CharacterLSTM(Vocabulary("ab("), layers=1, units=3)
    >>> network = network.initialize(np.random.default_rng(0))
    >>> opening = network.vocabulary.encode("(")
    >>> network.recurrent[0].Wx[opening, 3 * 3] = 9  # "(" raises the candidate of neuron 0,
    >>> network.recurrent[0].b[3] = -9  # and its forget gate is closed
    >>> contexts = read_contexts(network, "ab(ba" * 20, count=2)
    >>> [context.character for context in contexts.strongest(layer=1, neuron=0)]
    ['(', '(']
    """
    layers = dict(enumerate(network.hidden_sizes, 1))  # units of each
    gates = tuple(state for state in states_of(network) if state.endswith("-gate"))
    # Each character that is kept excludes 2·apart - 1 positions, its own among them: so the last
    # one to be kept is among that many times count - 1, plus one, largest values.
    candidates = (count - 1) * (2 * apart - 1) + 1
    largest = {(n, end): LargestValues(layers[n], candidates) for n in layers for end in (0, 1)}
    histogram = {n: np.zeros((layers[n], BINS), np.int64) for n in layers}
    saturated = {n: np.zeros((layers[n], len(gates), 2), np.int64) for n in layers}
    states = ("hidden", *gates)
    for positions, found in read_in_streams(
        network, text, states, streams=streams, steps=steps, progress=progress
    ):
        for n in layers:
            hidden = found[n, "hidden"]  # (n, units)
            largest[n, 0].add(positions, hidden)
            largest[n, 1].add(positions, -hidden)
            histogram[n] += _histogram(hidden)
            for gate, name in enumerate(gates):
                values = found[n, name]
                saturated[n][:, gate, 0] += np.count_nonzero(values < CLOSED, axis=0)
                saturated[n][:, gate, 1] += np.count_nonzero(values > OPEN, axis=0)
    kept = {key: best.spaced(count, apart) for key, best in largest.items()}
    return Contexts(
        text,
        positions={n: np.stack([kept[n, 0][0], kept[n, 1][0]]) for n in layers},
        values={n: np.stack([kept[n, 0][1], -kept[n, 1][1]]) for n in layers},
        histogram=histogram,
        saturation={n: (saturated[n] / len(text)).astype(np.float32) for n in layers},
        gates=gates,
    )


def _histogram(values: Array) -> Array:
    """Return the counts (units, bins) of values (n, units) from -1 to 1."""
    units = values.shape[1]
    bins = ((values + 1) * (BINS / 2)).astype(np.int64).clip(0, BINS - 1)
    counts = np.bincount((bins + BINS * np.arange(units)).ravel(), minlength=BINS * units)
    return counts.reshape(units, BINS)
