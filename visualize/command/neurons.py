"""`glassnet-visualize` on a character LSTM."""

from __future__ import annotations

import argparse
from pathlib import Path

from threadpoolctl import threadpool_limits

from glassnet.models import SHIPPED, CharacterLSTM, VocabularyError
from glassnet.visualize.command.common import (
    UserError,
    check_neuron,
    read_text,
    said_too_long,
    source_name,
    terminal,
    write,
)
from glassnet.visualize.neurons.ablation import Ablation, ablate, most_important
from glassnet.visualize.neurons.activations import read_activations, save_activations
from glassnet.visualize.neurons.contexts import Contexts, read_contexts
from glassnet.visualize.neurons.predictions import read_predictions
from glassnet.visualize.neurons.search.hypotheses import (
    HYPOTHESES,
    Hypothesis,
    PredicateError,
    match_hypothesis,
    predicate_hypothesis,
)
from glassnet.visualize.neurons.search.scores import VERDICTS, Finding, find, halves
from glassnet.visualize.neurons.search.tables import (
    draw_ablation,
    draw_most_important,
    draw_ranking,
    draw_report,
    save_findings,
)
from glassnet.visualize.neurons.views.page import check_size, page, save_page
from glassnet.visualize.neurons.views.picture import save_picture
from glassnet.visualize.neurons.views.terminal import draw

SHOWN = 5000
"""Characters of the held-out half that are shown after a search."""


def show_character_lstm(network: CharacterLSTM, options: argparse.Namespace) -> None:
    """Search for neurons, hold neurons still, or draw one, as the options ask."""
    sizes = [network.units] * len(network.lstms)
    if options.neuron is not None:
        check_neuron(options.neuron, sizes)
    if options.ablate not in (None, "all"):
        check_neuron(options.ablate, sizes, "--ablate")
    hypotheses = _hypotheses(options)
    if options.json is not None and not hypotheses and options.ablate is None:
        raise UserError("--json needs --find, --match, --predicate, --report or --ablate")
    if options.corpus is not None and options.html is None:
        raise UserError("--corpus adds to the page of an LSTM: it needs --html")
    name = str(SHIPPED / "sample.txt") if options.text is None else options.text
    text = read_text(name)[: options.length]
    try:
        # The products are small: threads would wait for each other longer than they work.
        with threadpool_limits(1, user_api="blas"):
            _show(network, options, hypotheses, text, source_name(name))
    except (VocabularyError, PredicateError) as error:
        where = f"{source_name(name)}: " if isinstance(error, VocabularyError) else ""
        raise UserError(f"{where}{error}") from error


def _hypotheses(options: argparse.Namespace) -> list[Hypothesis]:
    """Return the hypotheses to look for, in the order in which to report them."""
    try:
        own = [
            *([match_hypothesis(options.match)] if options.match is not None else []),
            *([predicate_hypothesis(*options.predicate)] if options.predicate else []),
        ]
    except PredicateError as error:
        raise UserError(str(error)) from error
    if options.report:
        return [*HYPOTHESES.values(), *own]
    return [*([HYPOTHESES[options.find]] if options.find else []), *own]


def _show(
    network: CharacterLSTM,
    options: argparse.Namespace,
    hypotheses: list[Hypothesis],
    text: str,
    source: str,
) -> None:
    states = options.state or ["hidden"]
    findings: list[Finding] = []
    ablations: list[Ablation] = []
    if options.html is not None and not hypotheses:  # or else a short part of it is shown
        units = network.units * len(network.lstms) * len(states)
        with said_too_long(options.html):  # before all of it is read
            check_size(len(text), units)
    try:
        if hypotheses:
            findings = _search(network, options, hypotheses, states, text)
        if options.ablate is not None:
            if findings:
                print()
            ablations = _ablate(network, options, text)
    except ValueError as error:
        if isinstance(error, VocabularyError | PredicateError):
            raise
        raise UserError(f"{source}: {error}") from error
    if options.json is not None:
        write(options.json, lambda path: save_findings(path, findings, ablations))
    files = options.html or options.png or options.export
    if not files and options.neuron is None and (options.report or (ablations and not findings)):
        return
    if findings:
        text = text[halves(text) :][:SHOWN]
    activations = read_activations(network, text, states, progress=True)
    state, layer = states[0], activations.layers[-1]
    index = activations.most_varying(layer, state)
    if options.neuron is not None:
        layer, index = options.neuron
    elif findings:
        layer, index, state = findings[0].layer, findings[0].neuron, findings[0].state
    elif isinstance(options.ablate, tuple):
        layer, index = options.ablate
    neuron = activations.neuron(layer, index, state)
    if options.html is not None:
        title = f"{options.checkpoint.name} reading {Path(source).name}"
        predictions = read_predictions(network, text)
        contexts = _contexts(network, options)
        listed = _meaning(findings) if options.report else findings
        write(
            options.html,
            lambda path: save_page(
                path, page(activations, neuron, title, listed, ablations, contexts, predictions)
            ),
        )
    if options.png is not None:
        write(options.png, lambda path: save_picture(path, neuron))
    if options.export is not None:
        write(options.export, lambda path: save_activations(path, activations))
    if not files:
        if findings:
            print()
        for line in draw(neuron, *terminal(options)):
            print(line)
    if options.neuron is None and not findings and not ablations:
        print(
            f"Neuron {index} varies most in layer {layer} on this text; "
            "--neuron LAYER:INDEX shows another."
        )


def _search(
    network: CharacterLSTM,
    options: argparse.Namespace,
    hypotheses: list[Hypothesis],
    states: list[str],
    text: str,
) -> list[Finding]:
    """Search, print what is found and return it."""
    count = 3 if options.report else 10
    findings = find(network, text, hypotheses, states, count, progress=True)
    found = {finding.hypothesis for finding in findings}
    missing = [hypothesis.name for hypothesis in hypotheses if hypothesis.name not in found]
    if missing and not options.report:
        raise UserError(
            f"{', '.join(missing)}: is the same throughout one half of the text or both, so that "
            "there is nothing to tell"
        )
    for line in (draw_report if options.report else draw_ranking)(findings):
        print(line)
    if missing:
        print(f"Not looked for, being the same throughout half of the text: {', '.join(missing)}.")
    return findings


def _meaning(findings: list[Finding]) -> list[Finding]:
    """Return what the page of a report lists: what is more than chance, the best verdicts first."""
    ranks = {verdict: rank for rank, verdict in enumerate(reversed(VERDICTS))}
    kept = [f for f in findings if f.verdict not in ("nothing above chance", "as untrained")]
    return sorted(kept, key=lambda finding: ranks[finding.verdict])


def _contexts(network: CharacterLSTM, options: argparse.Namespace) -> Contexts | None:
    """Return what the neurons do over the corpus that was named; None if none was."""
    if options.corpus is None:
        return None
    corpus = read_text(options.corpus)
    try:
        return read_contexts(network, corpus, progress=True)
    except VocabularyError as error:
        raise UserError(f"{source_name(options.corpus)}: {error}") from error


def _ablate(network: CharacterLSTM, options: argparse.Namespace, text: str) -> list[Ablation]:
    """Hold neurons, print what that costs and return it."""
    if options.ablate == "all":
        ablations = most_important(network, text, progress=True)
        lines = draw_most_important(ablations)
    else:
        ablations = ablate(network, text, [options.ablate], progress=True)
        lines = draw_ablation(ablations[0])
    for line in lines:
        print(line)
    return ablations
