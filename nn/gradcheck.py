"""Gradient checks: does `backward` compute the derivative of `forward`?

    from glassnet.nn.gradcheck import check_layer
    check_layer(MyLayer(), x)

compares, in float64, every analytic gradient with a numeric one: for the input, for the carried
state and for each parameter by name. A failure names the culprit and shows both numbers.

How it works. The output y is made a scalar loss L = Σ r·y with fixed random weights r, so dy = r
is different everywhere. For a tensor v with gradient g the derivative of L along a direction d is
g·d; numerically it is the five-point difference (Abramowitz & Stegun, 25.3.6)

    L'(0) ≈ (8 (L(h) - L(-h)) - (L(2h) - L(-2h))) / 12h,    L(s) = L at v + s d,  h = 1e-4

whose error, h⁴ L⁽⁵⁾/30, lies near the rounding of float64. A few random unit directions d cost
four forward passes each however large v is; small tensors are checked at every coordinate too.

A kink (ReLU at 0, a tie in max pooling) within the step is no error of the layer: a check that
fails is repeated with a step a hundred times smaller before it counts, and inputs from
`nn.testing.spaced_arrays` keep well away from kinks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from glassnet.nn.batch_shard import BatchShard
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

_STEPS = (1e-4, 1e-6)  # the second only for what fails with the first: a kink may be near

Loss = Callable[[Array, Array], tuple[float, Array]]


class GradientError(AssertionError):
    """An analytic gradient differs from the numeric one, or a layer breaks the contract."""


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
    """Check all gradients of a layer or a whole network, and that it keeps to the contract.

    Parameters, gradients, carried state and randomness are then what they were before.

    Parameters
    ----------
    layer : the layer. One that is not initialized yet is given random float64 parameters.
    x : input, float64 of any shape the layer takes, or integer ids (which have no gradient).
    train : check as in training. Random numbers (dropout) are the same in every pass.
    state : carried state to start from, by dotted name; its gradient is checked as well and, unless
        `train`, that `carry` goes on from where the first part of a sequence ended.
    tolerance : largest relative error |a - n| / max(|a|, |n|, |g| / √size, 1e-4). The third term
        is the size that a derivative along a random direction has, so that a chance near-zero does
        not count; the last is far above what rounding leaves of a gradient that is zero. Gradients
        much smaller than it are not checked: scale the layer or its input up.
    directions : random unit directions tried for each tensor.
    every_coordinate : tensors of at most this many elements are also checked element by element.
    seed : of the directions, of r and of random parameters.

    Raises
    ------
    GradientError : naming the tensor ("input", "state h", "parameter W"), with the analytic and
        numeric derivative, or the rule of the contract that was broken.
    TypeError : if x or the parameters are not float64.
    """
    generator = np.random.default_rng(seed)
    _require_float64(x, "the input")
    for name, value in (state or {}).items():
        _require_float64(value, f"the state {name}")
    given, x = x, x.copy()  # directions are added to x itself
    if not hasattr(layer, "theta"):
        layer.initialize(generator, np.float64)
        layer.theta += 0.1 * generator.standard_normal(layer.theta.size)  # no bias stays at zero
    _require_float64(layer.theta, "the parameters (use initialize(generator, np.float64))")
    start = {name: np.array(value) for name, value in (state or {}).items()}

    with _left_as_it_was(layer):

        def forward() -> Array:
            layer.set_batch_shard(BatchShard(np.random.default_rng(seed)))
            layer.state = start
            return np.array(layer.forward(x, train))

        y = forward()
        if not np.array_equal(x, given, equal_nan=True):
            raise GradientError("contract: forward wrote to its input")
        if np.issubdtype(y.dtype, np.floating) and y.dtype != np.float64:
            raise GradientError(f"contract: forward returned {y.dtype} for float64")
        if not _same_state(layer.state, start):
            raise GradientError(
                "contract: forward changed the carried state; only carry moves it on"
            )
        if not np.array_equal(y, forward(), equal_nan=True):
            raise GradientError(
                "contract: forward gave two outputs for one input; randomness must be batch_shard's"
            )
        if start and not train:
            _check_carrying(layer, x, y, start)
        weights = np.asarray(generator.standard_normal(y.shape))
        analytic = _analytic_gradients(layer, forward, x, weights, start)

        def slope(tensor: Array, direction: Array, h: float) -> float:
            kept = tensor.copy()
            outputs, auxiliary = [], []
            for step in (h, -h, 2 * h, -2 * h):
                tensor[...] = kept + step * direction
                outputs.append(forward())
                auxiliary.append(layer.total_auxiliary_loss())
            tensor[...] = kept
            # Differences before the sum: what does not change cancels exactly.
            change = float(np.sum(weights * _five_points(*outputs))) + _five_points(*auxiliary)
            return change / (12 * h)

        for name, (tensor, gradient) in analytic.items():
            _compare(
                name, tensor, gradient, slope, generator, tolerance, directions, every_coordinate
            )


def check_loss(
    loss: Loss,
    output: Array,
    targets: Array,
    *,
    tolerance: float = 1e-6,
    directions: int = 3,
    every_coordinate: int = 64,
    seed: int = 0,
) -> None:
    """Check the gradient of a loss function (output, targets) -> (value, doutput).

    Parameters and errors are those of `check_layer`; the tensor is called "output".
    """
    _require_float64(output, "the output")
    generator = np.random.default_rng(seed)
    moved = output.copy()
    _, gradient = loss(output, targets)
    if not np.array_equal(moved, output, equal_nan=True):
        raise GradientError("the loss wrote to its input")

    def slope(tensor: Array, direction: Array, h: float) -> float:
        values = [loss(tensor + step * direction, targets)[0] for step in (h, -h, 2 * h, -2 * h)]
        return float(_five_points(*values)) / (12 * h)

    gradient = np.array(gradient)
    if gradient.shape != output.shape:
        raise GradientError(f"output: gradient of shape {gradient.shape} for shape {output.shape}")
    _compare("output", moved, gradient, slope, generator, tolerance, directions, every_coordinate)


def _five_points(a: Any, b: Any, c: Any, d: Any) -> Any:
    return 8 * (a - b) - (c - d)


def _require_float64(array: Array, what: str) -> None:
    if np.issubdtype(array.dtype, np.floating) and array.dtype != np.float64:
        raise TypeError(f"gradient checks need float64, but {what} is {array.dtype}")


@contextmanager
def _left_as_it_was(layer: Layer) -> Iterator[None]:
    """Give the layer back its gradients, carried state and randomness in the end."""
    gradients = layer.grad.copy()
    parts = [(part, part.batch_shard, part.carried) for _, part in layer.walk()]
    try:
        yield
    finally:
        layer.grad[...] = gradients
        for part, share, carried in parts:
            part.batch_shard, part.carried = share, carried


def _same_state(a: Mapping[str, Array], b: Mapping[str, Array]) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[n], b[n], equal_nan=True) for n in a)


def _check_carrying(layer: Layer, x: Array, y: Array, start: Mapping[str, Array]) -> None:
    """Hold a layer to what the contract says of state, `y` being what it makes of `x` (T, ...)."""

    def same(a: Array, b: Array) -> bool:
        return np.allclose(a, b, rtol=1e-9, atol=1e-9, equal_nan=True)

    layer.state = {name: np.zeros_like(value) for name, value in start.items()}
    from_zeros = np.array(layer.forward(x))
    layer.reset_state()
    if not same(layer.forward(x), from_zeros):
        raise GradientError("contract: without a carried state forward did not start from zeros")
    middle = len(x) // 2
    if not middle or len(y) != len(x):
        return
    for part, steps in ((x[:middle], None), (x, middle)):
        layer.state = start
        layer.forward(part)
        layer.carry(steps)
        if not same(layer.forward(x[middle:]), y[middle:]):
            raise GradientError(
                f"contract: after carry({steps}) forward did not go on from where the first "
                f"{middle} steps ended"
            )


def _analytic_gradients(
    layer: Layer, forward: Callable[[], Array], x: Array, dy: Array, state: Mapping[str, Array]
) -> dict[str, tuple[Array, Array]]:
    """Run `backward` twice; return (tensor, gradient) by name; hold the layer to the contract."""
    x_before, dy_before = x.copy(), dy.copy()
    layer.zero_grad()
    forward()
    dx = np.array(layer.backward(dy))
    once = layer.grad.copy()
    dstate = {name: value.copy() for name, value in layer.dstate.items()}
    dx_again = np.array(layer.backward(dy))
    if not np.array_equal(x_before, x, equal_nan=True):
        raise GradientError("contract: backward wrote to the input")
    if not np.array_equal(dy_before, dy, equal_nan=True):
        raise GradientError("contract: backward wrote to dy")
    # A gradient that is not a number is none of the contract's business: `_compare` names it.
    if not np.allclose(layer.grad, 2 * once, rtol=1e-12, atol=1e-12, equal_nan=True):
        raise GradientError("contract: calling backward twice did not double the gradients")
    if not np.allclose(dx_again, dx, rtol=1e-12, atol=1e-12, equal_nan=True):
        raise GradientError("contract: calling backward twice gave another gradient for the input")
    layer.grad[...] = once

    pairs: dict[str, tuple[Array, Array]] = {}
    if np.issubdtype(x.dtype, np.floating) and layer.requires_input_gradient:
        if dx.shape != x.shape:
            raise GradientError(f"input: gradient of shape {dx.shape} for shape {x.shape}")
        if dx.dtype != x.dtype:
            raise GradientError(f"input: gradient is {dx.dtype} for {x.dtype}")
        pairs["input"] = (x, dx)
    for name, value in state.items():
        if name not in dstate:
            raise GradientError(f"state {name}: backward left no gradient for it in dcarried")
        if dstate[name].shape != value.shape:
            raise GradientError(
                f"state {name}: gradient of shape {dstate[name].shape} for shape {value.shape}"
            )
        pairs[f"state {name}"] = (value, dstate[name])
    gradients = layer.gradients
    for name, value in layer.parameters.items():
        pairs[f"parameter {name}"] = (value, gradients[name].copy())
    return pairs


def _compare(
    name: str,
    tensor: Array,
    gradient: Array,
    slope: Callable[[Array, Array, float], float],
    generator: np.random.Generator,
    tolerance: float,
    directions: int,
    every_coordinate: int,
) -> None:
    """Compare `gradient` with numeric slopes of the loss along directions and coordinates."""
    if not np.all(np.isfinite(gradient)):
        raise GradientError(f"{name}: the analytic gradient is not finite")
    typical = float(np.linalg.norm(gradient)) / np.sqrt(max(gradient.size, 1))

    def error(direction: Array) -> tuple[float, float, float]:
        analytic = float(np.sum(gradient * direction))
        for h in _STEPS:
            numeric = slope(tensor, direction, h)
            # See `tolerance`.
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
        if not relative <= tolerance:  # nor is a NaN
            message = (
                f"{name}: analytic {analytic:.9g} against numeric {numeric:.9g} along a random "
                f"direction, relative error {relative:.2g} (tolerance {tolerance:.2g})"
            )
            # Of the two halves of the direction at least one bears half the error: follow it.
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
            if not relative <= tolerance:  # nor is a NaN
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
