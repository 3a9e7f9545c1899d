"""Networks of `.weights.h5` files, which hold weights and no structure.

What such a file says is the class of each layer, the number of each among those of its class, and
the shapes of its weights. That is enough for the commonest network of sequences: an embedding or
none, recurrent layers of one kind, and dense layers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from glassnet.convert.format import ConversionError
from glassnet.convert.keras.layer import KerasLayer
from glassnet.convert.keras.reading import parts_of
from glassnet.convert.structure.parts import Part
from glassnet.nn import Array

_ORDER = ("embedding", "bidirectional", "lstm", "gru", "simple_rnn", "time_distributed", "dense")
_CELLS = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "SimpleRNN"}
_ADVICE = "glassnet.convert.load_weights takes a network of the same layers, or save a .keras file"


def parts_of_stack(variables: Mapping[str, list[Array]]) -> list[Part]:
    """Return the layers of a stack of recurrent layers.

    Parameters
    ----------
    variables : Mapping[str, list[Array]]
        The weights; see `read_variables`.

    Returns
    -------
    list[Part]
        An `Embedding` if there is one, recurrent layers, which return sequences, and `Dense` layers
        without activation.

    Raises
    ------
    ConversionError
        If the file holds other layers, several kinds of recurrent ones, or none.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.keras.stacks import parts_of_stack
    >>> cell = [np.zeros((3, 8)), np.zeros((2, 8)), np.zeros(8)]
    >>> parts = parts_of_stack({"layers/lstm/cell": cell, "layers/dense": [np.eye(2), np.ones(2)]})
    >>> for part in parts:
    ...     print(part.name, part.layer)
    lstm LSTM Wx (3, 8), Wh (2, 8), b (8,)
    dense Dense W (2, 2), b (2,)
    """
    groups: dict[str, dict[str, list[Array]]] = {}  # of each layer, the weights of its parts
    for path, arrays in variables.items():
        _, _, rest = path.partition("/")
        name, _, part = rest.partition("/")
        if arrays:
            groups.setdefault(name, {})[part] = arrays
    places = {name: _place(name) for name in groups}
    kinds = {_ORDER[order] for order, _ in places.values()}
    if len(kinds & {"bidirectional", *_CELLS}) != 1:
        raise ConversionError(
            "holds weights alone, of which only an embedding, recurrent layers of one kind and "
            f"dense layers tell their order, not {', '.join(sorted(kinds)) or 'none'}; {_ADVICE}"
        )
    parts = []
    for name in sorted(groups, key=lambda name: places[name]):
        kind = _ORDER[places[name][0]]
        parts += parts_of(_layer(name, kind, groups[name]))
    return parts


def _place(name: str) -> tuple[int, int]:
    """Return where a layer stands by its name: the place of its class, and its number there."""
    found = re.fullmatch(r"(.+?)(?:_(\d{1,6}))?", name)
    assert found is not None
    kind, number = found.groups()
    if kind not in _ORDER:
        raise ConversionError(
            f"layers/{name[:60]}: holds weights alone, which don't tell where this layer stands; "
            f"{_ADVICE}"
        )
    return _ORDER.index(kind), int(number or 0)


def _layer(name: str, kind: str, variables: Mapping[str, list[Array]]) -> KerasLayer:
    """Return a layer with the options that its weights tell."""
    if kind == "embedding":
        rows, columns = _shape(name, variables, "", 0)
        return KerasLayer("Embedding", name, {"input_dim": rows, "output_dim": columns}, variables)
    if kind in ("dense", "time_distributed"):
        arrays = variables.get("" if kind == "dense" else "layer", [])
        units = _shape(name, {"": arrays}, "", 0)[1]
        options = {"units": units, "use_bias": len(arrays) > 1}
        return KerasLayer("Dense", name, options, {"": arrays})
    if kind == "bidirectional":
        shape = _shape(name, variables, "forward_layer/cell", 1)
        cell = {4: "LSTM", 3: "GRU", 1: "SimpleRNN"}.get(shape[1] // max(shape[0], 1), "LSTM")
        both = {
            option: {
                "class_name": cell,
                "config": {
                    **_cell_options(name, cell, variables, f"{option_part}/cell"),
                    "go_backwards": option == "backward_layer",
                },
            }
            for option, option_part in (
                ("layer", "forward_layer"),
                ("backward_layer", "backward_layer"),
            )
        }
        return KerasLayer("Bidirectional", name, both, variables)
    cell = _CELLS[kind]
    return KerasLayer(cell, name, _cell_options(name, cell, variables, "cell"), variables)


def _cell_options(
    name: str, cell: str, variables: Mapping[str, list[Array]], part: str
) -> dict[str, object]:
    units = _shape(name, variables, part, 1)[0]
    arrays = variables[part]
    options: dict[str, object] = {
        "units": units,
        "use_bias": len(arrays) > 2,
        "return_sequences": True,
    }
    if cell == "GRU":
        options["reset_after"] = len(arrays) < 3 or arrays[2].ndim == 2
    return options


def _shape(
    name: str, variables: Mapping[str, list[Array]], part: str, number: int
) -> tuple[int, int]:
    """Return the shape of a matrix."""
    arrays = variables.get(part, [])
    if len(arrays) <= number or arrays[number].ndim != 2:
        raise ConversionError(f"layers/{name}: holds no matrix {number}")
    rows, columns = arrays[number].shape
    return rows, columns
