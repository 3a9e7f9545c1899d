"""Looking at what a network learned: activations, and drawings of them.

`activations.py` reads a text and returns numbers; `terminal.py`, `page.py` and `picture.py` draw
them, with the colours and the layout of `drawing.py`. `search.py` looks for neurons that tell one
of the `hypotheses.py`, `ablation.py` holds neurons still, and `findings.py` draws what they find.
The filters of a text autoencoder have the same in `text_filters*.py`, with what excites them in
`ngrams.py`; the pictures of an image autoencoder are in `images.py` and `image_pictures.py`.
`command.py` is `glassnet-visualize`, with a `command_*.py` for each kind of network.
"""

from glassnet.visualize.neurons.ablation import Ablation, ablate, most_important
from glassnet.visualize.neurons.activations import (
    STATES,
    Activations,
    Neuron,
    load_activations,
    read_activations,
    read_in_streams,
    save_activations,
)
from glassnet.visualize.neurons.contexts import Contexts, read_contexts
from glassnet.visualize.neurons.predictions import Predictions, read_predictions
from glassnet.visualize.neurons.search.hypotheses import (
    HYPOTHESES,
    Hypothesis,
    PredicateError,
    match_hypothesis,
    predicate_hypothesis,
)
from glassnet.visualize.neurons.search.scores import Finding, find
from glassnet.visualize.neurons.views.page import page, save_page
from glassnet.visualize.neurons.views.picture import save_picture
from glassnet.visualize.neurons.views.terminal import draw, terminal_colors

__all__ = [
    "HYPOTHESES",
    "STATES",
    "Ablation",
    "Activations",
    "Contexts",
    "Finding",
    "Hypothesis",
    "Neuron",
    "PredicateError",
    "Predictions",
    "ablate",
    "draw",
    "find",
    "load_activations",
    "match_hypothesis",
    "most_important",
    "page",
    "predicate_hypothesis",
    "read_activations",
    "read_contexts",
    "read_in_streams",
    "read_predictions",
    "save_activations",
    "save_page",
    "save_picture",
    "terminal_colors",
]
