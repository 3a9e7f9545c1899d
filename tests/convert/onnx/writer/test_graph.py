import numpy as np
import pytest

from glassnet.convert.onnx.writer.graph import Graph


def test_names_tell_the_layer_and_constants_are_kept_once() -> None:
    pytest.importorskip("onnx")
    graph = Graph(np.dtype(np.float32))
    graph.begin("dense")
    for _ in range(2):
        assert graph.weight("W", np.ones((2, 2))) == "dense.W"
    assert [weight.name for weight in graph.weights] == ["dense.W"]
    assert graph.weights[0].data_type == 1  # float32
    assert graph.one("Relu", "x") == "dense/Relu1"
    assert graph.node("LSTM", ["x", "dense.W"], 3)[1:] == ["dense/LSTM2:1", "dense/LSTM2:2"]
    graph.begin("other")
    assert graph.one("Relu", "x") == "other/Relu1"
    graph.output("y", "other/Relu1", ["batch", 2])
    assert graph.nodes[-1].op_type == "Identity"
    assert [value.name for value in graph.outputs] == ["y"]
