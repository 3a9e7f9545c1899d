"""Looking at what a network learned: activations, and drawings of them.

`neurons/` reads a text with a character network, searches for neurons that follow a hypothesis,
ablates neurons, and draws them; `filters/` does so for the filters of a text autoencoder, `digits/`
for autoencoders of digits. `drawing/` has what their drawings share, and `command/` is the command
`glassnet visualize`.
"""

from glassnet.visualize.digits.pictures import save_digits_pictures
from glassnet.visualize.digits.tsne import tsne
from glassnet.visualize.drawing.escapes import terminal_colors
from glassnet.visualize.drawing.pages import save_page
from glassnet.visualize.drawing.text import TooLongError
from glassnet.visualize.filters.ngrams import NGram, strongest_ngrams
from glassnet.visualize.filters.page import filters_page
from glassnet.visualize.filters.picture import save_filters_picture
from glassnet.visualize.filters.responses import Line, Responses, read_responses
from glassnet.visualize.filters.terminal import draw_filters, draw_ngrams
from glassnet.visualize.neurons.ablation import Ablation, ablate, most_important
from glassnet.visualize.neurons.activations import (
    Activations,
    Neuron,
    load_activations,
    save_activations,
)
from glassnet.visualize.neurons.contexts import Context, Contexts, read_contexts
from glassnet.visualize.neurons.predictions import Predictions, read_predictions
from glassnet.visualize.neurons.reading import read_activations, read_in_streams, states_of
from glassnet.visualize.neurons.search.find import find_neurons
from glassnet.visualize.neurons.search.findings import Finding
from glassnet.visualize.neurons.search.hypotheses import HYPOTHESES, Hypothesis
from glassnet.visualize.neurons.search.own import (
    PredicateError,
    match_hypothesis,
    predicate_hypothesis,
)
from glassnet.visualize.neurons.states import STATES
from glassnet.visualize.neurons.views.page.build import neurons_page
from glassnet.visualize.neurons.views.picture import save_picture
from glassnet.visualize.neurons.views.terminal import draw_neuron

__all__ = [
    "HYPOTHESES",
    "STATES",
    "Ablation",
    "Activations",
    "Context",
    "Contexts",
    "Finding",
    "Hypothesis",
    "Line",
    "NGram",
    "Neuron",
    "PredicateError",
    "Predictions",
    "Responses",
    "TooLongError",
    "ablate",
    "draw_filters",
    "draw_neuron",
    "draw_ngrams",
    "filters_page",
    "find_neurons",
    "load_activations",
    "match_hypothesis",
    "most_important",
    "neurons_page",
    "predicate_hypothesis",
    "read_activations",
    "read_contexts",
    "read_in_streams",
    "read_predictions",
    "read_responses",
    "save_activations",
    "save_digits_pictures",
    "save_filters_picture",
    "save_page",
    "save_picture",
    "states_of",
    "strongest_ngrams",
    "terminal_colors",
    "tsne",
]
