"""The comparison of an analytic gradient with measured derivatives."""

from __future__ import annotations

import numpy as np

from glassnet.nn.gradcheck.derivatives import (
    DIFFERENCE,
    Function,
    Method,
    choose_method,
    random_direction,
    relative_error,
)
from glassnet.nn.gradcheck.report import Agreement, sensitivity
from glassnet.nn.types import Array


class GradientError(AssertionError):
    """An analytic gradient differs from the measured one, or a layer breaks the contract.

    The message begins with what is wrong: ``input``, ``state h``, ``parameter W``, ``output`` (of
    a loss) or ``contract``.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.gradcheck import GradientError, check_loss
    >>> def half_the_gradient(output, targets):
    ...     difference = output - targets
    ...     return float(np.sum(difference**2)), difference
    >>> try:
    ...     check_loss(half_the_gradient, np.array([1.0, 2.0]), np.zeros(2))
    ... except GradientError as error:
    ...     print(str(error).partition(":")[0])
    output
    """


def unchanged(array: Array, *, since: Array) -> bool:
    """Return whether an array holds the same numbers as a copy of it, NaN being one of them."""
    return np.array_equal(array, since, equal_nan=True)


def require_float64(array: Array, what: str) -> None:
    """Raise a TypeError if an array of floats has another precision than float64."""
    if np.issubdtype(array.dtype, np.floating) and array.dtype != np.float64:
        raise TypeError(f"gradient checks need float64, but {what} is {array.dtype}")


def compare(
    name: str,
    tensor: Array,
    gradient: Array,
    function: Function,
    generator: np.random.Generator,
    *,
    tolerance: float,
    directions: int,
    every_coordinate: int,
) -> Agreement:
    """Compare `gradient` with derivatives of `function` along directions and coordinates.

    The options are those of `check_layer`.
    """
    if not np.all(np.isfinite(gradient)):
        raise GradientError(f"{name}: the analytic gradient is not finite")
    if tensor.size == 0:
        return Agreement(0.0, np.nan, "nothing to compare")
    typical = float(np.linalg.norm(gradient)) / gradient.size**0.5
    elements = tensor.size <= every_coordinate
    method = choose_method(function, tensor, typical, tolerance, generator)
    comparison = _Comparison(name, tensor, gradient, method, max(typical, method.floor))
    for _ in range(directions):
        comparison.try_direction(random_direction(generator, tensor.shape))
    if elements:
        for index in np.ndindex(tensor.shape):
            comparison.try_element(index)
    return Agreement(
        comparison.largest,
        sensitivity(gradient, method.tolerance, method.floor, directions, elements),
        method.name,
        method.reason,
    )


class _Comparison:
    """The comparison of one gradient: `largest` is the largest relative error so far."""

    def __init__(
        self, name: str, tensor: Array, gradient: Array, method: Method, least: float
    ) -> None:
        self._name, self._tensor, self._gradient = name, tensor, gradient
        self._method, self._least = method, least
        self.largest = 0.0

    def try_direction(self, direction: Array) -> None:
        """Raise a GradientError if the two derivatives along a direction differ."""
        relative, analytic, numeric = self._error(direction)
        if self._allows(relative):
            self.largest = max(self.largest, relative)
            return
        message = (
            f"{self._name}: analytic {analytic:.9g} against numeric {numeric:.9g} along a random "
            f"direction, {self._size_of(relative)}"
        )
        # One half of the direction has at least half of the error: follow it to an element.
        while np.count_nonzero(direction) > 1:
            direction = max(
                _halves(direction), key=lambda half: abs(np.diff(self._error(half)[1:])[0])
            )
        element = np.unravel_index(np.flatnonzero(direction)[0], direction.shape)
        unit = (direction != 0).astype(np.float64)
        _, analytic, numeric = self._error(unit)
        raise GradientError(
            f"{message}; at element {[int(i) for i in element]}: "
            f"analytic {analytic:.9g}, numeric {numeric:.9g}{self._remark(unit)}"
        )

    def try_element(self, index: tuple[int, ...]) -> None:
        """Raise a GradientError if the two derivatives for one element differ."""
        unit = np.zeros(self._tensor.shape)
        unit[index] = 1.0
        relative, analytic, numeric = self._error(unit)
        if not self._allows(relative):
            raise GradientError(
                f"{self._name}{list(index)}: analytic {analytic:.9g} against numeric "
                f"{numeric:.9g}, {self._size_of(relative)}{self._remark(unit)}"
            )
        self.largest = max(self.largest, relative)

    def _allows(self, relative: float) -> bool:
        """Return whether an error is within the tolerance, which NaN is not."""
        return relative <= self._method.tolerance

    def _error(self, direction: Array) -> tuple[float, float, float]:
        """Return the relative error along a direction, and the two derivatives."""
        analytic = float(np.sum(self._gradient * direction))
        for derivative in self._method.candidates:
            numeric = derivative(self._tensor, direction)
            relative = relative_error(analytic, against=numeric, least=self._least)
            if self._allows(relative):
                break
        return relative, analytic, numeric

    def _size_of(self, relative: float) -> str:
        """Return the error and the tolerance in words."""
        return f"relative error {relative:.2g} (tolerance {self._method.tolerance:.2g})"

    def _remark(self, unit: Array) -> str:
        """Return what else there is to say about a wrong element: no gradient, method or kink."""
        zero = (
            "" if np.any(self._gradient) else "; the gradient that backward left is zero everywhere"
        )
        if self._method.name == DIFFERENCE:
            return f"{zero}; by a five-point difference, because of this: {self._method.reason}"
        forward, backward = (
            self._method.candidates[0](self._tensor, sign * unit) for sign in (1, -1)
        )
        if relative_error(forward, against=-backward, least=self._least) > self._method.tolerance:
            return (
                f"{zero}; there is a kink right here: the derivative is {forward:.9g} on one side "
                f"and {0.0 - backward:.9g} on the other"
            )
        return zero


def _halves(direction: Array) -> list[Array]:
    """Return two directions that add up to this one, each with half of its elements."""
    first = np.zeros_like(direction)
    positions = np.flatnonzero(direction)[: np.count_nonzero(direction) // 2]
    first.flat[positions] = direction.flat[positions]
    return [first, direction - first]
