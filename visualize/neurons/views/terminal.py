"""A neuron in the terminal: every character on a background from white to red."""

from __future__ import annotations

from collections.abc import Iterator

from glassnet.visualize.drawing.escapes import Colors, colored, escape_sequences
from glassnet.visualize.drawing.shades import DENSITY, bounds, density, shades
from glassnet.visualize.drawing.text import columns, rows, visible
from glassnet.visualize.neurons.activations import Neuron


def draw_neuron(neuron: Neuron, colors: Colors, width: int | None = None) -> Iterator[str]:
    """Yield the lines of a drawing of a neuron on its text, without line ends.

    Each character stands on a background from white (the lowest activation) to red (the highest).
    Without colors, each row of text is followed by a row in which a denser character stands for a
    higher activation. The last two lines are a legend.

    Parameters
    ----------
    neuron : Neuron
        The neuron to draw.
    colors : {"24-bit", "256", "none"}
        The colors that the terminal shows; see `terminal_colors`.
    width : int, optional
        Columns of the terminal; longer lines are broken. None breaks no line.

    Yields
    ------
    str
        The next line.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.visualize import Neuron, draw_neuron
    >>> values = np.linspace(-1, 1, 11, dtype=np.float32)
    >>> for line in draw_neuron(Neuron("Hello world", 2, 345, "hidden", values), "none"):
    ...     print(line)
    Hello world
      ..-==**##
    <BLANKLINE>
    layer 2, neuron 345, hidden state
    -1 " .-=*#" 1   min -1.00  mean 0.00  max 1.00
    """
    text, levels = visible(neuron.text), shades(neuron.values, neuron.state).tolist()
    escapes = escape_sequences(colors)
    for start, stop in rows(text, width):
        if start == stop:
            yield ""
        elif colors == "none":
            yield text[start:stop]
            yield "".join(
                density(shade) * columns(character)
                for character, shade in zip(text[start:stop], levels[start:stop], strict=True)
            ).rstrip()
        else:
            yield colored(text[start:stop], levels[start:stop], escapes)
    yield ""
    yield neuron.title + (" (drawn: its tanh)" if neuron.state == "cell" else "")
    yield _legend(neuron, colors, escapes)


def _legend(neuron: Neuron, colors: Colors, escapes: list[str]) -> str:
    """Return the scale between its two ends, and the range of the activation."""
    low, high = bounds(neuron.state)
    levels = list(range(0, 256, 17))
    scale = f'"{DENSITY}"' if colors == "none" else colored(" " * len(levels), levels, escapes)
    values = neuron.values
    return (
        f"{low} {scale} {high}   "
        f"min {values.min():.2f}  mean {values.mean():.2f}  max {values.max():.2f}"
    )
