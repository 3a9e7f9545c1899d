"""N-grams: the strings of a text to which each filter of a text autoencoder responds most.

With the usual width of 3, a filter of the first layer sees the character at its centre and one on
each side: these three characters alone decide its response. A filter of the second layer sees
three positions, each the larger of two that see three characters: eight in all. Their middle four
stand for them, as eight characters in a row seldom occur twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.models import TextAutoencoder
from glassnet.models.text_autoencoder import PADDING
from glassnet.nn import Array
from glassnet.visualize.drawing.progress import reading_bar
from glassnet.visualize.filters.responses import replace_unknown

LENGTHS = {1: 3, 2: 4}
"""By layer: how many characters an n-gram has."""

SPACE, EDGE = "␣", "│"
"""How a space, and the place before the first or after the last character, are written."""

EXPLANATION = (
    "The n-grams at a filter's centre with the largest mean response, and how often they occur. "
    f"{SPACE} is a space, {EDGE} the edge of the line."
)

_RARE = 50_000  # an n-gram that is rarer than one in so many is left out: it may be chance
_BATCH = 500  # lines read at once: only memory depends on it


@dataclass(frozen=True)
class NGram:
    """An n-gram at the centre of a filter.

    Attributes
    ----------
    text : str
        Its characters; `␣` is a space and `│` the edge of the line.
    mean : float
        Mean response of the filter where the n-gram occurs.
    count : int
        Number of times it occurs.

    Examples
    --------
    >>> from glassnet.visualize import NGram
    >>> ngram = NGram("the", mean=4.25, count=2416)
    >>> f"{ngram.text} {ngram.mean:.1f} ×{ngram.count}"
    'the 4.2 ×2416'
    """

    text: str
    mean: float
    count: int


def strongest_ngrams(
    network: TextAutoencoder,
    text: str,
    layer: int,
    most: int = 12,
    progress: bool = False,
) -> list[list[NGram]]:
    """Return for each filter of a layer the n-grams with the largest mean response.

    Parameters
    ----------
    network : TextAutoencoder
        An initialized network.
    text : str
        Lines with at least one character that the network knows and that is not a space;
        characters that it does not know are read as spaces.
    layer : int
        1 for n-grams of three characters, 2 for n-grams of four.
    most : int, default 12
        Number of n-grams of each filter.
    progress : bool, default False
        Whether to show a progress bar on the standard error, if that is a terminal.

    Returns
    -------
    list of list of NGram
        For each filter its n-grams, the strongest first; none for a filter that never responds.

    Examples
    --------
    Filter 11 of the first layer responds where a word ends and the next one begins:

    >>> from glassnet.models import SHIPPED, load_network
    >>> from glassnet.visualize import strongest_ngrams
    >>> network, _ = load_network(SHIPPED / "text-autoencoder.npz")
    >>> line = "very fine letter of ample explanation, regret, and entreaty, to his"
    >>> filters = strongest_ngrams(network, line, layer=1, most=3)
    >>> [(ngram.text, round(ngram.mean, 1)) for ngram in filters[11]]
    [('y␣f', 2.9), ('e␣l', 2.8), ('f␣a', 2.7)]
    """
    lines = replace_unknown(network, text).split("\n")
    ids = network.encode([line for line in lines if line.strip(PADDING)])
    mask = network.text_mask(ids)[:, ::layer]  # layer 2 has one position for two characters
    distinct, which = np.unique(_codes(network, ids, layer)[mask], return_inverse=True)
    counts = np.bincount(which, minlength=len(distinct))
    sums: Array = np.zeros(())  # will be (distinct, filters) float64
    place = 0
    with reading_bar(len(ids), "lines", progress) as bar:
        for start in range(0, len(ids), _BATCH):
            rows = slice(start, start + _BATCH)
            responses = network.responses(ids[rows])[layer][mask[rows]]  # (positions, filters)
            here = which[place : place + len(responses)]
            sums = sums + np.stack(
                [np.bincount(here, filter_, len(distinct)) for filter_ in responses.T], axis=1
            )
            place += len(responses)
            bar.update(len(mask[rows]))
    frequent = np.flatnonzero(counts * _RARE >= place)
    means = sums[frequent] / counts[frequent, None]
    found = []
    for mean in means.T:
        best = np.argsort(-mean, kind="stable")[:most]
        found.append(
            [
                NGram(_text(network, distinct[i], layer), float(m), int(counts[i]))
                for i, m in zip(frequent[best], mean[best], strict=True)
                if m > 0
            ]
        )
    return found


def _codes(network: TextAutoencoder, ids: Array, layer: int) -> Array:
    """Return the n-gram at the centre of each position of a layer, as a number: (N, positions).

    The base of the number is len(vocabulary) + 1; its last digit stands for `EDGE`.
    """
    edge = len(network.vocabulary)
    length = LENGTHS[layer]
    # The centre is the middle one of three characters (layer 1), the middle two of four (layer 2).
    before = (length - layer) // 2
    padded = np.pad(ids, ((0, 0), (before, length)), constant_values=edge)
    codes = np.zeros((len(ids), network.length // layer), np.int64)
    for offset in range(length):
        codes = codes * (edge + 1) + padded[:, offset : offset + network.length : layer]
    return codes


def _text(network: TextAutoencoder, code: int, layer: int) -> str:
    """Return the n-gram that a number of `_codes` stands for."""
    characters = [*network.vocabulary.characters.replace(PADDING, SPACE), EDGE]
    text = ""
    for _ in range(LENGTHS[layer]):
        code, digit = divmod(int(code), len(characters))
        text = characters[digit] + text
    return text
