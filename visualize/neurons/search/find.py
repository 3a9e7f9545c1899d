"""The search: every neuron of a network is scored against hypotheses about the text.

    first half of the text   -> every neuron scored against every hypothesis -> the best are chosen
    second half, held out    -> the chosen neurons scored again              -> these are reported

A yes-or-no hypothesis is scored by the AUC: the probability that the neuron is more active at a
character for which the hypothesis holds than at one for which it does not. 0.5 is chance; 1 is
perfect, and so is 0, for a neuron that falls instead of rising. A quantity is scored by Pearson's
correlation r. `associations.py` brings both to a scale from -1 to 1: 2·AUC - 1, and r as it is.

The best of a thousand neurons always has some score, and a neuron that merely follows the letters
has one too. So the score on the held-out half must exceed three limits; see `VERDICTS`.

1. *Chance.* The activations and the hypothesis are shifted against each other along the held-out
   half, circularly, by every distance but small ones. Each keeps its autocorrelation; only the
   relation between the two is lost. The score must exceed that of 99.9 % of the shifts.
2. *The current character alone.* The mean of the hypothesis at each character of the vocabulary,
   taken over the first half, is the best prediction from the current character. The score must
   exceed the score of this prediction.
3. *An untrained network.* The state of an LSTM with random weights also depends on the last
   characters, and the best of a thousand such neurons has some score too. The limit is the score
   that the best neuron of another random network would exceed with probability 1 %, extrapolated
   from the 20 best neurons of one random network; see `untrained.py`.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from glassnet.models import CharacterNetwork
from glassnet.nn import Array
from glassnet.visualize.neurons.reading import read_in_streams
from glassnet.visualize.neurons.search.associations import (
    Target,
    association,
    centered,
    chance_level,
    predicted_from_character,
)
from glassnet.visualize.neurons.search.findings import Finding, verdict
from glassnet.visualize.neurons.search.hypotheses import Hypothesis
from glassnet.visualize.neurons.search.screening import Candidate, screen
from glassnet.visualize.neurons.search.untrained import untrained_limits

SHORTEST = 1000
"""Characters that a text needs for a search."""


def halves(text: str) -> int:
    """Return where the second half of a text begins: at the last line that starts in the first."""
    middle = len(text) // 2
    line = text.rfind("\n", 0, middle) + 1
    return line if middle - line <= len(text) // 10 else middle


def find_neurons(
    network: CharacterNetwork,
    text: str,
    hypotheses: Iterable[Hypothesis],
    states: Sequence[str] = ("hidden",),
    count: int = 10,
    progress: bool = False,
) -> list[Finding]:
    """Return the neurons that follow each hypothesis best.

    The neurons are chosen on the first half of the text and scored on the second.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network. Its carried state is zero afterwards.
    text : str
        At least 1,000 characters; 100,000 are better.
    hypotheses : iterable of Hypothesis
        What to look for. A hypothesis whose value is the same throughout one half is left out.
    states : sequence of str, default ("hidden",)
        Which of `states_of(network)` of each neuron to score.
    count : int, default 10
        How many neurons to return for each hypothesis.
    progress : bool, default False
        Whether to show progress bars if the standard error is a terminal.

    Returns
    -------
    list of Finding
        Hypotheses in the order given; for each the best `count` neurons by their score on the
        first half.

    Raises
    ------
    ValueError
        If the text is too short, or a state is not one of
        `states_of(network)`.
    VocabularyError
        If the text holds a character that the network does not know.
    PredicateError
        If a user's own hypothesis fails.

    Notes
    -----
    A yes-or-no hypothesis is scored by the AUC, a quantity by Pearson's correlation r. The verdict
    compares the score with chance, with the best prediction from the current character alone, and
    with the neurons of an untrained network of the same shape.

    The search takes little longer than reading the text. Beside the network's buffers it needs 4
    bytes for each character of the second half and each neuron that is reported.

    Examples
    --------
    Let neuron 0 rise at capitals, and look for the neuron that follows them:

    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.visualize import HYPOTHESES, find_neurons
    >>> network = CharacterLSTM(Vocabulary("ABab "), layers=1, units=3)
    >>> network = network.initialize(np.random.default_rng(0))
    >>> capitals = network.vocabulary.encode("AB")
    >>> network.recurrent[0].Wx[capitals, 3 * 3] = 9  # they raise the candidate of neuron 0,
    >>> network.recurrent[0].b[3] = -9  # and its forget gate is closed
    >>> text = "".join(np.random.default_rng(1).choice(list("ABab "), 2000))
    >>> (best,) = find_neurons(network, text, [HYPOTHESES["capital"]], count=1)
    >>> best.neuron, best.measure, round(best.score, 2), best.verdict
    (0, 'AUC', 1.0, 'letter detector')
    """
    if len(text) < SHORTEST:
        raise ValueError(
            f"a search needs at least {SHORTEST:,} characters of text, not {len(text)}"
        )
    middle = halves(text)
    ids = network.vocabulary.encode(text)
    asked, before, after = [], [], []
    for hypothesis in hypotheses:
        values = hypothesis.function(text)
        if values.dtype != bool:
            values = values.astype(np.float64)
        first, second = Target(values[:middle]), Target(values[middle:])
        if first.varies and second.varies:
            asked.append(hypothesis)
            before.append(first)
            after.append(second)
    if not asked:
        return []
    chosen = screen(network, text[:middle], before, states, count, progress)
    traces = _traces(network, text[middle:], itertools.chain(*chosen), progress)
    limits = untrained_limits(network, text[:middle], before, states, progress)
    findings = []
    for hypothesis, first, second, candidates, limit in zip(
        asked, before, after, chosen, limits, strict=True
    ):
        predicted = predicted_from_character(ids[:middle], first, ids[middle:])
        baseline = association(centered(predicted, second), second)
        for candidate in candidates:
            trace = centered(traces[candidate[:3]], second)
            found = association(trace, second)
            same_sign = found * candidate.association > 0
            chance = chance_level(trace, second) if same_sign else np.inf
            score, chosen_score, baseline_score = (
                (1 + value) / 2 if second.yes_or_no else value
                for value in (found, candidate.association, baseline)
            )
            findings.append(
                Finding(
                    hypothesis.name,
                    hypothesis.description,
                    "AUC" if second.yes_or_no else "r",
                    candidate.layer,
                    candidate.neuron,
                    candidate.state,
                    score,
                    chosen_score,
                    baseline_score,
                    verdict(abs(found), chance, baseline, limit),
                )
            )
    return findings


def _traces(
    network: CharacterNetwork, text: str, candidates: Iterable[Candidate], progress: bool
) -> dict[tuple[int, str, int], Array]:
    """Return the activations of these neurons over a text, (characters,) float32 each."""
    wanted: dict[tuple[int, str], list[int]] = defaultdict(list)
    for layer, state, neuron in sorted({candidate[:3] for candidate in candidates}):
        wanted[layer, state].append(neuron)
    found = {key: np.empty((len(units), len(text)), np.float32) for key, units in wanted.items()}
    states = list(dict.fromkeys(state for _, state in wanted))
    for positions, block in read_in_streams(network, text, states, progress=progress):
        for key, units in wanted.items():
            found[key][:, positions] = block[key][:, units].T
    return {
        (*key, unit): trace
        for key, units in wanted.items()
        for unit, trace in zip(units, found[key], strict=True)
    }
