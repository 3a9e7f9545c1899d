"""Slow and obvious versions of what the modules compute fast, to test them against."""

import itertools

import numpy as np

from glassnet.nn import Array


def naive_largest(values: Array, count: int, apart: int) -> list[int]:
    """Positions of the largest values at least `apart` from each other, by sorting."""
    kept: list[int] = []
    for position in sorted(range(len(values)), key=lambda p: (-values[p], p)):
        if len(kept) < count and all(abs(position - other) >= apart for other in kept):
            kept.append(position)
    return kept


def naive_auc(values: Array, labels: Array) -> float:
    """The share of pairs (true, false) in which the true one is larger; of equals, half."""
    pairs = [
        (a > b) + 0.5 * (a == b) for a, b in itertools.product(values[labels], values[~labels])
    ]
    return float(np.mean(pairs))


def naive_correlation(x: Array, y: Array) -> float:
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    covariance = sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True))
    x_square, y_square = sum((a - x_mean) ** 2 for a in x), sum((b - y_mean) ** 2 for b in y)
    return float(covariance / (x_square * y_square) ** 0.5)
