"""`check_layer`: all gradients of a layer or a whole network, and the contract."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from glassnet.nn.gradcheck.comparison import compare, require_float64
from glassnet.nn.gradcheck.contract import (
    analytic_gradients,
    check_carrying,
    check_forward,
    check_views,
    restored,
)
from glassnet.nn.gradcheck.derivatives import Function
from glassnet.nn.gradcheck.passes import Passes
from glassnet.nn.gradcheck.report import Report
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array


def check_layer(
    layer: Layer,
    x: Array,
    *,
    train: bool = False,
    state: Mapping[str, Array] | None = None,
    tolerance: float = 1e-12,
    directions: int = 3,
    every_coordinate: int = 64,
    seed: int = 0,
) -> Report:
    """Check all gradients of a layer or a whole network, and that it keeps the contract.

    Afterwards the parameters, gradients, carried state, statistics and randomness are what they
    were before.

    Parameters
    ----------
    layer : Layer
        The layer. If it is not initialized yet, it gets random float64 parameters.
    x : array
        The input: float64 of any shape the layer takes, or integer ids (which have no gradient).
    train : bool, default False
        Check as in training. Random numbers (dropout) are the same in every pass.
    state : mapping of str to array, optional
        The carried state to start from, by dotted name. Its gradient is checked as well and, unless
        `train`, that a sequence in two parts, with `carry` between them, equals the whole.
    tolerance : float, default 1e-12
        The largest relative error allowed; see Notes. Where the complex step does not work, it is
        at least 1e-6.
    directions : int, default 3
        The number of random unit directions tried for each tensor.
    every_coordinate : int, default 64
        Tensors of at most this many elements are also checked element by element.
    seed : int, default 0
        The seed of the directions, of the weights r and of random parameters.

    Returns
    -------
    Report
        For each tensor the largest relative error, the error that would have been found, and the
        method. `print` shows it as a table.

    Raises
    ------
    GradientError
        If a gradient is wrong: the message names the tensor ("input", "state h", "parameter W")
        and shows the analytic and the numeric derivative. If a rule of the contract is broken: the
        message names the rule.
    TypeError
        If the input, the state or the parameters are floats other than float64.

    Shapes
    ------
    - x: any that the layer takes
    - state: (N, H) each, or whatever the layer carries

    Notes
    -----
    The derivative of the loss Σ r·y along a direction is taken by a complex step, which has no
    rounding error of its own and so agrees to 1e-15 with a right gradient, however near a kink is.
    At an exact tie (ReLU of 0, two equal elements in max pooling) there is no derivative, and the
    check fails and says so. If the layer can't be computed in complex numbers, or drops their
    imaginary part, a five-point difference with a tolerance of 1e-6 takes over, and the report
    says why.

    The relative error of an analytic derivative a and a measured one n is
    |a - n| / max(|a|, |n|, |g| / √size, floor). The third term is the size that a derivative along
    a random direction usually has, so that one that happens to be nearly zero does not count. The
    floor is far above what rounding leaves of a gradient that is zero: 1e-2, or 1e-4 by
    differences. So errors below 1e-14 (1e-10) are never found: scale up a layer with such small
    gradients, or its input.

    References
    ----------
    Squire & Trapp 1998, *Using complex variables to estimate derivatives of real functions*;
    Martins, Sturdza & Alonso 2003, *The complex-step derivative approximation*.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense
    >>> from glassnet.nn.gradcheck import GradientError, check_layer
    >>> x = np.random.default_rng(0).standard_normal((4, 3))
    >>> report = check_layer(Dense(3, 2), x)  # raises an error if a gradient is wrong
    >>> report.exact, report.error < 1e-14
    (True, True)

    A layer that returns half the gradient for its input:

    >>> class Wrong(Dense):
    ...     def backward(self, dy):
    ...         return super().backward(dy) / 2
    >>> try:
    ...     check_layer(Wrong(3, 2), x)
    ... except GradientError as error:
    ...     print(str(error).partition(":")[0])
    input
    """
    generator = np.random.default_rng(seed)
    require_float64(x, "the input")
    for name, value in (state or {}).items():
        require_float64(value, f"the state {name}")
    x = x.copy()
    if not hasattr(layer, "theta"):
        layer.initialize(generator, np.float64)
        layer.theta[...] = generator.normal(layer.theta, 0.1)  # no bias stays at zero
    require_float64(layer.theta, "the parameters (use initialize(generator, np.float64))")
    start = {name: np.array(value) for name, value in (state or {}).items()}

    with restored(layer):
        check_views(layer)
        passes = Passes(layer, x, start, train, seed)
        passes.warm_up()
        y = check_forward(layer, passes.forward, x, start)
        if start and not train:
            check_carrying(layer, x, y, start)
        weights = np.asarray(generator.standard_normal(y.shape))
        analytic = analytic_gradients(layer, passes.forward, x, weights, start)
        all_weights = np.append(weights, 1.0)  # the last one for the auxiliary loss
        return Report(
            {
                name: compare(
                    name,
                    tensor,
                    gradient,
                    Function(passes.of(name), all_weights),
                    generator,
                    tolerance=tolerance,
                    directions=directions,
                    every_coordinate=every_coordinate,
                )
                for name, (tensor, gradient) in analytic.items()
            }
        )
