"""What every neuron does over a whole corpus: where it is strongest and weakest, and how often.

One pass over the corpus keeps, for each neuron, its strongest and weakest characters with what
stands around them, a histogram of its hidden state, and how often its gates saturate. Memory does
not grow with the corpus: of each neuron only a few hundred candidates are remembered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from glassnet.models import CharacterLSTM
from glassnet.nn import Array
from glassnet.visualize.neurons.activations import read_in_streams

BINS = 32
"""Bins of a histogram, of equal width from -1 to 1."""
GATES = ("input-gate", "forget-gate", "output-gate")
CLOSED, OPEN = 0.1, 0.9
"""A gate below the one or above the other is saturated (Karpathy, Johnson & Li 2015,
arXiv:1506.02078, section 4.2: left- and right-saturated)."""
BEFORE, AFTER = 40, 10
"""Characters that a context shows before and after its own."""


@dataclass(frozen=True)
class Context:
    """A character of the corpus with what stands around it.

    Attributes
    ----------
    position : of the character in the corpus, from 0.
    before, character, after : up to `BEFORE` characters, the character, up to `AFTER` characters.
    value : the neuron's hidden state after reading the character.
    """

    position: int
    before: str
    character: str
    after: str
    value: float


@dataclass
class Contexts:
    """All neurons over one corpus.

    Attributes
    ----------
    text : the corpus.
    positions : by layer (from 1), those of the strongest and of the weakest characters of each
        unit, best first, (2, units, count) int64; -1 where the corpus has no more.
    values : by layer, the hidden states there, (2, units, count) float32.
    histogram : by layer, in how many characters the hidden state falls into each of `BINS` bins,
        (units, bins) int64.
    saturation : by layer, the share of characters at which a gate is below `CLOSED` and above
        `OPEN`, (units, gates, 2) float32, gates in the order of `GATES`.
    """

    text: str
    positions: dict[int, Array] = field(repr=False)
    values: dict[int, Array] = field(repr=False)
    histogram: dict[int, Array] = field(repr=False)
    saturation: dict[int, Array] = field(repr=False)

    def strongest(self, layer: int, neuron: int) -> list[Context]:
        """Return where the hidden state of a neuron is largest, the largest first."""
        return self._contexts(0, layer, neuron)

    def weakest(self, layer: int, neuron: int) -> list[Context]:
        """Return where the hidden state of a neuron is smallest, the smallest first."""
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
    network: CharacterLSTM,
    text: str,
    count: int = 5,
    apart: int = 30,
    streams: int = 32,
    steps: int = 100,
    progress: bool = False,
) -> Contexts:
    """Read a corpus once and return what every neuron does in it.

    Parameters
    ----------
    network : an initialized network; its carried state is zero afterwards.
    text : the corpus, at least one character.
    count : how many of the strongest, and of the weakest, characters to keep for each neuron.
    apart : their smallest distance in characters. The strongest character comes first, then the
        strongest of those that are not nearer to it, and so on; of equal ones the earlier.
    streams, steps, progress : as for `read_in_streams`.

    Raises
    ------
    VocabularyError : if the text holds a character that the network does not know.
    """
    layers = {number: lstm.units for number, lstm in enumerate(network.lstms, 1)}
    # Each character that is kept rules out 2·apart - 1 positions, itself among them: the last one
    # to be kept is certainly among so many largest.
    candidates = (count - 1) * (2 * apart - 1) + 1
    largest = {(n, end): _Largest(layers[n], candidates) for n in layers for end in (0, 1)}
    histogram = {n: np.zeros((layers[n], BINS), np.int64) for n in layers}
    saturated = {n: np.zeros((layers[n], len(GATES), 2), np.int64) for n in layers}
    states = ("hidden", *GATES)
    for positions, found in read_in_streams(
        network, text, states, streams=streams, steps=steps, progress=progress
    ):
        for n in layers:
            hidden = found[n, "hidden"]  # (n, units)
            largest[n, 0].add(positions, hidden)
            largest[n, 1].add(positions, -hidden)
            histogram[n] += _histogram(hidden)
            for gate, name in enumerate(GATES):
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
    )


def snippets(text: str, positions: Iterable[Array]) -> tuple[str, list[Array]]:
    """Cut what stands around some positions out of a text, without what none of them needs.

    Parameters
    ----------
    positions : arrays of positions in the text, of any shapes; -1 stands for none.

    Returns
    -------
    The pieces that are needed end to end, each once and in order, and for each array the places
    in them, int64 of the same shape. A place has around it what its position has in the text: up
    to `BEFORE` characters before it and `AFTER` after it.
    """
    arrays = list(positions)
    wanted = np.unique(np.concatenate([a.ravel() for a in arrays]))
    wanted = wanted[wanted >= 0]
    needed = np.zeros(len(text) + 1, np.int64)  # of each character, as steps up and down
    np.add.at(needed, np.maximum(wanted - BEFORE, 0), 1)
    np.add.at(needed, np.minimum(wanted + AFTER + 1, len(text)), -1)
    inside = np.cumsum(needed)[:-1] > 0
    places = np.cumsum(inside) - 1  # of each character, in the pieces
    edges = np.flatnonzero(np.diff(inside, prepend=False, append=False)).reshape(-1, 2)
    pieces = "".join(text[start:stop] for start, stop in edges.tolist())
    return pieces, [np.where(a >= 0, places[a], -1) for a in arrays]


def _histogram(values: Array) -> Array:
    """Return the counts (units, bins) of values (n, units) from -1 to 1."""
    units = values.shape[1]
    bins = ((values + 1) * (BINS / 2)).astype(np.int64).clip(0, BINS - 1)
    counts = np.bincount((bins + BINS * np.arange(units)).ravel(), minlength=BINS * units)
    return counts.reshape(units, BINS)


class _Largest:
    """The largest values of each unit among those seen so far, and where they were seen.

    A value and its position are one 64-bit key: its upper half orders like the value, its lower
    half runs against the position, so that of equal values the earlier is the larger.
    """

    def __init__(self, units: int, size: int) -> None:
        nowhere = np.array([np.iinfo(np.uint32).max])
        self._empty = _keys(np.array([-np.inf], np.float32), nowhere)[0]
        self._keys = np.full((units, size), self._empty)
        self._least = np.full(units, -np.inf, np.float32)  # the least value kept, by unit

    def add(self, positions: Array, values: Array) -> None:
        """See values (n, units) at positions (n,)."""
        units, rows = np.nonzero(self._least[:, None] <= values.T)
        counts = np.bincount(units, minlength=len(self._keys))
        fresh = np.full((len(counts), counts.max()), self._empty)  # the others fill up the rows
        columns = np.arange(len(units)) - np.repeat(np.cumsum(counts) - counts, counts)
        fresh[units, columns] = _keys(values[rows, units], positions[rows])
        size = self._keys.shape[1]
        both = np.concatenate([self._keys, fresh], axis=1)
        self._keys = np.partition(both, -size, axis=1)[:, -size:]
        self._least = _unpack(self._keys[:, 0])[1]

    def spaced(self, count: int, apart: int) -> tuple[Array, Array]:
        """Return positions (-1: none) and values, (units, count), the largest first."""
        keys = self._keys.copy()
        positions = np.full((len(keys), count), -1)
        values = np.zeros((len(keys), count), np.float32)
        everywhere = _unpack(keys)[0]
        for rank in range(count):
            best = keys.max(axis=1)
            there = best > self._empty
            position, value = _unpack(best)
            positions[there, rank], values[there, rank] = position[there], value[there]
            keys[np.abs(everywhere - position[:, None]) < apart] = self._empty
        return positions, values


_SIGN = np.uint32(1 << 31)


def _keys(values: Array, positions: Array) -> Array:
    bits = (values + np.float32(0)).view(np.uint32)  # -0 + 0 is 0, which has the bits of its equal
    ordered = np.where(bits & _SIGN, ~bits, bits | _SIGN).astype(np.uint64)
    return ordered << np.uint64(32) | ~positions.astype(np.uint32)


def _unpack(keys: Array) -> tuple[Array, Array]:
    """Return the positions, int64, and the values, float32, of keys."""
    ordered = (keys >> np.uint64(32)).astype(np.uint32)
    values = np.where(ordered & _SIGN, ordered ^ _SIGN, ~ordered).view(np.float32)
    return (~keys.astype(np.uint32)).astype(np.int64), values
