"""The carried state: what recurrent layers pass from the end of one `forward` to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from glassnet.nn.contract.named.views import States, unknown
from glassnet.nn.types import Array


class WithState:
    """The part of a layer that reads and sets the carried state of all layers inside it."""

    layers: Mapping[str, WithState]
    state_names: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.carried: dict[str, Array] = {}
        self.dcarried: dict[str, Array] = {}

    if TYPE_CHECKING:

        def walk(self, prefix: str = "") -> Iterator[tuple[str, WithState]]: ...

    @property
    def state(self) -> dict[str, Array]:
        """The carried state of all recurrent layers by dotted name, such as `lstm1.h`.

        Setting copies the values; states that are not named start from zeros. Setting one entry,
        such as ``network.state["lstm1.h"] = h``, leaves the other states as they are.

        Raises
        ------
        ValueError
            If it is set to a name that no layer has, or an entry to values of another shape.
        """
        values: dict[str, Array] = {}
        setters: dict[str, Callable[[Array], None]] = {}
        for prefix, layer in self.walk():
            values |= {prefix + name: value for name, value in layer.carried.items()}
            for name in layer.state_names:
                setters[prefix + name] = partial(layer.carried.__setitem__, name)
        return States(values, setters)

    @state.setter
    def state(self, values: Mapping[str, Array]) -> None:
        known = {
            prefix + name: layer for prefix, layer in self.walk() for name in layer.state_names
        }
        for name in values:
            if name not in known:
                raise unknown("state", name, known)
        for prefix, layer in self.walk():
            layer.carried = {
                name: np.array(values[prefix + name])
                for name in layer.state_names
                if prefix + name in values
            }

    @property
    def dstate(self) -> dict[str, Array]:
        """The gradient for the state that `forward` started from, set by `backward`."""
        return {
            prefix + name: value
            for prefix, layer in self.walk()
            for name, value in layer.dcarried.items()
        }

    def carry(self, steps: int | None = None) -> None:
        """Keep the state that the last `forward` reached as the next one's initial state.

        Layers without state do nothing.

        Parameters
        ----------
        steps : int, optional
            The number of time steps after which to take the state; by default all.
        """
        for layer in self.layers.values():
            layer.carry(steps)

    def reset_state(self) -> None:
        """Start the next `forward` from zeros."""
        self.state = {}
