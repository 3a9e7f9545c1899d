"""The base of layers that hold others: `Sequential` and branches."""

from __future__ import annotations

from collections.abc import Mapping

from glassnet.nn.layer import Layer


class Container(Layer):
    """Layers inside one, named by kind and count, such as `dense1`, or by a name of their own."""

    def __init__(self, *layers: Layer | tuple[str, Layer]) -> None:
        super().__init__()
        own = type(self).__name__
        counts: dict[str, int] = {}
        for item in layers:
            if isinstance(item, Layer):
                kind = type(item).__name__.lower()
                counts[kind] = counts.get(kind, 0) + 1
                item = (f"{kind}{counts[kind]}", item)
            if not (isinstance(item, tuple) and len(item) == 2):
                raise TypeError(
                    f"{own} takes layers, as in {own}(Dense(4, 8), ReLU()), or pairs "
                    f"(name, layer), not {item!r}"
                )
            self.add(*item)

    @property
    def configuration(self) -> Mapping[str, object]:
        if type(self).__init__ is not Container.__init__:
            return super().configuration
        return {"layers": tuple(self.layers.items())}  # those added later, too
