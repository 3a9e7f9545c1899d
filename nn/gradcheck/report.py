"""What a gradient check found: the report that `check_layer` and `check_loss` return."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from glassnet.nn.types import Array

_MISSED = 1e-3  # the probability with which an error of the size `sensitivity` is missed


@dataclass(frozen=True)
class Agreement:
    """How well the gradient of one tensor agrees with measured derivatives.

    Parameters
    ----------
    error : float
        The largest relative error over all directions and elements tried.
    sensitivity : float
        The smallest relative error of the whole gradient that the check would have found with
        probability 0.999; infinite if nothing was tried, NaN if the gradient is zero or empty.
    method : str
        "complex step" or "five-point difference"; "nothing to compare" for an empty tensor.
    reason : str, default ""
        Why the complex step does not work for this tensor; empty if it does.

    Notes
    -----
    Let the gradient be g + e instead of g, with n elements, and call |e| / |g| the relative error.
    An element or a direction shows a difference above tolerance · max(derivative, |g| / √n, floor).

    *Element by element.* An error passes if |e_i| ≤ tolerance · max(|g_i|, |g| / √n, floor) for all
    i. So |e| / |g| is at most tolerance · |max(|g_i|, |g| / √n, floor)| / |g|, which is at most
    √2 · tolerance where the floor does not matter.

    *Along k random directions.* A random unit direction is z / |z| with z normal, |z|² ≈ n. Of all
    errors of one length, those at right angles to g are the hardest to see: then e·z / |e| and
    g·z / |g| are independent and normal. With w = max(1, floor · √n / |g|), one direction misses e
    if |e·z| / |e| ≤ c · max(|g·z| / |g|, w) with c = tolerance · |g| / |e|. The density of a normal
    number is at most 1 / √(2π) and the expected maximum is at most √(1 + w²), so the probability is
    at most c √(2/π) √(1 + w²). All k directions miss it with probability 0.001 or less where that
    is 0.001^(1/k), so that

        |e| / |g| = tolerance · √(2/π) · √(1 + w²) / 0.001^(1/k)

    which is 11.3 · tolerance for k = 3, whatever n is.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense
    >>> from glassnet.nn.gradcheck import check_layer
    >>> agreement = check_layer(Dense(3, 2), np.ones((4, 3))).tensors["parameter W"]
    >>> agreement.method, agreement.error < 1e-14, f"{agreement.sensitivity:.1e}"
    ('complex step', True, '1.0e-12')
    """

    error: float
    sensitivity: float
    method: str
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """The result of a gradient check that passed; `print` shows it as a table.

    Parameters
    ----------
    tensors : mapping of str to Agreement
        What was compared, by name: "input", "state h", "parameter W", or "output" of a loss.

    Attributes
    ----------
    error : float
        The largest relative error of all tensors.
    exact : bool
        All derivatives were taken by a complex step.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import ReLU
    >>> from glassnet.nn.gradcheck import check_layer
    >>> report = check_layer(ReLU(), np.array([[-1.0, 1e-9, 2.0]]))
    >>> report.exact, report.error < 1e-14, list(report.tensors)
    (True, True, ['input'])
    """

    tensors: Mapping[str, Agreement]

    @property
    def error(self) -> float:
        """The largest relative error of all tensors."""
        return max((found.error for found in self.tensors.values()), default=0.0)

    @property
    def exact(self) -> bool:
        """All derivatives were taken by a complex step."""
        return not any(found.reason for found in self.tensors.values())

    def __str__(self) -> str:
        rows = [("tensor", "largest error", "would be found", "method")]
        for name, found in self.tensors.items():
            method = f"{found.method} ({found.reason})" if found.reason else found.method
            rows.append((name, f"{found.error:.1e}", f"{found.sensitivity:.1e}", method))
        width = max(len(row[0]) for row in rows)
        return "\n".join(f"{a:{width}}  {b:>13}  {c:>14}  {d}" for a, b, c, d in rows)


def sensitivity(
    gradient: Array, tolerance: float, floor: float, directions: int, element_by_element: bool
) -> float:
    """Return the smallest relative error that is found; `Agreement` has the derivation."""
    norm, size = float(np.linalg.norm(gradient)), gradient.size
    if norm == 0:
        return math.nan
    least = max(norm / math.sqrt(size), floor)
    found = math.inf
    if element_by_element or (directions and size == 1):  # then there is one direction
        allowed = float(np.linalg.norm(np.maximum(np.abs(gradient), least)))
        found = tolerance * allowed / norm
    if directions and size > 1:
        w = least * math.sqrt(size) / norm
        one_misses = _MISSED ** (1 / directions)
        found = min(found, tolerance * math.sqrt(2 / math.pi * (1 + w * w)) / one_misses)
    return found
