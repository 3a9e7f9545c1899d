"""Which neurons mean something: every neuron of an LSTM against hypotheses about the text.

    first half of the text   -> every neuron scored against every hypothesis -> the best are chosen
    second half, held out    -> the chosen ones scored again                 -> what is reported

A yes-or-no hypothesis is scored by the AUC: the probability that the neuron is more active at a
character for which it holds than at one for which it does not. 0.5 is chance, 1 is perfect, and so
is 0 for a neuron that falls instead of rising. A quantity is scored by Pearson's correlation r.
Inside this module both are an *association* from -1 to 1: r as it is, and 2·AUC - 1.

The best of a thousand neurons always scores something, and so do neurons that merely follow the
letters. So a score on the held-out half has to pass three tests; see `VERDICTS`.

1. *Chance.* The neuron's activations and the hypothesis are shifted against each other along the
   held-out half, circularly, by every distance but small ones. Both keep their own rhythm, only
   their relation is lost. The score must exceed those of 99.9 % of the shifts.
2. *The character alone.* The best function of the current character, which is the mean of the
   hypothesis for each character in the first half, is scored as a neuron would be.
3. *An untrained network.* The state of an LSTM with random weights depends on the characters just
   read as well, and among a thousand such neurons some fit. A network of the same shape with
   fresh weights is searched in the first half, and the score must exceed what another such network
   would reach with any of the hypotheses in one case of a hundred, as its best 20 neurons let
   expect.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from glassnet.models import CharacterLSTM
from glassnet.nn import Array
from glassnet.visualize.neurons.activations import read_in_streams
from glassnet.visualize.neurons.search.hypotheses import Hypothesis

SHORTEST = 1000
"""Characters that a text needs for a search."""

VERDICTS = {
    "nothing above chance": "the score could be one of the neuron and an unrelated hypothesis",
    "letter detector": "the current character alone tells as much",
    "as untrained": "a network with random weights has neurons that tell as much",
    "weak": "more than all these, with an AUC below 0.75 or |r| below 0.5",
    "clear": "more than all these, with an AUC below 0.9 or |r| below 0.8",
    "strong": "more than all these, with an AUC of at least 0.9 or |r| of at least 0.8",
}
"""What each verdict means. AUC here stands for 1 - AUC as well, where that is larger."""

_LEVELS = 256  # of activations, in the histograms of the first half
_CHANCE = 0.001  # part of the shifts that may score more
_NEAREST_SHIFT = 1000  # smaller ones keep some of the relation; a tenth of a short text
_UNTRAINED_CHARACTERS = 50_000  # of the first half, for the untrained network
_UNTRAINED_BEST = 20  # neurons of it that the tail of its scores is estimated from
_UNTRAINED_CHANCE = 0.01  # that another untrained network passes with any hypothesis


@dataclass(frozen=True)
class Finding:
    """How well one neuron tells what one hypothesis says.

    Attributes
    ----------
    hypothesis : its name.
    description : what it says.
    measure : `AUC` for yes or no, `r` (Pearson's correlation) for a quantity.
    layer, neuron, state : which layer (from 1), which unit of it (from 0), which of `STATES`.
    score : the measure on the second half of the text, which had no part in the choice. An AUC
        below 0.5 and a negative r belong to a neuron that falls where the hypothesis rises.
    chosen : the measure on the first half, by which the neuron was chosen.
    baseline : the measure, on the second half, of the best function of the current character.
    verdict : one of `VERDICTS`.
    """

    hypothesis: str
    description: str
    measure: str
    layer: int
    neuron: int
    state: str
    score: float
    chosen: float
    baseline: float
    verdict: str


class _Target(NamedTuple):
    """The values of a hypothesis on one half of the text, (characters,), bool or float64."""

    values: Array

    @property
    def yes_or_no(self) -> bool:
        return self.values.dtype == bool

    @property
    def varies(self) -> bool:
        return bool(self.values.min() != self.values.max())


class _Candidate(NamedTuple):
    """A neuron that was chosen for a hypothesis, and its association on the first half."""

    layer: int
    state: str
    neuron: int
    association: float


def halves(text: str) -> int:
    """Return where the second half of a text begins: at the last line that starts in the first."""
    middle = len(text) // 2
    line = text.rfind("\n", 0, middle) + 1
    return line if middle - line <= len(text) // 10 else middle


def find(
    network: CharacterLSTM,
    text: str,
    hypotheses: Iterable[Hypothesis],
    states: Sequence[str] = ("hidden",),
    count: int = 10,
    progress: bool = False,
) -> list[Finding]:
    """Return the neurons that tell most of each hypothesis; see the top of this file.

    It takes little longer than to read the text. Beside what the network's buffers take it needs 4
    bytes for each character of the second half and each neuron that is reported.

    Parameters
    ----------
    network : an initialized network; its carried state is zero afterwards.
    text : at least `SHORTEST` characters.
    hypotheses : what to look for. One whose value never changes in a half is left out.
    states : which of `STATES` of each neuron.
    count : how many neurons to return for each hypothesis.
    progress : show progress bars on the standard error if that is a terminal.

    Returns
    -------
    The findings, hypotheses in the order given, and for each the best `count` neurons by `chosen`.

    Raises
    ------
    ValueError : if the text is too short.
    VocabularyError : if the text holds a character that the network does not know.
    PredicateError : if a user's own hypothesis fails.
    """
    if len(text) < SHORTEST:
        raise ValueError(f"a search needs {SHORTEST} characters of text, not {len(text)}")
    middle = halves(text)
    ids = network.vocabulary.encode(text)
    asked, before, after = [], [], []
    for hypothesis in hypotheses:
        values = hypothesis.function(text)
        if values.dtype != bool:
            values = values.astype(np.float64)
        first, second = _Target(values[:middle]), _Target(values[middle:])
        if first.varies and second.varies:
            asked.append(hypothesis)
            before.append(first)
            after.append(second)
    if not asked:
        return []
    chosen = _choose(network, text[:middle], before, states, count, progress)
    traces = _traces(network, text[middle:], itertools.chain(*chosen), progress)
    limits = _untrained(network, text[:middle], before, states, progress)
    findings = []
    for hypothesis, first, second, candidates, limit in zip(
        asked, before, after, chosen, limits, strict=True
    ):
        alone = _of_character(ids[:middle], first, ids[middle:])
        baseline = _association(_centred(alone, second), second)
        for candidate in candidates:
            trace = _centred(traces[candidate[:3]], second)
            association = _association(trace, second)
            same_sign = association * candidate.association > 0
            chance = _chance(trace, second) if same_sign else np.inf
            verdict = _verdict(abs(association), chance, baseline, limit)
            score, chosen_score, alone_score = (
                (1 + value) / 2 if second.yes_or_no else value
                for value in (association, candidate.association, baseline)
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
                    alone_score,
                    verdict,
                )
            )
    return findings


def _verdict(strength: float, chance: float, baseline: float, untrained: float) -> str:
    if strength <= chance:
        return "nothing above chance"
    if strength <= baseline:
        return "letter detector"
    if strength <= untrained:
        return "as untrained"
    if strength < 0.5:
        return "weak"
    return "clear" if strength < 0.8 else "strong"


# -- choosing, on the first half ------------------------------------------------------------------


def _choose(
    network: CharacterLSTM,
    text: str,
    targets: Sequence[_Target],
    states: Sequence[str],
    count: int,
    progress: bool,
) -> list[list[_Candidate]]:
    """Return for each target the neurons with the largest associations, in order."""
    tables: dict[tuple[int, str], _Table] = {}
    for positions, block in read_in_streams(network, text, states, progress=progress):
        for key, values in block.items():
            if key not in tables:
                tables[key] = _Table(values, targets)
            tables[key].add(positions, values)
    keys = [(layer, state) for state in states for layer in range(1, len(network.lstms) + 1)]
    associations = np.concatenate([tables[key].associations() for key in keys], axis=1)
    chosen = []
    for row in associations:
        candidates = []
        for place in np.argsort(-np.abs(row), kind="stable")[:count].tolist():
            (layer, state), neuron = keys[place // network.units], place % network.units
            candidates.append(_Candidate(layer, state, neuron, float(row[place])))
        chosen.append(candidates)
    return chosen


class _Table:
    """Running sums for the associations of all units of a layer with all targets.

    An AUC needs the order of all activations. Instead of sorting them they are counted in levels
    between the smallest and the largest of the first block, whose streams lie all over the text;
    the AUC of the levels is exact.

    Parameters
    ----------
    values : activations of the first block, (n, units).
    targets : what to compare with.
    """

    def __init__(self, values: Array, targets: Sequence[_Target]) -> None:
        units = values.shape[1]
        self._low = values.min(axis=0)  # (units,)
        width = values.max(axis=0) - self._low
        self._scale = np.divide(1, width, out=np.zeros_like(width), where=width > 0)
        self._offsets = np.arange(units) * _LEVELS
        self._counts = np.zeros((units, _LEVELS), np.int64)
        self._masks = {
            place: target.values for place, target in enumerate(targets) if target.yes_or_no
        }
        self._true = {place: np.zeros((units, _LEVELS), np.int64) for place in self._masks}
        self._quantities = [place for place, target in enumerate(targets) if not target.yes_or_no]
        # Standardized, and a column of ones: products with it sum everything that r needs.
        columns = [np.ones(len(targets[0].values))]
        for place in self._quantities:
            quantity = targets[place].values
            columns.append((quantity - quantity.mean()) / quantity.std())
        self._columns = np.stack(columns, axis=1, dtype=np.float32)  # (characters, 1 + quantities)
        self._products = np.zeros((self._columns.shape[1], units))
        self._squares = np.zeros(units)

    def add(self, positions: Array, values: Array) -> None:
        """Count the activations (n, units) at these positions (n,) of the text."""
        scaled = (values - self._low) * self._scale
        np.clip(scaled, 0, 1, out=scaled)
        self._products += self._columns[positions].T @ scaled
        self._squares += np.einsum("nu,nu->u", scaled, scaled)
        scaled *= _LEVELS - 1
        cells = np.rint(scaled, out=scaled).astype(np.int64)
        cells += self._offsets
        self._counts += self._count(cells)
        for place, mask in self._masks.items():
            self._true[place] += self._count(cells[mask[positions]])

    def _count(self, cells: Array) -> Array:
        counts = np.bincount(cells.reshape(-1), minlength=self._counts.size)
        return counts.reshape(self._counts.shape)

    def associations(self) -> Array:
        """Return the association of each target with each unit, (targets, units)."""
        found = np.zeros((len(self._masks) + len(self._quantities), len(self._counts)))
        for place, true in self._true.items():
            false = self._counts - true
            below = np.cumsum(false, axis=1) - false / 2  # and half of those in the same level
            pairs = true[0].sum() * false[0].sum()
            found[place] = 2 * (true * below).sum(axis=1) / pairs - 1
        characters = len(self._columns)
        mean = self._products[0] / characters
        deviation = np.sqrt(np.maximum(self._squares / characters - mean**2, 0))
        varies = deviation > 1e-6
        rows = np.array(self._quantities, int)[:, None]
        found[rows, varies] = self._products[1:, varies] / characters / deviation[varies]
        return found


# -- scoring, on the second half ------------------------------------------------------------------


def _traces(
    network: CharacterLSTM, text: str, candidates: Iterable[_Candidate], progress: bool
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


def _centred(trace: Array, target: _Target) -> Array:
    """Return what is correlated with a target: a trace (characters,) or its ranks, mean 0."""
    if target.yes_or_no:  # ranks from 1, those of equals their mean
        _, which, counts = np.unique(trace, return_inverse=True, return_counts=True)
        trace = (np.cumsum(counts) - (counts - 1) / 2)[which]
    return trace - trace.mean(dtype=np.float64)


def _scale(trace: Array, target: _Target) -> float:
    """Return what makes an association of the product of a centred trace and a target."""
    if target.yes_or_no:
        true = int(target.values.sum())
        return 2 / (true * (len(trace) - true))
    product = len(trace) * float(trace.std() * target.values.std())
    return 1 / product if product else 0.0


def _association(trace: Array, target: _Target) -> float:
    """Return the association of a centred trace with a target."""
    return float(trace @ target.values) * _scale(trace, target)


def _chance(trace: Array, target: _Target) -> float:
    """Return the association that 99.9 % of the shifts of a centred trace stay below."""
    length = len(trace) - len(trace) % 64  # where the Fourier transform is fast
    nearest = min(_NEAREST_SHIFT, length // 10)
    products = np.fft.irfft(
        np.fft.rfft(trace[:length]) * np.fft.rfft(target.values[:length]).conj(), length
    )
    shifted = np.abs(products[nearest : length - nearest])
    return float(np.quantile(shifted, 1 - _CHANCE)) * _scale(trace, target)


def _of_character(ids: Array, target: _Target, later: Array) -> Array:
    """Return the mean of a target for each character of `ids`, looked up for those of `later`."""
    size = max(ids.max(), later.max()) + 1
    counts = np.bincount(ids, minlength=size)
    sums = np.bincount(ids, target.values, minlength=size)
    unseen = np.full(size, target.values.mean())
    return np.divide(sums, counts, out=unseen, where=counts > 0)[later]


def _untrained(
    network: CharacterLSTM,
    text: str,
    targets: Sequence[_Target],
    states: Sequence[str],
    progress: bool,
) -> list[float]:
    """Return for each target the association that an untrained network may reach by chance.

    The largest of many values follow an exponential tail, here on the scale of Fisher's z: if the
    k largest exceed the smallest of them by b on average, the largest of another sample exceeds
    it by more than b ln(k / p) with probability p (Pickands 1975, with no shape parameter).
    """
    fresh = CharacterLSTM.from_configuration(network.configuration)
    fresh.initialize(np.random.default_rng(0))
    text = text[-_UNTRAINED_CHARACTERS:]
    targets = [_Target(target.values[-len(text) :]) for target in targets]
    usable = [place for place, target in enumerate(targets) if target.varies]
    neurons = network.units * len(network.lstms) * len(states)
    best = max(2, min(_UNTRAINED_BEST, neurons // 4))
    limits = [0.0] * len(targets)
    if usable:
        chance = _UNTRAINED_CHANCE / len(usable)  # so that it holds for all hypotheses together
        chosen = _choose(fresh, text, [targets[place] for place in usable], states, best, progress)
        for place, candidates in zip(usable, chosen, strict=True):
            associations = np.abs([candidate.association for candidate in candidates])
            z = np.arctanh(np.minimum(associations, 1 - 1e-9))  # from the largest down
            excess = (z[:-1] - z[-1]).mean()
            limits[place] = float(np.tanh(z[-1] + excess * np.log(best / chance)))
    return limits
