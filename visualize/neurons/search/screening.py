"""Screening: every neuron against every hypothesis, in one reading of the first half of a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from glassnet.models import CharacterNetwork
from glassnet.nn import Array
from glassnet.visualize.neurons.reading import read_in_streams
from glassnet.visualize.neurons.search.associations import Target

_LEVELS = 256  # of activations, in the histograms


class Candidate(NamedTuple):
    """A neuron that was chosen for a hypothesis, and its association on the first half."""

    layer: int
    state: str
    neuron: int
    association: float


def screen(
    network: CharacterNetwork,
    text: str,
    targets: Sequence[Target],
    states: Sequence[str],
    count: int,
    progress: bool,
) -> list[list[Candidate]]:
    """Return for each target the neurons with the largest absolute associations, in order."""
    tables: dict[tuple[int, str], AssociationTable] = {}
    for positions, block in read_in_streams(network, text, states, progress=progress):
        for key, values in block.items():
            if key not in tables:
                tables[key] = AssociationTable(values, targets)
            tables[key].add(positions, values)
    sizes = dict(enumerate(network.hidden_sizes, 1))
    keys = [(layer, state) for state in states for layer in sizes]
    neurons = [(layer, state, unit) for layer, state in keys for unit in range(sizes[layer])]
    associations = np.concatenate([tables[key].associations() for key in keys], axis=1)
    chosen = []
    for row in associations:  # of each target, (neurons,)
        best: list[int] = np.argsort(-np.abs(row), kind="stable")[:count].tolist()
        chosen.append([Candidate(*neurons[place], float(row[place])) for place in best])
    return chosen


class AssociationTable:
    """Running sums for the associations of all units of a layer with all targets.

    An AUC needs the order of all activations. Instead of sorting, the activations are counted in
    levels between the smallest and the largest of the first block, whose streams are spread over
    the whole text. The AUC of the levels is exact.

    Parameters
    ----------
    values : array (n, units)
        Activations of the first block.
    targets : sequence of Target
        What to compare with.
    """

    def __init__(self, values: Array, targets: Sequence[Target]) -> None:
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
        # Standardized, and a column of ones: products with it give every sum that r needs.
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
