"""Views of a network's numbers by name: setting an entry writes into the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Never

import numpy as np

from glassnet.nn.types import Array


def write(name: str, there: Array, values: object) -> None:
    """Copy values into an array that is there; raise an error if shape or type do not fit."""
    if values is there:  # as after `views[name] += ...`
        return
    given = np.asarray(values)
    if given.shape != there.shape:
        raise ValueError(
            f"{name} has shape {there.shape}: it can't be set to values of shape {given.shape}"
        )
    if not np.can_cast(given.dtype, there.dtype, "same_kind"):
        raise TypeError(f"{name} is {there.dtype}: it can't be set to values of {given.dtype}")
    there[...] = given


class Views(dict[str, Array]):
    """Arrays of a network by dotted name; setting an entry writes into the array.

    It reads as a dict. Entries can't be added or removed. A copy is a plain dict.
    """

    def __init__(self, kind: str, values: Mapping[str, Array]) -> None:
        super().__init__(values)
        self._kind = kind  # such as "parameter", for messages

    def __setitem__(self, name: str, values: object) -> None:
        if name not in self:
            raise unknown(self._kind, name, self)
        write(f"{self._kind} {name}", self[name], values)

    def update(self, *values: object, **named: object) -> None:
        """Set several entries."""
        for name, value in dict[str, object](*values, **named).items():
            self[name] = value

    def __ior__(self, values: object) -> Views:  # type: ignore[override, misc]
        self.update(values)
        return self

    def _refuse(self, *_: object) -> Never:
        raise TypeError(f"a {self._kind} can't be removed or added here; setting its values can")

    __delitem__ = clear = pop = popitem = setdefault = _refuse

    def __reduce__(self) -> tuple[type, tuple[dict[str, Array]]]:
        return dict, (dict(self),)


class States(Views):
    """The carried states of a network by dotted name; setting an entry sets the network's state.

    A known state that is not there yet, because it starts from zeros, can be set too.
    """

    def __init__(
        self, values: Mapping[str, Array], setters: Mapping[str, Callable[[Array], None]]
    ) -> None:
        super().__init__("state", values)
        self._setters = setters  # of all states that the network knows

    def __setitem__(self, name: str, values: object) -> None:
        if name not in self._setters:
            raise unknown(self._kind, name, self._setters)
        value = np.array(values)  # a copy: arrays that were read earlier stay as they are
        if name in self:
            value = np.empty_like(self[name])
            write(f"{self._kind} {name}", value, values)
        self._setters[name](value)
        dict.__setitem__(self, name, value)


def unknown(kind: str, name: str, known: Mapping[str, object]) -> ValueError:
    """Return the error for a name that the network does not have."""
    there = ", ".join(sorted(known)) or "none"
    return ValueError(f"the network has no {kind} {name!r}; it has {there}")
