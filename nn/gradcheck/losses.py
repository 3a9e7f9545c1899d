"""`check_loss`: the gradient of a loss function."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from glassnet.nn.gradcheck.comparison import GradientError, compare, require_float64, unchanged
from glassnet.nn.gradcheck.derivatives import Function
from glassnet.nn.gradcheck.report import Report
from glassnet.nn.types import Array

Loss = Callable[[Array, Array], tuple[float, Array]]
"""(output, targets) -> (value, gradient for the output)"""


def check_loss(
    loss: Loss,
    output: Array,
    targets: Array,
    *,
    tolerance: float = 1e-12,
    directions: int = 3,
    every_coordinate: int = 64,
    seed: int = 0,
) -> Report:
    """Check the gradient of a loss function.

    Parameters
    ----------
    loss : callable
        A function (output, targets) -> (value, gradient for output).
    output, targets : array
        What to call it with. `output` is float64.
    tolerance : float, default 1e-12
        The largest relative error allowed; see `check_layer`.
    directions : int, default 3
        The number of random unit directions tried.
    every_coordinate : int, default 64
        An output of at most this many elements is also checked element by element.
    seed : int, default 0
        The seed of the directions.

    Returns
    -------
    Report
        The largest relative error of the gradient, which is called "output", and the method.

    Raises
    ------
    GradientError
        If the gradient is wrong, has another shape than `output`, or if the loss wrote to its
        input. The tensor is called "output" in the message.
    TypeError
        If `output` is not float64.

    Shapes
    ------
    - output: any that the loss takes
    - targets: any that the loss takes

    Notes
    -----
    The derivative is taken by a complex step if the loss keeps it: `float(...)` and `abs` do not,
    but `.item()` and `np.where(d < 0, -d, d)` do. See `check_layer`.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import mean_squared_error
    >>> from glassnet.nn.gradcheck import GradientError, check_loss
    >>> output, targets = np.array([[1.0, 2.0]]), np.zeros((1, 2))
    >>> check_loss(mean_squared_error, output, targets).exact  # an error if something is wrong
    True

    A loss that returns twice its gradient:

    >>> def wrong(output, targets):
    ...     value, doutput = mean_squared_error(output, targets)
    ...     return value, 2 * doutput
    >>> try:
    ...     check_loss(wrong, output, targets)
    ... except GradientError as error:
    ...     print(str(error).partition(":")[0])
    output
    """
    require_float64(output, "the output")
    generator = np.random.default_rng(seed)
    given = output.copy()
    _, gradient = loss(output, targets)
    if not unchanged(output, since=given):
        raise GradientError("the loss wrote to its input")
    gradient = np.array(gradient)
    if np.issubdtype(gradient.dtype, np.floating) and gradient.dtype != np.float64:
        raise GradientError(f"output: gradient is {gradient.dtype} for float64")
    if gradient.shape != output.shape:
        raise GradientError(f"output: gradient of shape {gradient.shape} for shape {output.shape}")

    def value(moved: Array) -> Array:
        return np.array([loss(moved, targets)[0]])

    found = compare(
        "output",
        given,
        gradient,
        Function(value, np.ones(1)),
        generator,
        tolerance=tolerance,
        directions=directions,
        every_coordinate=every_coordinate,
    )
    return Report({"output": found})
