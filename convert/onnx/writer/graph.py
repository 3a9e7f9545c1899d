"""An ONNX graph that grows node by node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from glassnet.nn import Array

if TYPE_CHECKING:
    import onnx


class Graph:
    """The nodes and weights of an ONNX graph, in the order in which they are added.

    Parameters
    ----------
    dtype : numpy.dtype
        The type of all floats.

    Attributes
    ----------
    nodes : list[onnx.NodeProto]
        The nodes.
    weights : list[onnx.TensorProto]
        The constants that nodes read.
    inputs, outputs : list[onnx.ValueInfoProto]
        What the graph reads and returns.
    """

    def __init__(self, dtype: np.dtype[np.floating]) -> None:
        self.dtype = dtype
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []
        self.layer = ""
        self._count = 0

    def begin(self, layer: str) -> None:
        """Name what comes next after a layer."""
        self.layer, self._count = layer, 0

    def node(
        self, kind: str, inputs: Sequence[str], outputs: int = 1, **attributes: object
    ) -> list[str]:
        """Add a node.

        Parameters
        ----------
        kind : str
            Its operator.
        inputs : Sequence[str]
            The names of what it reads; "" for one that it is not given.
        outputs : int, default 1
            How many outputs are named.
        **attributes : object
            The operator's attributes.

        Returns
        -------
        list[str]
            The names of its outputs.
        """
        import onnx

        self._count += 1
        name = f"{self.layer}/{kind}{self._count}"
        names = [f"{name}:{number}" if number else name for number in range(outputs)]
        self.nodes.append(onnx.helper.make_node(kind, inputs, names, name, **attributes))
        return names

    def one(self, kind: str, *inputs: str, **attributes: object) -> str:
        """Add a node with one output, and return its name."""
        return self.node(kind, inputs, 1, **attributes)[0]

    def weight(self, name: str, value: Array) -> str:
        """Add a constant of floats, and return its name."""
        return self._constant(name, value.astype(self.dtype, copy=False))

    def whole(self, name: str, *values: int) -> str:
        """Add a vector of whole numbers, and return its name."""
        return self._constant(name, np.array(values, np.int64))

    def scalar(self, name: str, value: int) -> str:
        """Add one whole number, and return its name."""
        return self._constant(name, np.array(value, np.int64))

    def scales(self, name: str, *values: int) -> str:
        """Add a vector of float32, which `Resize` takes whatever the other floats are."""
        return self._constant(name, np.array(values, np.float32))

    def _constant(self, name: str, value: Array) -> str:
        import onnx

        name = f"{self.layer}.{name}"
        if all(weight.name != name for weight in self.weights):
            self.weights.append(onnx.numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def input(self, name: str, kind: np.typing.DTypeLike, shape: Sequence[int | str]) -> str:
        """Add an input of a type and shape, and return its name."""
        self.inputs.append(_value(name, kind, shape))
        return name

    def output(self, name: str, value: str, shape: Sequence[int | str]) -> None:
        """Return a value from the graph under a name."""
        import onnx

        self.nodes.append(onnx.helper.make_node("Identity", [value], [name], f"{name}/Identity"))
        self.outputs.append(_value(name, self.dtype, shape))


def _value(name: str, kind: np.typing.DTypeLike, shape: Sequence[int | str]) -> onnx.ValueInfoProto:
    import onnx

    element = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    return onnx.helper.make_tensor_value_info(name, element, shape)
