"""What the filters of a text autoencoder make of lines of text.

Nothing is drawn here; `text_filters_terminal.py`, `text_filters_page.py` and
`text_filters_picture.py` draw what this module returns. A filter is named LAYER:INDEX as in 2:17:
layers, which are the two convolutions that read, count from 1, the filters of a layer from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.models import TextAutoencoder
from glassnet.models.text_autoencoder import PADDING
from glassnet.nn import Array
from glassnet.visualize.drawing.text import TooLongError

LAYERS = (1, 2)
UNKNOWN = "\ufffd"
"""Drawn in the place of a character that the network does not know; it reads a space there."""

LONGEST = 10_000
"""Lines that are read at most: their responses take 200 MB."""

_BATCH = 64  # lines read at once: only memory depends on it


@dataclass
class Line:
    """One line, and what a network made of it: n characters.

    Attributes
    ----------
    text : as it was read: cut to what the network takes, with `UNKNOWN` where it did not know a
        character, and with spaces at its end where the reconstruction is longer.
    reconstruction : what the network wrote.
    responses : by layer (`LAYERS`), (n, filters) float32: how strongly each filter responds at
        each character. In the second layer two characters share one response.
    """

    text: str
    reconstruction: str
    responses: dict[int, Array]


@dataclass
class Reading:
    """Lines that one network read.

    Attributes
    ----------
    lines : at least one.
    largest : by layer, (filters,): the largest response of each filter to any of the lines.
    """

    lines: list[Line]
    largest: dict[int, Array]

    def shades(self, line: Line, layer: int) -> Array:
        """Return (n, filters) uint8: 0 for no response, 255 for the filter's largest one."""
        largest = self.largest[layer]
        scale = 255 / np.where(largest > 0, largest, 1)
        return np.rint(line.responses[layer] * scale).astype(np.uint8)

    def most_varying(self, layer: int, count: int) -> list[int]:
        """Return, in order, the indices of the filters whose shades vary most over all lines."""
        shades = np.concatenate([self.shades(line, layer) for line in self.lines])
        return sorted(np.argsort(-shades.std(axis=0), kind="stable")[:count].tolist())

    def accuracy(self) -> str:
        """Return in words how many characters are reconstructed, what fills lines up left out."""
        pairs = [
            (a, b)
            for line in self.lines
            for a, b in zip(line.text.rstrip(), line.reconstruction, strict=False)
        ]
        right = sum(a == b for a, b in pairs)
        return f"reconstructed {right} of {len(pairs)} characters"


def read_lines(network: TextAutoencoder, lines: Sequence[str]) -> Reading:
    """Let a network read lines and write them again.

    Parameters
    ----------
    network : an initialized network.
    lines : at least one, each with at least one character that is not a space. What lies beyond
        `network.length` characters is not read.

    Raises
    ------
    TooLongError : if there are more than `LONGEST` lines.
    """
    if len(lines) > LONGEST:
        raise TooLongError(f"{len(lines)} lines are more than the {LONGEST} that can be drawn")
    kept = [line[: network.length].rstrip(PADDING) for line in lines]
    ids = network.encode([readable(network, line) for line in kept])
    read = []
    for start in range(0, len(ids), _BATCH):
        rows = ids[start : start + _BATCH]
        written = network.forward(rows).argmax(axis=2)  # (N, L)
        responses = {
            layer: values.repeat(network.length // values.shape[1], axis=1)
            for layer, values in network.responses(rows).items()
        }
        for row, text in enumerate(kept[start : start + _BATCH]):
            reconstruction = network.vocabulary.decode(written[row]).rstrip(PADDING)
            count = max(len(text), len(reconstruction))
            read.append(
                Line(
                    readable(network, text, UNKNOWN).ljust(count),
                    reconstruction.ljust(count),
                    {layer: values[row, :count] for layer, values in responses.items()},
                )
            )
    largest = {
        layer: np.max([line.responses[layer].max(axis=0) for line in read], axis=0)
        for layer in LAYERS
    }
    return Reading(read, largest)


def unknown_characters(network: TextAutoencoder, text: str) -> list[str]:
    """Return the characters of a text, newlines apart, that a network does not know, in order."""
    return sorted(set(text) - set(network.vocabulary.characters) - {"\n"})


def readable(network: TextAutoencoder, line: str, instead: str = PADDING) -> str:
    """Return a line with every character that the network does not know replaced."""
    return line.translate({ord(c): instead for c in unknown_characters(network, line)})
