"""The comparison of an analytic gradient with numeric derivatives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from glassnet.nn.types import Array

Slope = Callable[[Array, Array, float], float]
"""(tensor, direction, h) -> numeric derivative of the loss, with steps of length h."""

_STEPS = (1e-4, 1e-6)  # the second only for what fails with the first: a kink may be near


class GradientError(AssertionError):
    """An analytic gradient differs from the numeric one, or a layer breaks the contract.

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


def require_float64(array: Array, what: str) -> None:
    """Raise a TypeError if an array of floats has another precision than float64."""
    if np.issubdtype(array.dtype, np.floating) and array.dtype != np.float64:
        raise TypeError(f"gradient checks need float64, but {what} is {array.dtype}")


def five_points(h: float, at: Callable[[float], Array]) -> Array:
    """Return the five-point derivative of `at` at 0, element by element."""
    a, b, c, d = (at(step) for step in (h, -h, 2 * h, -2 * h))
    return np.asarray((8 * (a - b) - (c - d)) / (12 * h))


def compare(
    name: str,
    tensor: Array,
    gradient: Array,
    slope: Slope,
    generator: np.random.Generator,
    *,
    tolerance: float,
    directions: int,
    every_coordinate: int,
) -> None:
    """Compare `gradient` with numeric slopes of the loss along directions and coordinates.

    The options are those of `check_layer`.
    """
    if not np.all(np.isfinite(gradient)):
        raise GradientError(f"{name}: the analytic gradient is not finite")
    typical = float(np.linalg.norm(gradient)) / np.sqrt(max(gradient.size, 1))

    def error(direction: Array) -> tuple[float, float, float]:
        """Return the relative error along a direction, and the two derivatives."""
        analytic = float(np.sum(gradient * direction))
        for h in _STEPS:
            numeric = slope(tensor, direction, h)
            scale = max(abs(analytic), abs(numeric), typical, 1e-4)
            relative = abs(analytic - numeric) / scale
            if relative <= tolerance:
                break
        return relative, analytic, numeric

    if tensor.size == 0:
        return
    for _ in range(directions):
        direction = np.asarray(generator.standard_normal(tensor.shape))
        direction /= float(np.linalg.norm(direction))
        relative, analytic, numeric = error(direction)
        if not relative <= tolerance:  # true for NaN as well
            message = (
                f"{name}: analytic {analytic:.9g} against numeric {numeric:.9g} along a random "
                f"direction, relative error {relative:.2g} (tolerance {tolerance:.2g})"
            )
            # One half of the direction has at least half of the error: follow it to an element.
            while np.count_nonzero(direction) > 1:
                direction = max(_halves(direction), key=lambda half: abs(np.diff(error(half)[1:])))
            element = np.unravel_index(np.flatnonzero(direction)[0], direction.shape)
            _, analytic, numeric = error((direction != 0).astype(np.float64))
            raise GradientError(
                f"{message}; at element {[int(i) for i in element]}: "
                f"analytic {analytic:.9g}, numeric {numeric:.9g}"
            )
    if tensor.size <= every_coordinate:
        for index in np.ndindex(tensor.shape):
            unit = np.zeros(tensor.shape)
            unit[index] = 1.0
            relative, analytic, numeric = error(unit)
            if not relative <= tolerance:  # true for NaN as well
                raise GradientError(
                    f"{name}{list(index)}: analytic {analytic:.9g} against numeric {numeric:.9g}, "
                    f"relative error {relative:.2g} (tolerance {tolerance:.2g})"
                )


def _halves(direction: Array) -> list[Array]:
    """Return two directions that add up to this one, each with half of its elements."""
    first = np.zeros_like(direction)
    positions = np.flatnonzero(direction)[: np.count_nonzero(direction) // 2]
    first.flat[positions] = direction.flat[positions]
    return [first, direction - first]
