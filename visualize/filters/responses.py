"""Responses: how strongly each filter of a text autoencoder reacts to each character of a line.

Nothing is drawn here; `terminal.py`, `page.py` and `picture.py` draw what this module returns. A
filter is named LAYER:INDEX, as in 2:17. The layers are the two convolutions of the encoder and
count from 1; the filters of a layer count from 0.
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
"""Most lines that are read at once: their responses take 200 MB."""

_BATCH = 64  # lines read at once: only memory depends on it


@dataclass
class Line:
    """One line of n characters, its reconstruction and the responses of all filters to it.

    Attributes
    ----------
    text : str
        The line as the network read it: cut to the network's length, with U+FFFD for characters
        that it does not know, and with spaces at the end if the reconstruction is longer.
    reconstruction : str
        What the decoder wrote, n characters.
    responses : dict[int, Array]
        By layer, (n, filters) float32: the response of each filter at each character. In the
        second layer each two characters share one response.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.visualize import Line
    >>> line = Line("to be", "to by", {1: np.zeros((5, 32)), 2: np.zeros((5, 24))})
    >>> sum(a == b for a, b in zip(line.text, line.reconstruction))
    4
    """

    text: str
    reconstruction: str
    responses: dict[int, Array]


@dataclass
class Responses:
    """The responses of all filters to some lines.

    Attributes
    ----------
    lines : list[Line]
        The lines, at least one.
    largest : dict[int, Array]
        By layer, (filters,): the largest response of each filter to any of the lines.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.visualize import Line, Responses
    >>> line = Line("abc", "abd", {1: np.array([[0.0, 1.0], [2.0, 1.0], [4.0, 1.0]])})
    >>> responses = Responses([line], {1: np.array([4.0, 1.0])})
    >>> responses.shades(line, 1)[:, 0]
    array([  0, 128, 255], dtype=uint8)
    >>> responses.most_varying(1, count=1)
    [0]
    >>> responses.summary()
    'reconstructed 2 of 3 characters'
    """

    lines: list[Line]
    largest: dict[int, Array]

    def shades(self, line: Line, layer: int) -> Array:
        """Return the shades of the filters: 0 for no response, 255 for the filter's largest one.

        Parameters
        ----------
        line : Line
            One of the lines.
        layer : int
            1 or 2.

        Returns
        -------
        Array
            (n, filters) uint8.
        """
        largest = self.largest[layer]
        scale = 255 / np.where(largest > 0, largest, 1)
        return np.rint(line.responses[layer] * scale).astype(np.uint8)

    def most_varying(self, layer: int, count: int) -> list[int]:
        """Return the filters whose shades vary most over all lines.

        Parameters
        ----------
        layer : int
            1 or 2.
        count : int
            Number of filters; if the layer has fewer, all are returned.

        Returns
        -------
        list of int
            Their indices in increasing order.
        """
        shades = np.concatenate([self.shades(line, layer) for line in self.lines])
        return sorted(np.argsort(-shades.std(axis=0), kind="stable")[:count].tolist())

    def summary(self) -> str:
        """Return how many characters are reconstructed, in words; padding does not count."""
        pairs = [
            (a, b)
            for line in self.lines
            for a, b in zip(line.text.rstrip(), line.reconstruction, strict=False)
        ]
        correct = sum(a == b for a, b in pairs)
        return f"reconstructed {correct} of {len(pairs)} characters"


def read_responses(network: TextAutoencoder, lines: Sequence[str]) -> Responses:
    """Run lines through a text autoencoder and return the responses of its filters.

    Parameters
    ----------
    network : TextAutoencoder
        An initialized network.
    lines : sequence of str
        At least one line, each with a character other than a space. Characters after the first
        `network.length` are not read.

    Returns
    -------
    Responses
        A `Line` for each line, and the largest response of each filter.

    Raises
    ------
    TooLongError
        If there are more than 10,000 lines.

    Examples
    --------
    >>> from glassnet.models import SHIPPED, load_network
    >>> from glassnet.visualize import read_responses
    >>> network, _ = load_network(SHIPPED / "text-autoencoder.npz")
    >>> responses = read_responses(network, ["to be, or not to be"])
    >>> responses.lines[0].reconstruction
    'to be, or n t to be'
    >>> responses.lines[0].responses[1].shape
    (19, 32)
    >>> responses.most_varying(layer=1, count=3)
    [15, 30, 31]
    """
    if len(lines) > LONGEST:
        raise TooLongError(f"{len(lines)} lines are more than the {LONGEST} that can be drawn")
    kept = [line[: network.length].rstrip(PADDING) for line in lines]
    ids = network.encode([replace_unknown(network, line) for line in kept])
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
                    replace_unknown(network, text, UNKNOWN).ljust(count),
                    reconstruction.ljust(count),
                    {layer: values[row, :count] for layer, values in responses.items()},
                )
            )
    largest = {
        layer: np.max([line.responses[layer].max(axis=0) for line in read], axis=0)
        for layer in LAYERS
    }
    return Responses(read, largest)


def unknown_characters(network: TextAutoencoder, text: str) -> list[str]:
    """Return the characters of a text, without newlines, that a network does not know, in order."""
    return sorted(set(text) - set(network.vocabulary.characters) - {"\n"})


def replace_unknown(network: TextAutoencoder, text: str, replacement: str = PADDING) -> str:
    """Return a text with each character that a network does not know replaced; newlines stay."""
    return text.translate({ord(c): replacement for c in unknown_characters(network, text)})
