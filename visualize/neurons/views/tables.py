"""The results of a search and of an ablation as tables for the terminal, 80 columns wide."""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Iterator, Sequence

from glassnet.visualize.neurons.ablation import Ablation
from glassnet.visualize.neurons.search.findings import VERDICTS, Finding

_WIDTH = 80


def draw_ranking(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a table of the neurons found for each hypothesis, the best first."""
    for name, group in itertools.groupby(findings, lambda finding: finding.hypothesis):
        ranked = list(group)
        yield from textwrap.wrap(f"{name}: {ranked[0].description}", _WIDTH, break_on_hyphens=False)
        yield ""
        yield _HEAD
        for finding in ranked:
            yield _row(finding)
        yield ""
    yield from _explanation(findings)


def draw_report(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a table of the best neuron for each hypothesis."""
    yield f"{'hypothesis':21}{_HEAD}"
    groups = itertools.groupby(findings, lambda finding: finding.hypothesis)
    shown = [next(group) for _, group in groups]
    for best in shown:
        yield f"{best.hypothesis:21}{_row(best)}"
    yield ""
    yield from _explanation(shown)


_HEAD = f"{'neuron':7}{'state':10}{'score':5}{'first':>6}{'second':>7}{'letter':>7}  verdict"


def _row(finding: Finding) -> str:
    """Return a row of the table; a neuron that falls is scored by 1-AUC or -r."""
    chosen, score = finding.chosen, finding.score
    measure = finding.measure
    if measure == "AUC" and chosen < 0.5:
        measure, chosen, score = "1-AUC", 1 - chosen, 1 - score
    elif measure == "r" and chosen < 0:
        measure, chosen, score = "-r", -chosen, -score
    neuron = f"{finding.layer}:{finding.neuron}"
    state = finding.state.removesuffix("-gate")
    return (
        f"{neuron:7}{state:10}{measure:5}{chosen:6.3f}{score:7.3f}{finding.baseline:7.3f}"
        f"  {finding.verdict}"
    )


def _explanation(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield what the columns and the verdicts mean."""
    present = {finding.verdict for finding in findings}
    meanings = {
        "first": "score on the first half of the text, where the neuron was chosen",
        "second": "score on the second half, which had no part in the choice",
        "letter": "score, on the second half, of the best prediction from the current character "
        "alone",
        "1-AUC, -r": "scores of a neuron that falls where the hypothesis rises",
    } | {verdict: meaning for verdict, meaning in VERDICTS.items() if verdict in present}
    for name, meaning in meanings.items():
        yield from textwrap.wrap(f"{name}: {meaning}", _WIDTH, subsequent_indent="  ")


def draw_ablation(ablation: Ablation) -> Iterator[str]:
    """Yield a table of the loss with and without one neuron."""
    yield (
        f"layer {ablation.layer}, neuron {ablation.neuron}, hidden state clamped to its mean, "
        f"{ablation.mean:.3f}"
    )
    yield f"{'loss per character':18}{'nats':>9}{'bits':>10}"
    for name, loss in (("intact", ablation.loss), ("clamped", ablation.ablated_loss)):
        yield f"{name:18}{loss:9.4f}{loss / math.log(2):10.4f}"
    increase = ablation.loss_increase
    yield f"{'increase':18}{increase:+9.4f}{increase / math.log(2):+10.4f}"


def draw_most_important(ablations: Sequence[Ablation]) -> Iterator[str]:
    """Yield a table of neurons with the loss without each of them."""
    loss = ablations[0].loss
    yield (
        f"Loss of the intact network: {loss:.4f} nats, {loss / math.log(2):.4f} bits per character."
    )
    yield "With one neuron clamped to its mean:"
    yield ""
    yield f"{'neuron':9}{'mean':>7}{'nats':>10}{'increase':>10}{'bits':>10}{'increase':>10}"
    for ablation in ablations:
        neuron = f"{ablation.layer}:{ablation.neuron}"
        clamped, increase = ablation.ablated_loss, ablation.loss_increase
        yield (
            f"{neuron:9}{ablation.mean:7.3f}{clamped:10.4f}{increase:+10.4f}"
            f"{clamped / math.log(2):10.4f}{increase / math.log(2):+10.4f}"
        )
