"""The colors that the page must show."""

import numpy as np

from glassnet.visualize import Activations
from glassnet.visualize.drawing.shades import color, shades


def expected_colors(
    activations: Activations, layer: int, neuron: int, state: str, scale: str = "red"
) -> list[str]:
    paint = {"red": color, "diverging": diverging if state != "forget-gate" else orange}[scale]
    values = activations.neuron(layer, neuron, state).values
    return [
        "rgb({}, {}, {})".format(*paint(shade))
        for character, shade in zip(activations.text, shades(values, state).tolist(), strict=True)
        if character != "\n"
    ]


def mixed(ink: tuple[int, int, int], share: float) -> tuple[int, ...]:
    """White with a share of an ink."""
    return tuple(int(np.floor(255 + (part - 255) * share + 0.5)) for part in ink)


def diverging(shade: int) -> tuple[int, ...]:
    value = 2 * (shade / 255) - 1
    return mixed((66, 146, 198) if value < 0 else (230, 97, 1), abs(value))


def orange(shade: int) -> tuple[int, ...]:
    return mixed((230, 97, 1), shade / 255)
