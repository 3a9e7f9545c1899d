"""The strongest examples of each filter of a text autoencoder: n-grams of a text, with counts.

A filter of the first layer sees the character under its centre and, with the usual width of 3, one
to each side: three characters decide its response alone. A filter of the second layer sees three
positions, each the larger of two that see three characters: eight in all. Their middle four stand
for them, as eight characters in a row seldom occur twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.models import TextAutoencoder
from glassnet.models.text_autoencoder import PADDING
from glassnet.nn import Array
from glassnet.visualize.drawing.progress import reading_bar
from glassnet.visualize.filters.responses import readable

LENGTHS = {1: 3, 2: 4}
"""By layer: how many characters an n-gram has."""

SPACE, EDGE = "␣", "│"
"""How a space, and what lies beyond the first and the last place of a line, are written."""

EXPLANATION = (
    "The n-grams at a filter's centre with the largest mean response, and how often they occur. "
    f"{SPACE} is a space, {EDGE} the edge of the line."
)

_RARE = 50_000  # n-grams that are rarer than once in so many are left out, as chance finds
_BATCH = 500  # lines read at once: only memory depends on it


@dataclass(frozen=True)
class NGram:
    """An n-gram at the centre of a filter.

    Attributes
    ----------
    text : the characters, with `SPACE` and `EDGE`.
    mean : the filter's mean response where the n-gram occurs.
    count : how often it occurs.
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
    """Return for each filter of a layer the n-grams with the largest mean response, in order.

    Parameters
    ----------
    network : an initialized network.
    text : at least one character other than a space that the network knows; those that it does
        not know are read as spaces.
    layer : one of `LENGTHS`.
    most : n-grams of each filter; a filter that never responds has none.
    progress : show a progress bar on the standard error if that is a terminal and it takes long.
    """
    lines = readable(network, text).split("\n")
    ids = network.encode([line for line in lines if line.strip(PADDING)])
    own = network.text_mask(ids)[:, ::layer]  # layer 2 has one position for two characters
    distinct, which = np.unique(_codes(network, ids, layer)[own], return_inverse=True)
    counts = np.bincount(which, minlength=len(distinct))
    sums: Array = np.zeros(())  # will be (distinct, filters) float64
    place = 0
    with reading_bar(len(ids), "lines", progress) as bar:
        for start in range(0, len(ids), _BATCH):
            rows = slice(start, start + _BATCH)
            responses = network.responses(ids[rows])[layer][own[rows]]  # (positions, filters)
            here = which[place : place + len(responses)]
            sums = sums + np.stack(
                [np.bincount(here, filter_, len(distinct)) for filter_ in responses.T], axis=1
            )
            place += len(responses)
            bar.update(len(own[rows]))
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
    """Return for each position of a layer the n-gram at its centre, as one number (N, positions).

    It is written in the base len(vocabulary) + 1, whose last digit stands for `EDGE`.
    """
    edge = len(network.vocabulary)
    length = LENGTHS[layer]
    # Of the n characters of layer 1 the middle one is the centre, of layer 2 the middle two are.
    before = (length - layer) // 2
    padded = np.pad(ids, ((0, 0), (before, length)), constant_values=edge)
    codes = np.zeros((len(ids), network.length // layer), np.int64)
    for offset in range(length):
        codes = codes * (edge + 1) + padded[:, offset : offset + network.length : layer]
    return codes


def _text(network: TextAutoencoder, code: int, layer: int) -> str:
    characters = [*network.vocabulary.characters.replace(PADDING, SPACE), EDGE]
    text = ""
    for _ in range(LENGTHS[layer]):
        code, digit = divmod(int(code), len(characters))
        text = characters[digit] + text
    return text
