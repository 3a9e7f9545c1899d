"""The vectors of a network: parameters and gradients, and the layers' views into them."""

from __future__ import annotations

import math
import weakref
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from glassnet.nn.contract.copying import WithCopies
from glassnet.nn.contract.freezing import WithFreezing
from glassnet.nn.contract.layers import Layers
from glassnet.nn.contract.messages import (
    WithMessages,
    cannot_change,
    require_initializer,
    require_lengths,
    require_uninitialized,
    require_vectors,
)
from glassnet.nn.contract.named.views import Views, write
from glassnet.nn.initializers import Initializer
from glassnet.nn.types import Array

_ABSENT = object()


class WithVectors(WithMessages, WithCopies, WithFreezing):
    """The part of a layer that declares parameters and holds them in vectors."""

    theta: Array
    grad: Array
    layers: Mapping[str, WithVectors]

    def __init__(self) -> None:
        super().__init__()
        self._declared: dict[str, tuple[tuple[int, ...], Initializer]] = {}
        self._written = {"theta", "grad"}  # attributes whose arrays are written to, not replaced
        self._home: weakref.ref[WithVectors] | None = (
            None  # the layer whose vectors this one's are in
        )

    if TYPE_CHECKING:

        def walk(self, prefix: str = "") -> Iterator[tuple[str, WithVectors]]: ...

        def _require_inside(self, name: str, items: Collection[object]) -> None: ...
        def _allocate_statistics(self) -> None: ...

    else:  # or type checkers would accept any attribute

        def __setattr__(self, name, value):
            own = self.__dict__
            there = own.get(name, _ABSENT)
            if there is value:  # as after `self.dW += ...`
                return
            if name in own.get("_written", ()):  # what is replaced would leave the vector
                write(f"{type(self).__name__}.{name}", getattr(self, name), value)
                return
            if isinstance(there, _KEPT):
                raise cannot_change(self, name, "replaced")
            if isinstance(value, WithVectors):
                self._set_layer(name, value)
            elif isinstance(value, list | tuple | dict):
                self._require_inside(name, value)
            object.__setattr__(self, name, value)

        def __delattr__(self, name):
            if name in self._written or isinstance(self.__dict__.get(name), _KEPT):
                raise cannot_change(self, name, "deleted")
            object.__delattr__(self, name)

    # -- building ---------------------------------------------------------------------------

    def declare(self, name: str, shape: tuple[int, ...], initializer: Initializer) -> None:
        """Declare a parameter: `self.<name>` and its gradient `self.d<name>` will be views.

        Setting either of them copies the values into the view.

        Parameters
        ----------
        name : str
            The name of the parameter.
        shape : tuple of int
            Its shape.
        initializer : Initializer
            The function that draws its first values, such as those in `glassnet.nn.initializers`.

        Raises
        ------
        ValueError
            If the layer has an attribute `<name>` or `d<name>`, or if a length is negative.
        TypeError
            If a length is not a whole number, or the initializer is no function.
        RuntimeError
            If the layer is initialized already.
        """
        kind = type(self).__name__
        require_lengths(kind, name, shape)
        require_initializer(kind, name, initializer)
        require_uninitialized(self, name)
        if name in self._declared:
            raise ValueError(f"a parameter named {name!r} is already there")
        for attribute in (name, f"d{name}"):
            if attribute in self._written or hasattr(self, attribute):
                raise ValueError(
                    f"a parameter can't be named {name!r}: the layer has another {attribute!r}"
                )
        self._declared[name] = (shape, initializer)
        self._written |= {name, f"d{name}"}

    def bind(self, theta: Array, grad: Array) -> None:
        """Use these two vectors, which may lie in shared memory, for parameters and gradients.

        Parameters
        ----------
        theta, grad : array
            Flat vectors with one element for each parameter.

        Raises
        ------
        ValueError
            If the vectors have another shape, or lie in the same memory.
        TypeError
            If they are not arrays of floats, or if a list of layers has got one that is not inside.
        RuntimeError
            If this layer, or one inside it, has its parameters in the vectors of another network.
        """
        require_vectors(self.parameter_count, theta, grad)
        self._require_own_vectors(None)
        self._bind(theta, grad)

    def _bind(self, theta: Array, grad: Array) -> None:
        """Use two vectors of the right size, wherever this layer is."""
        offset = 0
        for name, (shape, _) in self._declared.items():
            end = offset + math.prod(shape)
            vars(self)[name] = theta[offset:end].reshape(shape)
            vars(self)[f"d{name}"] = grad[offset:end].reshape(shape)
            offset = end
        for layer in self.layers.values():
            end = offset + layer.parameter_count
            layer._bind(theta[offset:end], grad[offset:end])
            layer._home = weakref.ref(self)
            offset = end
        vars(self).update(theta=theta, grad=grad)
        self._allocate_statistics()

    def _require_own_vectors(self, outer: WithVectors | None) -> None:
        """Raise an error if a network other than `outer` has the parameters of this layer."""
        home = None if self._home is None else self._home()
        if home is not None and home is not outer:
            kind, whole = type(self).__name__, type(home).__name__
            raise RuntimeError(
                f"the parameters of this {kind} are a part of a {whole}'s: initialize or bind the "
                f"{whole}, or a layer of its own, copy.deepcopy(layer)"
            )
        for name, value in vars(self).items():
            if isinstance(value, list | tuple | dict):  # it may have got a layer since it was set
                self._require_inside(name, value)
        for layer in self.layers.values():
            layer._require_own_vectors(self)

    @property
    def parameter_count(self) -> int:
        """The number of parameters, known before `initialize`."""
        return sum(math.prod(shape) for shape in self.parameter_shapes.values())

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of all parameters by dotted name, known before `initialize`."""
        return {
            prefix + name: shape
            for prefix, layer in self.walk()
            for name, (shape, _) in layer._declared.items()
        }

    # -- looking in -------------------------------------------------------------------------

    @property
    def parameters(self) -> dict[str, Array]:
        """Views of all parameters by dotted name, such as `lstm1.Wh`, in the order of `theta`.

        Setting an entry copies the values into the view.
        """
        return self._views("parameter", "")

    @property
    def gradients(self) -> dict[str, Array]:
        """Views of all gradients by the names of their parameters, in the order of `grad`.

        Setting an entry copies the values into the view.
        """
        return self._views("gradient", "d")

    def _views(self, kind: str, before: str) -> Views:
        """Return the attributes of all parameters, named with `before` in front, by dotted name."""
        views = {
            prefix + name: getattr(layer, before + name)
            for prefix, layer in self.walk()
            for name in layer._declared
        }
        vector = "grad" if before else "theta"
        whole = vars(self).get(vector)
        for name, view in views.items():
            if whole is not None and view.size and not np.may_share_memory(view, whole):
                raise RuntimeError(
                    f"{kind} {name} is no longer a part of {vector}; "
                    "write into it, with [...] = or +=, instead of replacing it"
                )
        return Views(kind, views)


_KEPT = (WithVectors, Layers)  # what an attribute keeps once it is set
