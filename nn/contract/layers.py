"""The layers inside a layer, by name."""

from __future__ import annotations

import copy
from typing import Never, TypeVar

AnyLayer = TypeVar("AnyLayer")


class Layers(dict[str, AnyLayer]):
    """Layers by name; only `Layer.add` puts one there, as each has its place in the vectors.

    It reads as a dict. A copy is a plain dict.
    """

    def _add(self, name: str, layer: AnyLayer) -> None:
        super().__setitem__(name, layer)

    def _refuse(self, *_: object, **__: object) -> Never:
        raise TypeError("layers can't be set or removed here: put one inside with add")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type, tuple[dict[str, AnyLayer]]]:
        return dict, (dict(self),)

    def __deepcopy__(self, memo: dict[int, object]) -> Layers[AnyLayer]:
        """Return copies of the layers, for the copy of the layer that they are inside."""
        return Layers({name: copy.deepcopy(layer, memo) for name, layer in self.items()})
