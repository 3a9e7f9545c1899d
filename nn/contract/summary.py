"""The table of a network's layers: names, output shapes and numbers of parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from glassnet.nn.types import Array


class Part(Protocol):
    """What the table shows of a layer."""

    def forward(self, x: Array, train: bool = ...) -> Array: ...

    @property
    def layers(self) -> Mapping[str, Part]: ...

    @property
    def parameter_count(self) -> int: ...

    def walk(self, prefix: str = "") -> Iterator[tuple[str, Part]]: ...


def table(layer: Part, x: Array | None) -> str:
    """Return one line for a layer and each layer inside it; with shapes if there is an input."""
    shapes: dict[int, str] = {}
    if x is not None:
        with _recording(layer, shapes):
            layer.forward(x)
    rows: list[tuple[str, ...]] = [("layer", "output", "parameters")]
    for prefix, part in layer.walk():
        *outer, name, _ = ["", *prefix.split(".")]
        kind = type(part).__name__
        label = "  " * len(outer) + f"{name}: {kind}" if name else kind
        shape = shapes.get(id(part), "-")
        rows.append((label, shape, f"{part.parameter_count:,}"))
    if x is None:
        rows = [(label, count) for label, _, count in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([*map(str.ljust, row[:-1], widths), row[-1].rjust(widths[-1])]) for row in rows
    )


@contextmanager
def _recording(layer: Part, shapes: dict[int, str]) -> Iterator[None]:
    """Write down the output shape of each layer, by its id, when its `forward` is called."""

    def record(part: Part) -> None:
        forward = part.forward

        def recorded(x: Array, train: bool = False) -> Array:
            y = forward(x, train)
            shapes[id(part)] = str(y.shape)
            return y

        vars(part)["forward"] = recorded

    parts = [part for _, part in layer.walk()]
    for part in parts:
        record(part)
    try:
        yield
    finally:
        for part in parts:
            del vars(part)["forward"]
