"""The score that a neuron of an untrained network may reach by chance."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np

from glassnet.models import CharacterNetwork
from glassnet.visualize.neurons.search.associations import Target
from glassnet.visualize.neurons.search.screening import screen

_CHARACTERS = 50_000  # of the first half, read by the untrained network
_BEST = 20  # neurons from which the tail of the scores is extrapolated
_CHANCE = 0.01  # probability that another untrained network exceeds the limit of any hypothesis


def untrained_limits(
    network: CharacterNetwork,
    text: str,
    targets: Sequence[Target],
    states: Sequence[str],
    progress: bool,
) -> list[float]:
    """Return for each target the association that an untrained network may reach by chance.

    A network of the same shape with random weights reads the end of the text. For each target the
    limit is the association that the best neuron of another random network would exceed with
    probability 1 % (shared among the targets), extrapolated from this one's 20 best.

    The largest of many values have an exponential tail (Pickands 1975, with shape parameter 0),
    here on the scale of Fisher's z. If the k largest exceed the smallest of them by b on average,
    the largest of another sample exceeds that one by more than b ln(k / p) with probability p.
    """
    fresh = copy.deepcopy(network)
    fresh.initialize(np.random.default_rng(0))
    text = text[-_CHARACTERS:]
    targets = [Target(target.values[-len(text) :]) for target in targets]
    usable = [place for place, target in enumerate(targets) if target.varies]
    neurons = sum(network.hidden_sizes) * len(states)
    best = max(2, min(_BEST, neurons // 4))
    limits = [0.0] * len(targets)
    if usable:
        chance = _CHANCE / len(usable)  # so that it holds for all targets together
        chosen = screen(fresh, text, [targets[place] for place in usable], states, best, progress)
        for place, candidates in zip(usable, chosen, strict=True):
            associations = np.abs([candidate.association for candidate in candidates])
            z = np.arctanh(np.minimum(associations, 1 - 1e-9))  # from the largest down
            excess = (z[:-1] - z[-1]).mean()
            limits[place] = float(np.tanh(z[-1] + excess * np.log(best / chance)))
    return limits
