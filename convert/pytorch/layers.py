"""How the layers of glassnet are laid out as PyTorch's modules of the same kind.

PyTorch multiplies weights from the left, and has the channels of kernels first. What has no
counterpart there keeps glassnet's names and layout: layers of other kinds, and a GRU whose reset
gate acts before the product.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import numpy as np

from glassnet.convert.cells import LAYOUTS, CellWeights, from_glassnet, to_glassnet
from glassnet.convert.pytorch.modules import Module
from glassnet.nn import (
    GRU,
    LSTM,
    Array,
    BatchNorm,
    Bidirectional,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Embedding,
    Layer,
    LayerNorm,
    MultiHeadAttention,
    PositionEmbedding,
    RMSNorm,
    SimpleRNN,
)

__all__ = ["UNCHANGED", "LayerLayout", "cell_of", "layout_of", "own_arrays"]


class LayerLayout(Protocol):
    """How the arrays of a layer become a module's tensors, and back.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.pytorch.layers import LayerLayout, layout_of
    >>> from glassnet.nn import Dense
    >>> dense = Dense(3, 2).initialize(np.random.default_rng(1))
    >>> layout: LayerLayout = layout_of(dense)
    >>> layout.tensors(dense, exact=True)["weight"].shape
    (2, 3)
    """

    def tensors(self, layer: Layer, exact: bool) -> dict[str, Array]:
        """Return the tensors of an initialized layer.

        Parameters
        ----------
        layer : Layer
            The layer.
        exact : bool
            Whether tensors that PyTorch's module does not have may be there, if the layer can't be
            restored to the last bit without them.

        Returns
        -------
        dict[str, Array]
            The tensors by their names in the module, each contiguous.
        """

    def arrays(self, layer: Layer, module: Module) -> dict[str, Array]:
        """Return a layer's arrays, by their dotted names, from a module's tensors.

        Parameters
        ----------
        layer : Layer
            The layer, which need not be initialized.
        module : Module
            The tensors.

        Returns
        -------
        dict[str, Array]
            Parameters and statistics.

        Raises
        ------
        ConversionError
            If a tensor is missing or has another shape.
        """


class _Axes:
    """Each array is a tensor whose axes are in another order."""

    def __init__(self, **names: tuple[str, tuple[int, ...]]) -> None:
        self._names = names  # of the tensor, and its axes in the array, by the array's name

    def tensors(self, layer: Layer, exact: bool) -> dict[str, Array]:
        return {
            name: layer.arrays[own].transpose(axes).copy()
            for own, (name, axes) in self._names.items()
        }

    def arrays(self, layer: Layer, module: Module) -> dict[str, Array]:
        found = {}
        for own, (name, axes) in self._names.items():
            shape = layer.array_shapes[own]
            tensor = module.take(name, tuple(shape[axis] for axis in axes))
            found[own] = tensor.transpose(np.argsort(axes))
        return found


class _Unchanged:
    """Layers that PyTorch does not have keep glassnet's names and layout."""

    def tensors(self, layer: Layer, exact: bool) -> dict[str, Array]:
        return {name: layer.arrays[name].copy() for name in own_arrays(layer)}

    def arrays(self, layer: Layer, module: Module) -> dict[str, Array]:
        return {name: module.take(name, layer.array_shapes[name]) for name in own_arrays(layer)}


class _Embedding:
    """PyTorch's embedding has no bias: its weight is W + b."""

    def tensors(self, layer: Layer, exact: bool) -> dict[str, Array]:
        W, b = layer.arrays["W"], layer.arrays["b"]
        if not b.any():
            return {"weight": np.array(W)}
        return {"weight": W + b} | ({"W": np.array(W), "b": np.array(b)} if exact else {})

    def arrays(self, layer: Layer, module: Module) -> dict[str, Array]:
        shapes = layer.array_shapes
        weight = module.take("weight", shapes["W"])
        if module.has("W"):
            W, b = module.take("W", shapes["W"]), module.take("b", shapes["b"])
            if np.array_equal(W + b, weight):  # nobody has changed the weight since
                return {"W": W, "b": b}
        return {"W": weight, "b": np.zeros(shapes["b"], weight.dtype)}


class _Cell(NamedTuple):
    """A recurrent layer as layer 0 of a recurrent module, or as its backward direction."""

    cell: str  # LSTM, GRU, SimpleRNN
    direction: str = ""  # or "_reverse"

    @property
    def _names(self) -> list[str]:
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return [f"{name}_l0{self.direction}" for name in names]

    def tensors(self, layer: Layer, exact: bool) -> dict[str, Array]:
        weights = from_glassnet(layer.arrays, "PyTorch", self.cell)
        return {
            name: value
            for name, value in zip(self._names, weights, strict=True)
            if value is not None
        }

    def arrays(self, layer: Layer, module: Module) -> dict[str, Array]:
        inputs, columns = layer.array_shapes["Wx"]
        units = layer.array_shapes["Wh"][0]
        shapes = ((columns, inputs), (columns, units), (columns,), (columns,))
        taken = (module.take(*pair) for pair in zip(self._names, shapes, strict=True))
        return to_glassnet(CellWeights(*taken), "PyTorch", self.cell)


