import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.onnx.reader.nodes import Axes, Node, Value, constant, nodes_of
from glassnet.nn import ReLU
from tests.convert.onnx.graphs import model, node

onnx = pytest.importorskip("onnx")


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int64, np.int32])
def test_constants(dtype: type) -> None:
    values = np.arange(6, dtype=dtype).reshape(2, 3)
    found = constant(onnx.numpy_helper.from_array(values, "a"))
    assert found is not None
    assert found.dtype == dtype
    assert (found == values).all()
    if dtype is not np.float16:
        kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        one_by_one = onnx.helper.make_tensor("a", kind, (2, 3), values.ravel())
        assert (constant(one_by_one) == values).all()


def test_other_types_are_left_out() -> None:
    assert constant(onnx.numpy_helper.from_array(np.array([True]), "a")) is None
    assert constant(onnx.numpy_helper.from_array(np.array(["a"], object), "a")) is None


def test_hostile_tensors() -> None:
    def tensor() -> onnx.TensorProto:
        return onnx.numpy_helper.from_array(np.ones((2, 3), np.float32), "mine")

    larger, negative, empty, outside = tensor(), tensor(), tensor(), tensor()
    larger.dims[0] = 10**12
    negative.dims[:] = [-2, -3]
    empty.ClearField("raw_data")
    for wrong in (larger, negative, empty):
        with pytest.raises(ConversionError, match=r"^tensor 'mine': announces another number"):
            constant(wrong)
    outside.ClearField("raw_data")
    outside.data_location = onnx.TensorProto.EXTERNAL
    outside.external_data.add(key="location", value="/etc/passwd")
    with pytest.raises(ConversionError, match=r"^tensor 'mine': lies in another file"):
        constant(outside)


def test_nodes() -> None:
    made = model(
        [
            node("Gemm", "x W", transB=1, alpha=0.5),
            node("RNN", "y W", activations=["Tanh"], direction="forward", clip_at=[1.0]),
            node("Op", "y", domain="mine"),
        ],
        {},
    )
    first, second, third = nodes_of(made.graph)
    assert first.attributes == {"transB": 1, "alpha": 0.5}
    assert second.attributes == {
        "activations": ("Tanh",),
        "direction": "forward",
        "clip_at": (1.0,),
    }
    assert (third.kind, third.name) == ("mine.Op", "my/Op")
    assert (third.inputs, third.outputs) == (("y",), ("y",))
    assert (first.input(1), first.input(2)) == ("W", "")


def test_nodes_without_a_name_have_that_of_their_output() -> None:
    made = model([onnx.helper.make_node("Relu", ["x"], ["y"])], {})
    assert nodes_of(made.graph)[0].name == "y"


def test_values() -> None:
    value = Value(Axes.GIVEN).then("a", ReLU()).with_axes(Axes.ROWS)
    assert [part.name for part in value.parts] == ["a"]
    assert value.axes is Axes.ROWS


def test_errors_name_the_node() -> None:
    one = Node("Relu", "n" * 200, (), (), {"axis": 3})
    with pytest.raises(ConversionError, match=r"^node 'n{80}' \(Relu\): axis=3 is not supported"):
        one.require("axis", -1, 1)
    one.require("other", -1)
