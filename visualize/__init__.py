"""Looking at what a network learned: activations, and drawings of them.

`activations.py` reads a text and returns numbers; `terminal.py`, `page.py` and `picture.py` draw
them, with the colours and the layout of `drawing.py`. The filters of a text autoencoder have the
same in `text_filters*.py`, with what excites them in `ngrams.py`; the pictures of an image
autoencoder are in `images.py` and `image_pictures.py`. `command.py` is `glassnet-visualize`.
"""

from visualize.activations import (
    STATES,
    Activations,
    Neuron,
    load_activations,
    read_activations,
    save_activations,
)
from visualize.page import page, save_page
from visualize.picture import save_picture
from visualize.terminal import draw, terminal_colors

__all__ = [
    "STATES",
    "Activations",
    "Neuron",
    "draw",
    "load_activations",
    "page",
    "read_activations",
    "save_activations",
    "save_page",
    "save_picture",
    "terminal_colors",
]
