"""`glassnet visualize --live`: the page in which the network itself runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from glassnet.errors import UserError
from glassnet.models import SHIPPED, CharacterNetwork, VocabularyError
from glassnet.nn import softmax
from glassnet.options import Parser, one_of
from glassnet.visualize.command.common import write
from glassnet.visualize.command.options import add_file
from glassnet.visualize.drawing.pages import save_page
from glassnet.visualize.live.build import Opening, live_page
from glassnet.visualize.live.encodings import ENCODINGS, encoding_losses, smallest_encoding
from glassnet.visualize.live.network import folded_network
from glassnet.visualize.neurons.ablation import Ablation
from glassnet.visualize.neurons.reading import read_activations
from glassnet.visualize.neurons.search.find import SHORTEST, find_neurons
from glassnet.visualize.neurons.search.findings import Finding
from glassnet.visualize.neurons.search.hypotheses import HYPOTHESES

LINE = "HAMLET:\nTo be, or not to be: that is the question:\n"
"""What the page opens with if no text is named and the network knows these characters."""

WRITTEN = 500
"""Characters that the page then writes."""

OPENED = 5000
"""Characters of a text that the page opens with."""

MEASURED = 10_000
"""Characters that the loss is measured on, and the neuron is searched on."""

SHIPPED_CHECKPOINT = SHIPPED / "shakespeare.npz"  # what `glassnet sample` takes without one


def add_live_options(parser: Parser) -> None:
    """Add the options of the live page, in a group of their own."""
    group = parser.add_argument_group(
        "the live page",
        "A page in which the network itself reads what you type and writes on, offline, while "
        "sliders hold neurons at values. Without --text it opens with a line of Hamlet.",
    )
    add_file(group, "--live", "write an HTML page in which the network runs")
    group.add_argument(
        "--weights",
        type=one_of("type of weights", ENCODINGS),
        metavar="TYPE",
        help="how the page holds the weights: float32, float16 or int8 with a scale for each "
        "column (default: the smallest whose loss on the text is within 0.002 nats)",
    )


def write_live_page(
    path: Path,
    network: CharacterNetwork,
    checkpoint: Path,
    *,
    text: str | None,
    source: str,
    neuron: tuple[int, int] | None,
    encoding: str | None,
    findings: Sequence[Finding] = (),
    most_important: Sequence[Ablation] = (),
) -> None:
    """Write the live page, and print which weights it holds and what that costs.

    Parameters
    ----------
    path : Path
        The file to write.
    network : CharacterNetwork
        An initialized `CharacterLSTM`, of any cell.
    checkpoint : Path
        Where it comes from.
    text : str or None
        What the user wants it to read; None if no text was named.
    source : str
        The name of the text.
    neuron : tuple of (int, int) or None
        The neuron that the page shows first, by layer and index; by default the best of the
        findings, or else one that counts the characters of a line.
    encoding : str or None
        How the page holds the weights; by default the smallest that is good enough.
    findings : sequence of Finding, optional
        The results of a search, in the order in which to list them.
    most_important : sequence of Ablation, optional
        The most important neurons, in the order in which to list them.

    Raises
    ------
    UserError
        If the network is no `CharacterLSTM`, the text is too short to measure a loss on, or the
        page can't be written.
    VocabularyError
        If the text holds a character that the network does not know.
    """
    try:
        folded = folded_network(network)
    except UserError as error:
        raise UserError(f"{checkpoint}: {error}") from error
    measured, name = (text[:MEASURED], source) if text is not None else _own_text(network)
    if encoding is None:
        if len(measured) < 2:
            raise UserError(f"{source}: is too short to choose the weights on; see --weights")
        losses = encoding_losses(folded, measured)
        encoding = smallest_encoding(losses)
        print(
            f"Loss on {name}: "
            + ", ".join(f"{losses[each]:.4f} nats in {each}" for each in reversed(ENCODINGS))
            + f". The page holds {encoding}."
        )
    if neuron is None and not findings:
        findings = _counters(network, measured)
    if neuron is None and findings:
        neuron = findings[0].layer, findings[0].neuron
    if neuron is None:
        activations, layer = read_activations(network, measured), len(network.hidden_sizes)
        neuron = layer, activations.most_varying(layer, "hidden")
    if text is not None:
        opening = Opening(text[:OPENED], *neuron)
        if len(text) > OPENED:
            print(f"The page opens with the first {OPENED:,} of {len(text):,} characters.")
    else:
        line = LINE if _knows(network, LINE) else measured[: len(LINE)]
        opening = Opening(line, *neuron, written=WRITTEN)
    content = live_page(
        network,
        opening,
        f"{checkpoint.name}, live",
        checkpoint="" if checkpoint == SHIPPED_CHECKPOINT else str(checkpoint),
        encoding=encoding,
        findings=findings,
        most_important=most_important,
    )
    write(path, lambda path: save_page(path, content))


def _counters(network: CharacterNetwork, text: str) -> list[Finding]:
    """Return the neurons that count characters since the last newline, if there are any."""
    if len(text) < SHORTEST:
        return []
    found = find_neurons(network, text, [HYPOTHESES["since-newline"]], ("hidden",), 3)
    return [finding for finding in found if finding.verdict in ("clear", "strong")]


def _knows(network: CharacterNetwork, text: str) -> bool:
    try:
        network.vocabulary.encode(text)
    except VocabularyError:
        return False
    return True


def _own_text(network: CharacterNetwork) -> tuple[str, str]:
    """Return the text that comes with glassnet, or one that the network writes; its name."""
    sample = SHIPPED / "sample.txt"
    text = sample.read_text(encoding="utf-8")[:MEASURED]
    if _knows(network, text):
        return text, sample.name
    generator, cell, ids = np.random.default_rng(0), network.cell(), [0]
    for _ in range(MEASURED // 2):
        probabilities = softmax(cell.step(np.array(ids[-1:])).astype(np.float64))[0]
        ids.append(int(generator.choice(len(probabilities), p=probabilities)))
    return network.vocabulary.decode(ids[1:]), "a text that the network wrote"
