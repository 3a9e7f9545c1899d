"""`check_layer`: all gradients of a layer or a whole network, and the contract."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from glassnet.nn.batch_shard import BatchShard
from glassnet.nn.gradcheck.comparison import compare, five_points, require_float64
from glassnet.nn.gradcheck.contract import (
    analytic_gradients,
    check_carrying,
    check_forward,
    restored,
)
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array


def check_layer(
    layer: Layer,
    x: Array,
    *,
    train: bool = False,
    state: Mapping[str, Array] | None = None,
    tolerance: float = 1e-6,
    directions: int = 3,
    every_coordinate: int = 64,
    seed: int = 0,
) -> None:
    """Check all gradients of a layer or a whole network, and that it keeps the contract.

    Afterwards the parameters, gradients, carried state and randomness are what they were before.

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
    tolerance : float, default 1e-6
        The largest relative error allowed; see Notes.
    directions : int, default 3
        The number of random unit directions tried for each tensor.
    every_coordinate : int, default 64
        Tensors of at most this many elements are also checked element by element.
    seed : int, default 0
        The seed of the directions, of the weights r and of random parameters.

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
    The relative error of an analytic derivative a and a numeric one n is
    |a - n| / max(|a|, |n|, |g| / √size, 1e-4). The third term is the size that a derivative along
    a random direction usually has, so that one that happens to be nearly zero does not count. The
    last term is far above what rounding leaves of a gradient that is zero. Gradients much smaller
    than it are not checked: scale the layer or its input up.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense
    >>> from glassnet.nn.gradcheck import GradientError, check_layer
    >>> x = np.random.default_rng(0).standard_normal((4, 3))
    >>> check_layer(Dense(3, 2), x)  # silent: everything is right

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
    x = x.copy()  # directions are added to x itself
    if not hasattr(layer, "theta"):
        layer.initialize(generator, np.float64)
        layer.theta += 0.1 * generator.standard_normal(layer.theta.size)  # no bias stays at zero
    require_float64(layer.theta, "the parameters (use initialize(generator, np.float64))")
    start = {name: np.array(value) for name, value in (state or {}).items()}

    with restored(layer):

        def forward() -> Array:
            layer.set_batch_shard(BatchShard(np.random.default_rng(seed)))
            layer.state = start
            return np.array(layer.forward(x, train))

        y = check_forward(layer, forward, x, start)
        if start and not train:
            check_carrying(layer, x, y, start)
        weights = np.asarray(generator.standard_normal(y.shape))
        analytic = analytic_gradients(layer, forward, x, weights, start)

        def slope(tensor: Array, direction: Array, h: float) -> float:
            kept = tensor.copy()

            def moved(step: float) -> Array:
                """Return the output and, as its last element, the auxiliary loss."""
                tensor[...] = kept + step * direction
                return np.append(forward(), layer.total_auxiliary_loss())

            # The difference comes before the sum: elements that don't change cancel exactly.
            change = five_points(h, moved)
            tensor[...] = kept
            return float(np.sum(weights.reshape(-1) * change[:-1]) + change[-1])

        for name, (tensor, gradient) in analytic.items():
            compare(
                name,
                tensor,
                gradient,
                slope,
                generator,
                tolerance=tolerance,
                directions=directions,
                every_coordinate=every_coordinate,
            )
