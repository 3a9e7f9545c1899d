"""Checks of the rules that every layer keeps; the top of `nn/layer.py` lists the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from glassnet.nn.gradcheck.comparison import GradientError, unchanged
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

_ROUNDING = 1e-12  # of the same sums
_ROUNDING_IN_TIME = 1e-9  # and after many time steps, which let it grow


def close(a: Array, *, to: Array, tolerance: float) -> bool:
    """Return whether |a - to| ≤ tolerance · (1 + |to|) everywhere, or both are NaN."""
    return np.allclose(a, to, rtol=tolerance, atol=tolerance, equal_nan=True)


@contextmanager
def restored(layer: Layer) -> Iterator[None]:
    """Give the layer back its gradients, carried state, statistics and randomness at the end."""
    gradients = layer.grad.copy()
    statistics = {name: value.copy() for name, value in layer.statistics.items()}
    parts = [(part, part.batch_shard, part.carried) for _, part in layer.walk()]
    try:
        yield
    finally:
        layer.grad[...] = gradients
        layer.statistics.update(statistics)
        for part, shard, carried in parts:
            part.batch_shard, part.carried = shard, carried


def check_views(layer: Layer) -> None:
    """Check that each parameter and its gradient are views of `theta` and of `grad`."""
    try:
        _ = layer.parameters, layer.gradients
    except RuntimeError as error:
        raise GradientError(f"contract: {error}") from None


def check_forward(
    layer: Layer, forward: Callable[[], Array], x: Array, state: Mapping[str, Array]
) -> Array:
    """Return the output; check that `forward` changes nothing and depends on its input only."""
    given, theta = x.copy(), layer.theta.copy()
    y = np.array(forward())
    if not unchanged(x, since=given):
        raise GradientError("contract: forward wrote to its input")
    if np.issubdtype(y.dtype, np.floating) and y.dtype != np.float64:
        raise GradientError(f"contract: forward returned {y.dtype} for float64")
    if not unchanged(layer.theta, since=theta):
        raise GradientError("contract: forward changed the parameters")
    if layer.state.keys() != state.keys() or not all(
        unchanged(layer.state[name], since=state[name]) for name in state
    ):
        raise GradientError("contract: forward changed the carried state; only carry moves it on")
    if not unchanged(forward(), since=y):
        raise GradientError(
            "contract: forward gave two outputs for one input; draw random numbers from batch_shard"
        )
    return y


def check_carrying(layer: Layer, x: Array, y: Array, start: Mapping[str, Array]) -> None:
    """Check that state starts from zeros, and that two parts of a sequence equal the whole.

    `y` is the output for the whole `x` (T, ...), starting from the state `start`.
    """
    layer.state = {name: np.zeros_like(value) for name, value in start.items()}
    from_zeros = np.array(layer.forward(x))
    layer.reset_state()
    if not close(layer.forward(x), to=from_zeros, tolerance=_ROUNDING_IN_TIME):
        raise GradientError("contract: without a carried state forward did not start from zeros")
    middle = len(x) // 2
    if not middle or len(y) != len(x):
        return
    for part, steps in ((x[:middle], None), (x, middle)):
        layer.state = start
        layer.forward(part)
        layer.carry(steps)
        if not close(layer.forward(x[middle:]), to=y[middle:], tolerance=_ROUNDING_IN_TIME):
            raise GradientError(
                f"contract: after carry({steps}) forward did not go on from where the first "
                f"{middle} steps ended"
            )


def analytic_gradients(
    layer: Layer, forward: Callable[[], Array], x: Array, dy: Array, state: Mapping[str, Array]
) -> dict[str, tuple[Array, Array]]:
    """Run `backward` twice, check it, and return each tensor and its gradient by name."""
    x_before, dy_before, theta_before = x.copy(), dy.copy(), layer.theta.copy()
    layer.zero_grad()
    y = forward()
    y_before = np.array(y)
    dx = np.array(layer.backward(dy))
    check_views(layer)
    once = layer.grad.copy()
    once_by_name = {name: value.copy() for name, value in layer.gradients.items()}
    dstate = {name: value.copy() for name, value in layer.dstate.items()}
    dx_again = np.array(layer.backward(dy))
    if not unchanged(x, since=x_before):
        raise GradientError("contract: backward wrote to the input")
    if not unchanged(dy, since=dy_before):
        raise GradientError("contract: backward wrote to dy")
    if not unchanged(y, since=y_before):
        raise GradientError("contract: backward wrote to what forward had returned")
    if not unchanged(layer.theta, since=theta_before):
        raise GradientError("contract: backward changed the parameters")
    # NaN passes here; the comparison names the tensor that holds it.
    for name, twice in layer.gradients.items():
        if not close(twice, to=2 * once_by_name[name], tolerance=_ROUNDING):
            raise GradientError(
                f"contract: calling backward twice did not double the gradient of parameter "
                f"{name}; add to it with +="
            )
    if not close(dx_again, to=dx, tolerance=_ROUNDING):
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
        if dstate[name].dtype != np.float64:
            raise GradientError(f"state {name}: gradient is {dstate[name].dtype} for float64")
        if dstate[name].shape != value.shape:
            raise GradientError(
                f"state {name}: gradient of shape {dstate[name].shape} for shape {value.shape}"
            )
        pairs[f"state {name}"] = (value, dstate[name])
    gradients = layer.gradients
    for name, value in layer.parameters.items():
        pairs[f"parameter {name}"] = (value, gradients[name])
    return pairs
