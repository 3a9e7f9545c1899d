"""The view of a character network: its neurons on a text."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from threadpoolctl import threadpool_limits

from glassnet.errors import UsageError, UserError, no_such
from glassnet.models import SHIPPED, CharacterNetwork, Checkpoint, VocabularyError
from glassnet.options import Parser, layer_and_index
from glassnet.visualize.command.common import (
    check_neuron,
    length_errors,
    read_text,
    source_name,
    terminal,
    write,
)
from glassnet.visualize.command.options import add_file, add_length, add_no_color, check_files
from glassnet.visualize.command.search import (
    add_search_options,
    hypotheses_of,
    meaningful,
    print_ablations,
    print_findings,
)
from glassnet.visualize.command.view import View
from glassnet.visualize.drawing.pages import save_page
from glassnet.visualize.live.command import add_live_options, write_live_page
from glassnet.visualize.neurons.ablation import Ablation
from glassnet.visualize.neurons.activations import Activations, Neuron, save_activations
from glassnet.visualize.neurons.contexts import Contexts, read_contexts
from glassnet.visualize.neurons.predictions import read_predictions
from glassnet.visualize.neurons.reading import read_activations, states_of
from glassnet.visualize.neurons.results import save_results
from glassnet.visualize.neurons.search.find import halves
from glassnet.visualize.neurons.search.findings import Finding
from glassnet.visualize.neurons.search.hypotheses import Hypothesis
from glassnet.visualize.neurons.states import STATES
from glassnet.visualize.neurons.views.page.build import check_size, neurons_page
from glassnet.visualize.neurons.views.picture import save_picture
from glassnet.visualize.neurons.views.terminal import draw_neuron

TEXT = str(SHIPPED / "sample.txt")
"""What is read by default: a text that the Shakespeare LSTM wrote."""

SHOWN = 5000
"""Characters of the second half of the text that are drawn after a search."""


@dataclass(frozen=True)
class NeuronsOptions:
    """The options of the view, by name; None for what was not asked for."""

    checkpoint: Path
    text: str
    length: int | None
    neuron: tuple[int, int] | None
    state: tuple[str, ...]
    corpus: str | None
    html: Path | None
    png: Path | None
    export: Path | None
    no_color: bool
    find: str | None
    report: bool
    match: str | None
    predicate: tuple[str, str] | None
    ablate: tuple[int, int] | Literal["all"] | None
    json: Path | None
    live: Path | None
    weights: str | None


def _add_options(parser: Parser, network: CharacterNetwork | None) -> None:
    known = states_of(network) if network is not None and network.hidden_sizes else STATES
    parser.add_argument(
        "--text",
        default=TEXT,
        metavar="FILE",
        help="UTF-8 text that the network reads, - for standard input (default: a text that the "
        "Shakespeare LSTM wrote)",
    )
    add_length(parser)
    parser.add_argument(
        "--neuron",
        type=layer_and_index,
        metavar="LAYER:INDEX",
        help="draw this neuron, the layer counted from 1 and the neuron from 0, as in 2:345 "
        "(default: the neuron of the last layer that varies most over the text)",
    )
    parser.add_argument(
        "--state",
        type=partial(_states, known=known),
        default=("hidden",),
        metavar="STATE[,STATE...]",
        help=f"draw this state of the neuron: {', '.join(known)} or all; of several, the "
        "first is drawn, and the page and the export hold all (default: hidden)",
    )
    parser.add_argument(
        "--corpus",
        metavar="FILE",
        help="add to the HTML page where in this UTF-8 text each neuron is strongest and weakest "
        "(default: none)",
    )
    add_file(parser, "--html", "write an HTML page with every neuron, which works offline")
    add_file(parser, "--png", "write a PNG picture of the neuron")
    add_file(
        parser,
        "--export",
        "write the activations of all neurons to an .npz file: an array (characters, units) for "
        "each layer and state, such as layer1/hidden, and the text as UTF-8 bytes",
    )
    add_no_color(parser)
    add_search_options(parser)
    add_live_options(parser)


def _states(value: str, known: tuple[str, ...]) -> tuple[str, ...]:
    states = known if value == "all" else value.split(",")
    for state in states:
        if state not in known:
            raise argparse.ArgumentTypeError(no_such("state", state, [*known, "all"]))
    return tuple(dict.fromkeys(states))


def _show(network: CharacterNetwork, checkpoint: Checkpoint, options: NeuronsOptions) -> None:
    """Search for neurons, ablate neurons or draw one, as the options ask."""
    check_files(
        html=options.html,
        png=options.png,
        export=options.export,
        json=options.json,
        live=options.live,
    )
    sizes = network.hidden_sizes
    if not sizes:
        raise UserError(
            f"{options.checkpoint}: a {checkpoint.kind} has no recurrent layers, whose neurons "
            "this view shows"
        )
    if options.neuron is not None:
        check_neuron(options.neuron, sizes)
    if isinstance(options.ablate, tuple):
        check_neuron(options.ablate, sizes, "--ablate")
    hypotheses = hypotheses_of(options.find, options.report, options.match, options.predicate)
    if options.json is not None and not hypotheses and options.ablate is None:
        raise UsageError("--json needs --find, --match, --predicate, --report or --ablate")
    if options.corpus is not None and options.html is None:
        raise UsageError("--corpus needs --html")
    if options.weights is not None and options.live is None:
        raise UsageError("--weights needs --live")
    text, source = read_text(options.text)[: options.length], source_name(options.text)
    try:
        # The products are small: threads would wait for each other longer than they work.
        with threadpool_limits(1, user_api="blas"):
            findings, ablations = _search(network, options, hypotheses, text, source)
            if options.live is not None:
                _write_live(network, options, text, source, findings, ablations)
            files = options.html or options.png or options.export
            only_tables = options.report or (ablations and not findings) or options.live
            if files or (options.neuron and not options.live) or not only_tables:
                if findings:
                    first, last = halves(text), min(halves(text) + SHOWN, len(text))
                    print(
                        f"Only characters {first + 1:,} to {last:,} of {len(text):,} are "
                        f"{'written' if files else 'drawn'}."
                    )
                    text = text[first:last]
                _draw(network, options, text, source, findings, ablations)
    except VocabularyError as error:
        if options.text == TEXT:
            raise UserError(f"the default text: {error}; --text FILE names another") from error
        raise UserError(f"{source}: {error}") from error


def _write_live(
    network: CharacterNetwork,
    options: NeuronsOptions,
    text: str,
    source: str,
    findings: list[Finding],
    ablations: list[Ablation],
) -> None:
    assert options.live is not None
    write_live_page(
        options.live,
        network,
        options.checkpoint,
        text=None if options.text == TEXT else text,
        source=source,
        neuron=options.neuron,
        encoding=options.weights,
        findings=meaningful(findings) if options.report else findings,
        most_important=ablations,
    )


def _search(
    network: CharacterNetwork,
    options: NeuronsOptions,
    hypotheses: list[Hypothesis],
    text: str,
    source: str,
) -> tuple[list[Finding], list[Ablation]]:
    """Search and ablate as the options ask, print the results and return them."""
    findings: list[Finding] = []
    ablations: list[Ablation] = []
    if options.html is not None and not hypotheses:  # or else a short part of it is drawn
        units = sum(network.hidden_sizes) * len(options.state)
        with length_errors(options.html):  # before all of it is read
            check_size(len(text), units)
    try:
        if hypotheses:
            findings = print_findings(network, text, hypotheses, options.state, options.report)
        if options.ablate is not None:
            if findings:
                print()
            ablations = print_ablations(network, text, options.ablate)
    except UserError:
        raise
    except ValueError as error:  # the text is too short
        raise UserError(f"{source}: {error}") from error
    if options.json is not None:
        write(options.json, lambda path: save_results(path, findings, ablations))
    return findings, ablations


def _draw(
    network: CharacterNetwork,
    options: NeuronsOptions,
    text: str,
    source: str,
    findings: list[Finding],
    ablations: list[Ablation],
) -> None:
    """Draw one neuron in the terminal, or write the files that the options ask for."""
    activations = read_activations(network, text, options.state, progress=True)
    neuron = _neuron(activations, options, findings)
    if options.html is not None:
        title = f"{options.checkpoint.name} reading {Path(source).name}"
        predictions = read_predictions(network, text)
        contexts = _contexts(network, options.corpus)
        listed = meaningful(findings) if options.report else findings
        content = neurons_page(
            activations,
            neuron,
            title,
            findings=listed,
            most_important=ablations,
            contexts=contexts,
            predictions=predictions,
        )
        write(options.html, lambda path: save_page(path, content))
    if options.png is not None:
        write(options.png, lambda path: save_picture(path, neuron))
    if options.export is not None:
        write(options.export, lambda path: save_activations(path, activations))
    if not (options.html or options.png or options.export):
        if findings:
            print()
        for line in draw_neuron(neuron, *terminal(options.no_color)):
            print(line)
    if options.neuron is None and not findings and not ablations:
        print(
            f"Neuron {neuron.index} varies most in layer {neuron.layer} on this text; "
            "--neuron LAYER:INDEX shows another."
        )


def _neuron(activations: Activations, options: NeuronsOptions, findings: list[Finding]) -> Neuron:
    """Return the neuron asked for, or else the best found, or else the one that varies most."""
    state = options.state[0]
    if options.neuron is not None:
        return activations.neuron(*options.neuron, state)
    if findings:
        return activations.neuron(findings[0].layer, findings[0].neuron, findings[0].state)
    if isinstance(options.ablate, tuple):
        return activations.neuron(*options.ablate, state)
    layer = activations.layers[-1]
    return activations.neuron(layer, activations.most_varying(layer, state), state)


def _contexts(network: CharacterNetwork, corpus: str | None) -> Contexts | None:
    """Return where the neurons are strongest and weakest in a corpus; None without one."""
    if corpus is None:
        return None
    text = read_text(corpus)
    try:
        return read_contexts(network, text, progress=True)
    except VocabularyError as error:
        raise UserError(f"{source_name(corpus)}: {error}") from error


NEURONS_VIEW = View(
    family=CharacterNetwork,  # type: ignore[type-abstract]  # only its subclasses have instances
    name="character network",
    description="Show what the neurons of a character network respond to. Each character of a text "
    "stands on a background from white (activation -1, for gates 0) to red (+1).",
    add_options=_add_options,
    options=NeuronsOptions,
    show=_show,
)