class _Directions(NamedTuple):
    """Two cells of one kind as one bidirectional module."""

    cell: str

    @property
    def _parts(self) -> dict[str, _Cell]:
        return {
            "forward_layer": _Cell(self.cell),
            "backward_layer": _Cell(self.cell, "_reverse"),
        }

    def tensors(self, layer: Layer, exact: bool) -> dict[str, Array]:
        found: dict[str, Array] = {}
        for name, part in self._parts.items():
            found |= part.tensors(layer.layers[name], exact)
        return found

    def arrays(self, layer: Layer, module: Module) -> dict[str, Array]:
        found = {}
        for name, part in self._parts.items():
            for own, value in part.arrays(layer.layers[name], module).items():
                found[f"{name}.{own}"] = value
        return found


UNCHANGED: LayerLayout = _Unchanged()
"""The layout of layers that PyTorch does not have: their own."""

_LAYOUTS: Mapping[type[Layer], LayerLayout] = {
    Dense: _Axes(W=("weight", (1, 0)), b=("bias", (0,))),
    Embedding: _Embedding(),
    Conv1D: _Axes(W=("weight", (2, 1, 0)), b=("bias", (0,))),
    Conv2D: _Axes(W=("weight", (3, 2, 0, 1)), b=("bias", (0,))),
    Conv2DTranspose: _Axes(W=("weight", (2, 3, 0, 1)), b=("bias", (0,))),
    LayerNorm: _Axes(gamma=("weight", (0,)), beta=("bias", (0,))),
    RMSNorm: _Axes(gamma=("weight", (0,))),
    BatchNorm: _Axes(
        gamma=("weight", (0,)),
        beta=("bias", (0,)),
        running_mean=("running_mean", (0,)),
        running_var=("running_var", (0,)),
    ),
    MultiHeadAttention: _Axes(
        W=("in_proj_weight", (1, 0)),
        b=("in_proj_bias", (0,)),
        Wo=("out_proj.weight", (1, 0)),
        bo=("out_proj.bias", (0,)),
    ),
    PositionEmbedding: _Axes(P=("weight", (0, 1))),
}


def layout_of(layer: Layer) -> LayerLayout | None:
    """Return how a layer is laid out, or None if it is only what is inside it.

    Parameters
    ----------
    layer : Layer
        Any layer or network.

    Returns
    -------
    LayerLayout or None
        The layout; that of a `Bidirectional` layer is for the two layers inside as well.

    Examples
    --------
    >>> from glassnet.convert.pytorch.layers import layout_of
    >>> from glassnet.nn import Dense, Sequential
    >>> layout_of(Sequential(Dense(3, 2))) is None
    True
    """
    cell = cell_of(layer)
    if cell in LAYOUTS["PyTorch"]:
        return _Cell(cell)
    if type(layer) is Bidirectional:
        parts = [layer.forward_layer, layer.backward_layer]
        cells = {cell_of(part) for part in parts}
        sizes = {tuple(part.array_shapes.items()) for part in parts}
        cell = cells.pop()
        if not cells and len(sizes) == 1 and cell in LAYOUTS["PyTorch"]:
            return _Directions(cell)
    if layout := _LAYOUTS.get(type(layer)):
        return layout
    return UNCHANGED if own_arrays(layer) else None


def cell_of(layer: Layer) -> str:
    """Return the name of a recurrent cell in `LAYOUTS`, or nothing for other layers.

    Parameters
    ----------
    layer : Layer
        Any layer.

    Returns
    -------
    str
        Such as "GRU with reset before".

    Examples
    --------
    >>> from glassnet.convert.pytorch.layers import cell_of
    >>> from glassnet.nn import GRU, Dense
    >>> cell_of(GRU(3, 2)), cell_of(Dense(3, 2))
    ('GRU', '')
    """
    if type(layer) is GRU:
        return "GRU" if layer.reset_after else "GRU with reset before"
    return {LSTM: "LSTM", SimpleRNN: "SimpleRNN"}.get(type(layer), "")


def own_arrays(layer: Layer) -> list[str]:
    """Return the names of a layer's arrays without those of the layers inside it.

    Parameters
    ----------
    layer : Layer
        Any layer.

    Returns
    -------
    list[str]
        Parameters and statistics.

    Examples
    --------
    >>> from glassnet.convert.pytorch.layers import own_arrays
    >>> from glassnet.nn import BatchNorm
    >>> own_arrays(BatchNorm(3))
    ['gamma', 'beta', 'running_mean', 'running_var']
    """
    return [name for name in layer.array_shapes if "." not in name]
