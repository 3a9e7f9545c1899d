"""What the tests of reading ONNX' files share: graphs of a few nodes."""

from typing import Any

import numpy as np
import pytest

from glassnet.nn import Array


def model(nodes: list[Any], constants: dict[str, Array], *outputs: str, ids: bool = False) -> Any:
    """A model of nodes that read "x", and of constants."""
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto
    tensors = [onnx.numpy_helper.from_array(v, name) for name, v in constants.items()]
    x = helper.make_tensor_value_info("x", kind.INT64 if ids else kind.FLOAT, None)
    ends = [helper.make_tensor_value_info(name, kind.FLOAT, None) for name in outputs or ("y",)]
    return helper.make_model(helper.make_graph(nodes, "g", [x], ends, tensors))


def node(kind: str, inputs: str, outputs: str = "y", **attributes: Any) -> Any:
    """A node; "-" stands for an input that it is not given."""
    onnx = pytest.importorskip("onnx")
    read = ["" if name == "-" else name for name in inputs.split()]
    return onnx.helper.make_node(kind, read, outputs.split(), f"my/{kind}", **attributes)


def weights(gates: int, directions: int = 1, units: int = 2) -> dict[str, Array]:
    """W, R and B of a cell that reads 3 numbers."""
    generator = np.random.default_rng(1)
    shapes = {"W": (gates * units, 3), "R": (gates * units, units), "B": (2 * gates * units,)}
    return {
        name: generator.normal(size=(directions, *shape)).astype(np.float32)
        for name, shape in shapes.items()
    }
