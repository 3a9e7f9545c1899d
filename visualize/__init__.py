"""Looking at what a network learned: activations, and drawings of them.

`activations.py` reads a text and returns numbers; `terminal.py`, `page.py` and `picture.py` draw
them, with the colours and the layout of `drawing.py`. `search.py` looks for neurons that tell one
of the `hypotheses.py`, `ablation.py` holds neurons still, and `findings.py` draws what they find.
The filters of a text autoencoder have the same in `text_filters*.py`, with what excites them in
`ngrams.py`; the pictures of an image autoencoder are in `images.py` and `image_pictures.py`.
`command.py` is `glassnet-visualize`, with a `command_*.py` for each kind of network.
"""

from .ablation import Ablation, ablate, costliest
from .activations import (
    STATES,
    Activations,
    Neuron,
    load_activations,
    read_activations,
    read_in_streams,
    save_activations,
)
from .contexts import Contexts, read_contexts
from .guesses import Guesses, read_guesses
from .hypotheses import (
    HYPOTHESES,
    Hypothesis,
    PredicateError,
    match_hypothesis,
    predicate_hypothesis,
)
from .page import page, save_page
from .picture import save_picture
from .search import Finding, find
from .terminal import draw, terminal_colors

__all__ = [
    "HYPOTHESES",
    "STATES",
    "Ablation",
    "Activations",
    "Contexts",
    "Finding",
    "Guesses",
    "Hypothesis",
    "Neuron",
    "PredicateError",
    "ablate",
    "costliest",
    "draw",
    "find",
    "load_activations",
    "match_hypothesis",
    "page",
    "predicate_hypothesis",
    "read_activations",
    "read_contexts",
    "read_guesses",
    "read_in_streams",
    "save_activations",
    "save_page",
    "save_picture",
    "terminal_colors",
]
