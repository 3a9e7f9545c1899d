"""The printed form of a network, and clear errors for common mistakes in a layer of one's own."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from glassnet.nn.types import Array


class WithMessages:
    """The part of a layer that prints it and explains missing attributes."""

    layers: Mapping[str, object]
    _written: set[str]
    _declared: Mapping[str, tuple[tuple[int, ...], object]]  # shape and initializer of parameters

    def __repr__(self) -> str:
        parameters = ", ".join(f"{name} {shape}" for name, (shape, _) in self._declared.items())
        lines = [f"{type(self).__name__} {parameters}".strip()]
        for name, layer in self.layers.items():
            first, *rest = repr(layer).splitlines()
            lines += [f"  {name}: {first}", *(f"  {line}" for line in rest)]
        return "\n".join(lines)

    if not TYPE_CHECKING:  # or type checkers would accept any attribute

        def __getattr__(self, name):
            kind, declared = type(self).__name__, self.__dict__.get("_declared")
            if declared is None:
                raise AttributeError(f"{kind}.__init__ must begin with super().__init__()")
            declared = [*declared, *self.__dict__.get("_statistics", ())]
            if name in {"theta", "grad", *declared, *(f"d{parameter}" for parameter in declared)}:
                raise AttributeError(f"{kind} has no {name!r} yet: call initialize first")
            message = f"{kind} has no attribute {name!r}"
            if name.startswith("_") and not name.startswith("__"):
                message += "; if forward sets it, call forward first"
            raise AttributeError(message)

        def __getitem__(self, key):
            raise TypeError(
                f"a {type(self).__name__} can't be indexed, sliced or iterated over: "
                "`layers` holds the layers inside it by name"
            )


def require_generator(method: str, generator: object) -> None:
    """Raise a TypeError for anything but a random generator, such as a seed."""
    if not isinstance(generator, np.random.Generator):
        raise TypeError(
            f"{method} needs a numpy.random.Generator, such as np.random.default_rng(0), "
            f"not {generator!r}"
        )


def require_lengths(kind: str, name: str, shape: tuple[int, ...]) -> None:
    """Raise an error if the shape of a parameter holds anything but whole numbers from 0."""
    try:
        lengths = [operator.index(length) for length in shape]
    except TypeError:
        raise TypeError(f"{kind}: the sizes of {name} must be whole numbers, not {shape}") from None
    if min(lengths, default=0) < 0:
        raise ValueError(f"{kind}: the sizes of {name} must not be negative, but they are {shape}")


def require_initializer(kind: str, name: str, initializer: object) -> None:
    """Raise a TypeError if the initializer of a parameter is not a function."""
    if not callable(initializer):
        raise TypeError(
            f"{kind}: the initializer of {name} must be a function, such as those in "
            f"glassnet.nn.initializers, not {_shown(initializer)}; "
            "an activation is a layer of its own, such as ReLU()"
        )


def require_uninitialized(layer: WithMessages, name: str) -> None:
    """Raise a RuntimeError if a layer has its vectors already, and so can't get a new part."""
    if "theta" in vars(layer):
        raise RuntimeError(
            f"{type(layer).__name__} is initialized: it can't get {name!r} now; "
            "add and declare everything before initialize"
        )


def require_floats(dtype: np.typing.DTypeLike) -> None:
    """Raise a TypeError if a data type can't hold parameters."""
    if np.dtype(dtype).kind not in "fc":
        raise TypeError(f"parameters must be floats, such as np.float32, not {np.dtype(dtype)}")


def require_vectors(size: int, theta: Array, grad: Array) -> None:
    """Raise an error if two arrays can't hold the parameters and the gradients of a network."""
    for name, vector in (("theta", theta), ("grad", grad)):
        if not isinstance(vector, np.ndarray):
            raise TypeError(f"{name} must be an array, not a {type(vector).__name__}")
        require_floats(vector.dtype)
    if theta.shape != (size,) or grad.shape != (size,):
        raise ValueError(
            f"the network has {size} parameters, but theta is of shape {theta.shape} "
            f"and grad of shape {grad.shape}"
        )
    if np.may_share_memory(theta, grad):
        raise ValueError("theta and grad must not lie in the same memory")


def cannot_change(layer: WithMessages, name: str, done: str) -> TypeError:
    """Return the error for an attribute that would leave a layer without a part of it."""
    kind = type(layer).__name__
    if name == "layers":
        return TypeError(f"{kind}.layers can't be {done}: put a layer inside with add")
    what = "a layer inside it" if name not in layer._written else "written to, not replaced"
    return TypeError(f"{kind}.{name} can't be {done}: it is {what}")


def require_layer(kind: str, name: str, layer: object) -> None:
    """Raise a TypeError if what is to be put inside a layer is not a layer."""
    if isinstance(layer, type) and issubclass(layer, WithMessages):
        raise TypeError(f"{kind}: {name!r} must be a layer, such as {layer.__name__}(...)")
    if not isinstance(layer, WithMessages):
        raise TypeError(f"{kind}: {name!r} must be a layer, not {_shown(layer)}")


def _shown(value: object) -> str:
    """Return a value as an error shows it, in one line."""
    shown = repr(value)
    return shown if "\n" not in shown else f"a {type(value).__name__}"
