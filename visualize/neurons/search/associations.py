"""The association of one neuron with one hypothesis on a text: -1 to 1, 0 for none.

The association is 2·AUC - 1 for a yes-or-no hypothesis and Pearson's r for a quantity. Both are a
product of the centered activations (their ranks, for an AUC) and the hypothesis, times a scale.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from glassnet.nn import Array

_CHANCE = 0.001  # share of the shifts that may score higher
_NEAREST_SHIFT = 1000  # smaller ones keep some of the relation; a tenth of a short text


class Target(NamedTuple):
    """The values of a hypothesis on one half of the text, (characters,), bool or float64."""

    values: Array

    @property
    def yes_or_no(self) -> bool:
        """Whether the values are bool."""
        return bool(self.values.dtype == bool)

    @property
    def varies(self) -> bool:
        """Whether there are two different values."""
        return bool(self.values.min() != self.values.max())


def centered(trace: Array, target: Target) -> Array:
    """Return the activations (characters,), or their ranks for an AUC, minus their mean."""
    if target.yes_or_no:  # ranks from 1, those of equals their mean
        _, which, counts = np.unique(trace, return_inverse=True, return_counts=True)
        trace = (np.cumsum(counts) - (counts - 1) / 2)[which]
    return np.asarray(trace - trace.mean(dtype=np.float64))


def association(trace: Array, target: Target) -> float:
    """Return the association of a centered trace with a target."""
    return float(trace @ target.values) * _scale(trace, target)


def chance_level(trace: Array, target: Target) -> float:
    """Return the association that 99.9 % of the circular shifts of a centered trace stay below."""
    length = len(trace) - len(trace) % 64  # where the Fourier transform is fast
    nearest = min(_NEAREST_SHIFT, length // 10)
    products = np.fft.irfft(
        np.fft.rfft(trace[:length]) * np.fft.rfft(target.values[:length]).conj(), length
    )
    shifted = np.abs(products[nearest : length - nearest])
    return float(np.quantile(shifted, 1 - _CHANCE)) * _scale(trace, target)


def predicted_from_character(ids: Array, target: Target, later: Array) -> Array:
    """Return, for each of the characters `later`, the mean of the target at that character.

    The mean is taken over the characters `ids` at which the target is known; a character that is
    not among them gets the mean of all.
    """
    size = max(ids.max(), later.max()) + 1
    counts = np.bincount(ids, minlength=size)
    sums = np.bincount(ids, target.values, minlength=size)
    unseen = np.full(size, target.values.mean())
    return np.divide(sums, counts, out=unseen, where=counts > 0)[later]


def _scale(trace: Array, target: Target) -> float:
    """Return the factor from the product of a centered trace and a target to the association."""
    if target.yes_or_no:
        true = int(target.values.sum())
        return 2 / (true * (len(trace) - true))
    product = len(trace) * float(trace.std() * target.values.std())
    return 1 / product if product else 0.0
