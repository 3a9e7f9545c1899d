"""The part of the view of neurons that finds out what they mean: search and ablation."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Sequence
from typing import Literal

from glassnet.errors import UserError
from glassnet.models import CharacterNetwork
from glassnet.options import Parser, layer_and_index, one_of
from glassnet.visualize.command.options import add_file
from glassnet.visualize.neurons.ablation import Ablation, ablate, most_important
from glassnet.visualize.neurons.search.find import find_neurons
from glassnet.visualize.neurons.search.findings import VERDICTS, Finding
from glassnet.visualize.neurons.search.hypotheses import HYPOTHESES, Hypothesis
from glassnet.visualize.neurons.search.own import match_hypothesis, predicate_hypothesis
from glassnet.visualize.neurons.views.tables import (
    draw_ablation,
    draw_most_important,
    draw_ranking,
    draw_report,
)


def add_search_options(parser: Parser) -> None:
    """Add the options of the search and of ablation, in a group of their own."""
    group = parser.add_argument_group(
        "what neurons mean",
        "A search scores every neuron against hypotheses about the text. The best neurons are "
        "chosen on the first half of the text and scored on the second half, whose first 5,000 "
        "characters are then drawn. The text needs at least 1,000 characters; 100,000 are better.",
    )
    which = group.add_mutually_exclusive_group()
    which.add_argument(
        "--find",
        type=one_of("hypothesis", HYPOTHESES),
        metavar="HYPOTHESIS",
        help="rank the neurons for one hypothesis and draw the best: "
        f"{', '.join(HYPOTHESES)} (default: none)",
    )
    which.add_argument(
        "--report",
        action="store_true",
        help="print the best neuron for each hypothesis (default: no report)",
    )
    group.add_argument(
        "--match",
        metavar="REGEX",
        help="add a hypothesis: the character is inside a match of this regular expression "
        "(default: none)",
    )
    group.add_argument(
        "--predicate",
        type=_file_and_function,
        metavar="FILE.py:FUNCTION",
        help="add a hypothesis: this function, whose file is executed, takes the text and returns "
        "a bool or a number for each character (default: none)",
    )
    group.add_argument(
        "--ablate",
        type=_neuron_or_all,
        metavar="LAYER:INDEX|all",
        help="print how much the loss rises when the hidden state of this neuron is clamped to "
        "its mean, or with all, after minutes, the ten neurons that raise it most (default: none)",
    )
    add_file(group, "--json", "write the results of the search and the ablation to a JSON file")


def _file_and_function(value: str) -> tuple[str, str]:
    path, _, name = value.rpartition(":")
    if not path or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"must be FILE.py:FUNCTION, not {value!r}")
    return path, name


def _neuron_or_all(value: str) -> tuple[int, int] | Literal["all"]:
    return "all" if value == "all" else layer_and_index(value)


def hypotheses_of(
    name: str | None, report: bool, expression: str | None, predicate: tuple[str, str] | None
) -> list[Hypothesis]:
    """Return the hypotheses that the options ask for, in the order in which they are reported."""
    hypotheses = [HYPOTHESES[name]] if name else list(HYPOTHESES.values()) if report else []
    if expression is not None:
        hypotheses.append(match_hypothesis(expression))
    if predicate is not None:
        hypotheses.append(predicate_hypothesis(*predicate))
    return hypotheses


def print_findings(
    network: CharacterNetwork,
    text: str,
    hypotheses: Sequence[Hypothesis],
    states: Sequence[str],
    report: bool,
) -> list[Finding]:
    """Search for neurons, print a table of the best and return them.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network.
    text : str
        What it reads.
    hypotheses : sequence of Hypothesis
        What to look for.
    states : sequence of str
        Which states of the neurons to score.
    report : bool
        Whether to print the best neuron for each hypothesis instead of a ranking.

    Raises
    ------
    UserError
        If there is no report and a hypothesis has the same value throughout half of the text.
    ValueError
        If the text is too short.
    """
    count = 3 if report else 10
    findings = find_neurons(network, text, hypotheses, states, count, progress=True)
    found = {finding.hypothesis for finding in findings}
    constant = ", ".join(each.name for each in hypotheses if each.name not in found)
    if constant and not report:
        raise UserError(f"{constant}: is constant in one half of the text, so no neuron can tell")
    for line in (draw_report if report else draw_ranking)(findings):
        print(line)
    if constant:
        note = f"Not searched for, as they are constant in one half of the text: {constant}."
        print(textwrap.fill(note, 79, break_on_hyphens=False))
    return findings


def print_ablations(
    network: CharacterNetwork, text: str, which: tuple[int, int] | Literal["all"]
) -> list[Ablation]:
    """Ablate one neuron, or all of them one by one, print what that costs and return it."""
    if which == "all":
        ablations = most_important(network, text, progress=True)
        lines = draw_most_important(ablations)
    else:
        ablations = ablate(network, text, [which], progress=True)
        lines = draw_ablation(ablations[0])
    for line in lines:
        print(line)
    return ablations


def meaningful(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that are more than chance, the best verdicts first."""
    ranks = {verdict: rank for rank, verdict in enumerate(reversed(VERDICTS))}
    kept = [f for f in findings if f.verdict not in ("chance level", "as untrained")]
    return sorted(kept, key=lambda finding: ranks[finding.verdict])
