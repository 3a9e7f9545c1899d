"""What a search and an ablation found, as tables for the terminal and as a file."""

from __future__ import annotations

import itertools
import json
import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from glassnet.files import whole_file
from glassnet.visualize.drawing.drawing import state_name
from glassnet.visualize.neurons.ablation import Ablation
from glassnet.visualize.neurons.search.scores import VERDICTS, Finding

_WIDTH = 100


def draw_ranking(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a table of the neurons found for each hypothesis, the best first."""
    for name, group in itertools.groupby(findings, lambda finding: finding.hypothesis):
        ranked = list(group)
        yield f"{name}: {ranked[0].description}"
        yield ""
        yield f"{'neuron':9}{'state':14}{_HEAD}"
        for finding in ranked:
            neuron = f"{finding.layer}:{finding.neuron}"
            yield f"{neuron:9}{state_name(finding.state):14}{_scores(finding)}"
        yield ""
    yield from _explanation(findings)


def draw_report(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a table of the best neuron for each hypothesis."""
    yield f"{'hypothesis':22}{'neuron':9}{'state':14}{_HEAD}"
    groups = itertools.groupby(findings, lambda finding: finding.hypothesis)
    shown = [next(group) for _, group in groups]
    for best in shown:
        neuron = f"{best.layer}:{best.neuron}"
        yield f"{best.hypothesis:22}{neuron:9}{state_name(best.state):14}{_scores(best)}"
    yield ""
    yield from _explanation(shown)


_HEAD = f"{'':8}{'measure':9}{'chosen':>7}{'held out':>10}{'character':>11}  verdict"


def _scores(finding: Finding) -> str:
    """Return the end of a line; where a neuron falls its measures are turned round."""
    measures = [finding.chosen, finding.score]
    rises = finding.chosen >= (0.5 if finding.measure == "AUC" else 0)
    if not rises:
        measures = [1 - m if finding.measure == "AUC" else -m for m in measures]
    chosen, score = measures
    return (
        f"{'rises' if rises else 'falls':8}{finding.measure:9}{chosen:7.3f}{score:10.3f}"
        f"{finding.baseline:11.3f}  {finding.verdict}"
    )


def _explanation(findings: Sequence[Finding]) -> Iterator[str]:
    text = (
        "Chosen on the first half of the text, held out: on the second. Character: the best that "
        "the current character alone tells of the second half."
    )
    present = {finding.verdict for finding in findings}
    told = [f"{verdict}: {what}" for verdict, what in VERDICTS.items() if verdict in present]
    yield from textwrap.wrap(text, _WIDTH)
    for line in told:
        yield from textwrap.wrap(line, _WIDTH, initial_indent="  ", subsequent_indent="    ")


def draw_ablation(ablation: Ablation) -> Iterator[str]:
    """Yield what it costs to hold one neuron."""
    yield (
        f"layer {ablation.layer}, neuron {ablation.neuron}, hidden state held at its mean, "
        f"{ablation.mean:.3f}"
    )
    yield f"{'loss a character':18}{'nats':>9}{'bits':>10}"
    for name, loss in (("as it is", ablation.loss), ("held", ablation.ablated_loss)):
        yield f"{name:18}{loss:9.4f}{loss / math.log(2):10.4f}"
    yield f"{'difference':18}{ablation.cost:+9.4f}{ablation.cost / math.log(2):+10.4f}"


def draw_most_important(ablations: Sequence[Ablation]) -> Iterator[str]:
    """Yield a table of neurons and what it costs to hold each."""
    loss = ablations[0].loss
    yield (
        f"Loss as it is: {loss:.4f} nats, {loss / math.log(2):.4f} bits a character. "
        "With one neuron held at its mean:"
    )
    yield ""
    yield f"{'neuron':9}{'mean':>7}{'nats':>10}{'more':>10}{'bits':>10}{'more':>10}"
    for ablation in ablations:
        neuron = f"{ablation.layer}:{ablation.neuron}"
        held, cost = ablation.ablated_loss, ablation.cost
        yield (
            f"{neuron:9}{ablation.mean:7.3f}{held:10.4f}{cost:+10.4f}"
            f"{held / math.log(2):10.4f}{cost / math.log(2):+10.4f}"
        )


def save_findings(
    path: Path | str, findings: Sequence[Finding], ablations: Sequence[Ablation]
) -> None:
    """Write a JSON file: lists `findings` and `ablations` of objects with the fields of each.

    Raises
    ------
    OSError : if the file can't be written.
    """
    content = {
        "findings": [asdict(finding) for finding in findings],
        "ablations": [asdict(ablation) for ablation in ablations],
    }
    with whole_file(path) as file:
        file.write(json.dumps(content, indent=1, allow_nan=False).encode())
