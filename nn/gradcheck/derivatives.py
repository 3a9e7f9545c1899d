"""Derivatives of a function along a direction: by a complex step, or by differences.

For an analytic function L and a tiny h,

    L(v + i h d) = L(v) + i h L'(v)·d - h² ...        so        L'(v)·d = Im L(v + i h d) / h

Nothing is subtracted, so nothing is lost: with h = 1e-30 the result is as exact as L itself (Squire
& Trapp 1998). NumPy orders complex numbers by their real parts first, so a maximum or a comparison
takes the branch that it takes for v.

Not everything in NumPy is analytic. `abs`, `var`, `std`, `linalg.norm`, `real` and `sign` drop the
imaginary part without a warning, and the derivative of whatever goes through them is missing. So a
complex step counts only if a difference quotient confirms it, once for each tensor.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glassnet.nn.types import Array

COMPLEX_STEP = "complex step"
DIFFERENCE = "five-point difference"

_H = 1e-30  # its square vanishes beside any number
_STEPS = (1e-4, 1e-6)  # the second only for what fails with the first: a kink may be near
_AGREEMENT = 1e-6  # what a difference with these steps can confirm
_FLOOR = 1e-4  # the size from which on it can
_FINEST_STEP, _FINEST_AGREEMENT = 1e-10, 1e-4  # among very many kinks


@dataclass(frozen=True)
class Function:
    """A number that depends on one tensor: Σ weights · at(tensor), real or complex."""

    at: Callable[[Array], Array]  # tensor -> a flat array, complex for a complex tensor
    weights: Array

    def complex_step(self, tensor: Array, direction: Array) -> float:
        """Return the derivative along a direction, exact if `at` is analytic."""
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            moved = self.at(tensor + 1j * (_H * direction))
        return float(np.sum(self.weights * (moved.imag / _H)))

    def difference(self, tensor: Array, direction: Array, h: float) -> float:
        """Return the five-point derivative along a direction, with steps of length h."""
        a, b, c, d = (self.at(tensor + step * direction) for step in (h, -h, 2 * h, -2 * h))
        # The difference comes before the sum: elements that don't change cancel exactly.
        return float(np.sum(self.weights * (8 * (a - b) - (c - d)))) / (12 * h)


@dataclass(frozen=True)
class Method:
    """How the derivatives of one tensor are measured."""

    name: str
    reason: str  # why not by a complex step, or empty
    tolerance: float  # the largest relative error allowed
    floor: float  # relative errors count from this size on
    candidates: tuple[Callable[[Array, Array], float], ...]  # to try until one agrees


def choose_method(
    function: Function,
    tensor: Array,
    typical: float,
    tolerance: float,
    generator: np.random.Generator,
) -> Method:
    """Return the complex step if it gives the derivatives of this function, else differences.

    `typical` is the size of a derivative along a random direction.
    """
    reason = _objection(function, tensor, max(typical, _FLOOR), generator)
    if not reason:
        return Method(COMPLEX_STEP, "", tolerance, 1e-2, (function.complex_step,))

    def with_step(h: float) -> Callable[[Array, Array], float]:
        return lambda tensor, direction: function.difference(tensor, direction, h)

    candidates = tuple(with_step(h) for h in _STEPS)
    return Method(DIFFERENCE, reason, max(tolerance, _AGREEMENT), _FLOOR, candidates)


def relative_error(a: float, *, against: float, least: float) -> float:
    """Return |a - b| relative to the larger of the two, or to `least` if both are smaller."""
    return abs(a - against) / max(abs(a), abs(against), least)


def agree(a: float, *, against: float, least: float, tolerance: float) -> bool:
    """Return whether the relative error of two numbers is allowed, which no NaN's is."""
    return relative_error(a, against=against, least=least) <= tolerance


def random_direction(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Return a unit vector, all directions being equally likely."""
    direction = np.asarray(generator.standard_normal(shape))
    direction /= float(np.linalg.norm(direction))
    return direction


def _objection(
    function: Function, tensor: Array, least: float, generator: np.random.Generator
) -> str:
    """Return why the complex step does not give the derivatives of this function, or "".

    Near a kink a difference says nothing. It is then taken a little way off: whether a function is
    analytic does not depend on the point. Where kinks are everywhere, as in a network with many
    thousands of ReLUs, two steps give two results. Then a far shorter step confirms what it can.
    """
    direction = random_direction(generator, tensor.shape)
    away = np.asarray(generator.normal(tensor, 1e-3 * (1 + np.abs(tensor))))
    for point in (tensor, away):
        try:
            exact = function.complex_step(point, direction)
        except Exception as error:  # whatever a function does that knows no complex numbers
            return f"{type(error).__name__}: {error}"
        measured = []
        for h in _STEPS:
            measured.append(function.difference(point, direction, h))
            if agree(exact, against=measured[-1], least=least, tolerance=_AGREEMENT):
                return ""
    if not agree(measured[0], against=measured[1], least=least, tolerance=_AGREEMENT):
        step = _FINEST_STEP * np.sqrt(tensor.size)
        finest = function.difference(away, direction, step)
        if agree(exact, against=finest, least=least, tolerance=_FINEST_AGREEMENT):
            return ""
    return "the imaginary part gets lost on the way, as in abs, var, norm, real or sign"
