"""The weights of recurrent cells as glassnet, PyTorch, Keras and ONNX lay them out.

A cell has an input matrix, a recurrent matrix, and one bias or two. Each consists of blocks, one
for each gate, and frameworks differ in four ways: in the order of the blocks, in whether a matrix
is written for x W or for W x, in whether there is one bias or another one for the recurrent
product, and in where a GRU's reset gate acts. `LAYOUTS` says all of this:

    cell        glassnet   PyTorch   Keras     ONNX
    LSTM        i f o g    i f g o   i f g o   i o f g   input, forget, output gate, g candidate
    GRU         r z n      r z n     z r n     z r n     reset, update gate z, n candidate
    matrices    x W        W x       x W       W x
    biases      1          2         1         2         Keras: 2 for a GRU with the reset after

All four compute the same from them: c = f ⊙ c + i ⊙ g in an LSTM, h = (1 - z) ⊙ n + z ⊙ h in a GRU.
glassnet has a second bias only where it is not simply added to the first: in the candidate of a GRU
whose reset gate acts after the product, n = tanh(x Wx_n + b_n + r ⊙ (h Wh_n + bh)).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from glassnet.convert.format import ConversionError
from glassnet.nn import Array

__all__ = ["LAYOUTS", "CellLayout", "CellWeights", "from_glassnet", "to_glassnet"]


class CellLayout(NamedTuple):
    """How a framework lays out the weights of a cell.

    Attributes
    ----------
    gates : str
        The order of the blocks, a letter for each: i input, f forget, o output gate, g candidate of
        an LSTM; r reset, z update gate, n candidate of a GRU; n the only block of a simple cell.
    transposed : bool
        Whether matrices are (blocks, inputs), to be multiplied from the left.
    biases : int
        1, or 2 if the recurrent product has one of its own.

    Examples
    --------
    >>> from glassnet.convert.cells import LAYOUTS
    >>> LAYOUTS["ONNX"]["LSTM"]
    CellLayout(gates='iofg', transposed=True, biases=2)
    """

    gates: str
    transposed: bool
    biases: int


class CellWeights(NamedTuple):
    """The weights of a cell in some framework's layout.

    Attributes
    ----------
    input : Array
        (D, G H), or (G H, D) if it is transposed, with G gates, D inputs and H units.
    recurrent : Array
        (H, G H) or (G H, H).
    bias : Array, optional
        (G H,); None stands for zeros.
    recurrent_bias : Array, optional
        (G H,) if the framework has two.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.cells import CellWeights
    >>> CellWeights(np.zeros((3, 8)), np.zeros((2, 8)), np.zeros(8)).recurrent_bias is None
    True
    """

    input: Array
    recurrent: Array
    bias: Array | None = None
    recurrent_bias: Array | None = None


GLASSNET_GATES = {"LSTM": "ifog", "GRU": "rzn", "GRU with reset before": "rzn", "SimpleRNN": "n"}
"""The order of the gates in glassnet; the cells that `LAYOUTS` has as well."""

LAYOUTS: Mapping[str, Mapping[str, CellLayout]] = {
    "PyTorch": {
        "LSTM": CellLayout("ifgo", True, 2),
        "GRU": CellLayout("rzn", True, 2),
        "SimpleRNN": CellLayout("n", True, 2),
    },
    "Keras": {
        "LSTM": CellLayout("ifgo", False, 1),
        "GRU": CellLayout("zrn", False, 2),
        "GRU with reset before": CellLayout("zrn", False, 1),
        "SimpleRNN": CellLayout("n", False, 1),
    },
    "ONNX": {
        "LSTM": CellLayout("iofg", True, 2),
        "GRU": CellLayout("zrn", True, 2),
        "GRU with reset before": CellLayout("zrn", True, 2),
        "SimpleRNN": CellLayout("n", True, 2),
    },
}
"""The layout of each cell in each framework; one that a framework lacks is not there."""


def from_glassnet(arrays: Mapping[str, Array], framework: str, cell: str) -> CellWeights:
    """Return glassnet's weights of a cell in the layout of another framework.

    Parameters
    ----------
    arrays : Mapping[str, Array]
        `Wx`, `Wh`, `b` and, for a GRU with the reset after the product, `bh`: the `parameters` of
        an `LSTM`, `GRU` or `SimpleRNN`.
    framework : str
        "PyTorch", "Keras" or "ONNX".
    cell : str
        "LSTM", "GRU", "GRU with reset before" or "SimpleRNN".

    Returns
    -------
    CellWeights
        New arrays. A second bias is zero but for `bh`.

    Raises
    ------
    ConversionError
        If the framework has no such cell.

    Shapes
    ------
    - Wx: (D, G H), with G gates, D inputs and H units
    - Wh: (H, G H)
    - b: (G H,)
    - bh: (H,)

    Examples
    --------
    A number for each gate, in the order i, f, o, g, comes in PyTorch's order i, f, g, o:

    >>> import numpy as np
    >>> from glassnet.convert.cells import from_glassnet
    >>> arrays = {"Wx": np.array([[1, 2, 3, 4]]), "Wh": np.zeros((1, 4)), "b": np.zeros(4)}
    >>> from_glassnet(arrays, "PyTorch", "LSTM").input
    array([[1],
           [2],
           [4],
           [3]])
    """
    layout = _layout(framework, cell)
    bias = arrays["b"]
    recurrent_bias = None
    if layout.biases == 2:
        recurrent_bias = np.zeros_like(bias)
        if "bh" in arrays:
            recurrent_bias[-len(arrays["bh"]) :] = arrays["bh"]
    elif "bh" in arrays:
        raise ConversionError(f"{framework} has one bias for a {cell}, which leaves none for bh")

    def moved(value: Array, transposed: bool = False) -> Array:
        value = _reordered(value, GLASSNET_GATES[cell], layout.gates)
        return np.ascontiguousarray(value.T) if transposed else value

    return CellWeights(
        moved(arrays["Wx"], layout.transposed),
        moved(arrays["Wh"], layout.transposed),
        moved(bias),
        None if recurrent_bias is None else moved(recurrent_bias),
    )


def to_glassnet(weights: CellWeights, framework: str, cell: str) -> dict[str, Array]:
    """Return a cell's weights in glassnet's layout.

    Two biases become one, their sum; if one is zero the other is taken as it is, to the last bit.

    Parameters
    ----------
    weights : CellWeights
        The weights in the framework's layout, of shapes that fit each other.
    framework : str
        "PyTorch", "Keras" or "ONNX".
    cell : str
        "LSTM", "GRU", "GRU with reset before" or "SimpleRNN".

    Returns
    -------
    dict[str, Array]
        New arrays `Wx`, `Wh`, `b` and, for "GRU", `bh`: what to set an `LSTM`, `GRU` or
        `SimpleRNN` to.

    Raises
    ------
    ConversionError
        If the framework has no such cell.

    Shapes
    ------
    - Wx: (D, G H), with G gates, D inputs and H units
    - Wh: (H, G H)
    - b: (G H,)
    - bh: (H,)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.cells import CellWeights, to_glassnet
    >>> weights = CellWeights(np.ones((1, 3)), np.ones((1, 3)), np.array([1.0, 2.0, 3.0]))
    >>> to_glassnet(weights, "Keras", "GRU with reset before")["b"]  # from z, r, n to r, z, n
    array([2., 1., 3.])
    """
    layout = _layout(framework, cell)

    def moved(value: Array, transposed: bool = False) -> Array:
        return _reordered(value.T if transposed else value, layout.gates, GLASSNET_GATES[cell])

    Wx, Wh = moved(weights.input, layout.transposed), moved(weights.recurrent, layout.transposed)
    units, columns = Wh.shape
    zeros = np.zeros(columns, Wh.dtype)
    bias = zeros if weights.bias is None else moved(weights.bias)
    recurrent_bias = zeros if weights.recurrent_bias is None else moved(weights.recurrent_bias)
    if cell != "GRU":
        return {"Wx": Wx, "Wh": Wh, "b": _sum(bias, recurrent_bias)}
    of_gates = columns - units  # the columns of r and z
    b = np.concatenate([_sum(bias, recurrent_bias)[:of_gates], bias[of_gates:]])
    return {"Wx": Wx, "Wh": Wh, "b": b, "bh": recurrent_bias[of_gates:].copy()}


def _layout(framework: str, cell: str) -> CellLayout:
    if cell not in LAYOUTS[framework]:
        raise ConversionError(f"{framework} has no {cell}")
    return LAYOUTS[framework][cell]


def _reordered(value: Array, before: str, after: str) -> Array:
    """Return an array whose last axis is made of blocks, one for each gate, in another order."""
    blocks = value.reshape(*value.shape[:-1], len(before), value.shape[-1] // len(before))
    return blocks[..., [before.index(gate) for gate in after], :].reshape(value.shape)


def _sum(first: Array, second: Array) -> Array:
    """Return the sum; where one of the two is zero the other, with the sign of its own zeros."""
    return np.where(second == 0, first, np.where(first == 0, second, first + second))
