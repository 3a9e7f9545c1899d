"""What goes into and comes out of a layer's two passes: a dy that fits, and read-only results.

What a pass returns may be a buffer of the layer, what it has cached, or what it was given. So
`forward` and `backward` return views that can't be written to. The other choice is a copy, which
would be the caller's own. How much longer training takes with each, compared with neither:

                             Dense    LSTM    convolutions
    output, as a view        < 1 %    < 1 %      < 1 %
            as a copy          1 %      2 %       16 %
    gradient, as a view      1.5 %    < 1 %      < 1 %
              as a copy        1 %      4 %        8 %

The views of gradients have the checks of dy in them: half a microsecond for each layer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from numpy import ndarray  # looked up in every pass of every layer

from glassnet.nn.types import Array

_SHAPE = "_output_shape"  # the attribute of a layer that says what its last forward returned


def with_read_only_output(forward: Callable[..., Array]) -> Callable[..., Array]:
    """Return a `forward` whose output can't be written to, and which notes the output's shape."""

    @wraps(forward)
    def read_only_forward(layer: object, *arguments: object, **named: object) -> Array:
        y = _read_only(forward(layer, *arguments, **named))
        if type(layer).forward is read_only_forward:  # type: ignore[attr-defined]  # no super() call
            layer.__dict__["_output_shape"] = y.shape if isinstance(y, ndarray) else None
        return y

    return read_only_forward


def with_checked_gradient(backward: Callable[..., Array]) -> Callable[..., Array]:
    """Return a `backward` that refuses a wrong dy, and whose result can't be written to.

    It leaves the gradients of frozen parameters 0.
    In many layers NumPy would reshape or broadcast a dy of another shape without a word.
    """

    @wraps(backward)
    def checked_backward(layer: object, dy: Array) -> Array:
        if type(layer).backward is checked_backward:  # type: ignore[attr-defined]  # no super() call
            _require_gradient(layer, dy)
        dx = backward(layer, dy)
        if layer.__dict__.get("_frozen"):
            layer._zero_frozen()  # type: ignore[attr-defined]
        return _read_only(dx)

    return checked_backward


def _read_only(array: Array) -> Array:
    """Return a view that can't be written to; anything else than an array as it is."""
    if isinstance(array, ndarray) and array.flags.writeable:
        array = array.view()  # the array itself may be the caller's, or a buffer
        array.setflags(write=False)
    return array


def _require_gradient(layer: object, dy: object) -> None:
    """Raise an error if dy is not an array of floats, or not of the last output's shape."""
    kind, shape = type(layer).__name__, layer.__dict__.get("_output_shape")
    if not isinstance(dy, ndarray):
        raise TypeError(f"{kind}.backward expects dy as an array, not a {type(dy).__name__}")
    if dy.shape != shape and shape is not None:
        raise ValueError(f"{kind}.backward expects dy of shape {shape}, as y, got shape {dy.shape}")
    if dy.dtype.kind not in "fc":  # whole numbers overflow, and truth values do not add up
        raise TypeError(f"{kind}.backward expects dy of floats, got {dy.dtype}")
