"""Made-up lines to draw, and the responses of one line."""

import numpy as np

from glassnet.models import TextAutoencoder
from glassnet.nn import Array
from glassnet.visualize.filters.responses import Line, Responses

BOTH = {1: [0, 11], 2: [1]}


def line_of(text: str, reconstruction: str) -> Line:
    """A line of two characters more or less active than their neighbours, 12 and 2 filters."""
    generator = np.random.default_rng(len(text))
    first = generator.random((len(text), 12), np.float32)
    second = generator.random((len(text), 2), np.float32)
    return Line(text, reconstruction, {1: first, 2: second})


def responses_to(*lines: Line) -> Responses:
    return Responses(
        list(lines),
        {
            layer: np.max([line.responses[layer].max(axis=0) for line in lines], axis=0)
            for layer in (1, 2)
        },
    )


def shades_of(responses: Responses, number: int, layer: int, index: int) -> Array:
    return responses.shades(responses.lines[number], layer)[:, index]


def responses_of(network: TextAutoencoder, line: str) -> dict[int, Array]:
    return {layer: values[0] for layer, values in network.responses(network.encode([line])).items()}
