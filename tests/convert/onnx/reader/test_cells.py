from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.convert import ConversionError, read
from glassnet.convert.onnx.reader.model import network_of_model
from glassnet.nn import GRU, LSTM, Bidirectional, SimpleRNN
from tests.convert.onnx.agreement import outputs
from tests.convert.onnx.graphs import model, node, weights

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
CASES: list[tuple[str, dict[str, Any]]] = [
    ("LSTM", {}),
    ("GRU", {"linear_before_reset": 1}),
    ("GRU", {}),
    ("RNN", {}),
    ("RNN", {"activations": ["Relu"]}),
    ("LSTM", {"direction": "bidirectional"}),
    ("GRU", {"direction": "bidirectional", "linear_before_reset": 1}),
    ("RNN", {"direction": "bidirectional", "activations": ["Tanh", "Relu"]}),
]


@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("number", range(len(CASES)))
def test_onnxruntime_computes_the_same(number: int, biases: bool, tmp_path: Path) -> None:
    kind, options = CASES[number]
    directions = 1 + ("direction" in options)
    constants = weights(GATES[kind], directions)
    inputs = "input W R B" if biases else "input W R"
    made = model([node(kind, inputs, "output", hidden_size=2, **options)], constants, "output")
    made.graph.input[0].name = "input"
    made.ir_version = 9
    made.opset_import[0].version = 20
    path = tmp_path / "cell.onnx"
    path.write_bytes(made.SerializeToString())
    x = np.random.default_rng(2).normal(size=(5, 2, 3)).astype(np.float32)
    theirs = outputs(path, x)["output"]  # (T, directions, N, H)
    ours = read(path).network(x)
    both = np.concatenate(list(theirs.swapaxes(0, 1)), axis=-1)
    np.testing.assert_allclose(ours, both, rtol=0, atol=1e-6)


def read_one(kind: str, inputs: str = "x W R B", **attributes: Any) -> Any:
    made = model([node(kind, inputs, **attributes)], weights(GATES[kind]))
    return network_of_model(made)


def test_kinds() -> None:
    for kind, expected in (("LSTM", LSTM), ("GRU", GRU), ("RNN", SimpleRNN)):
        (layer,) = read_one(kind).layers.values()
        assert type(layer) is expected
    (layer,) = network_of_model(
        model([node("GRU", "x W R", direction="bidirectional")], weights(3, 2))
    ).layers.values()
    assert isinstance(layer, Bidirectional)


@pytest.mark.parametrize(
    ("kind", "inputs", "attributes", "message"),
    [
        ("LSTM", "x W R B", {"layout": 1}, "layout=1 is not supported, only 0"),
        ("LSTM", "x W R B", {"input_forget": 1}, "input_forget=1 is not supported, only 0"),
        ("LSTM", "x W R B", {"clip": 3.0}, "clip is not supported"),
        ("LSTM", "x W R B", {"direction": "reverse"}, "direction=reverse is not supported"),
        ("LSTM", "x W R B", {"hidden_size": 3}, "hidden_size=3 is not supported, only 2"),
        ("LSTM", "x W R B lengths", {}, r"lengths of sequences \(sequence_lens\)"),
        ("LSTM", "x W R B - - - P", {}, r"peepholes \(P\) are not supported"),
        ("LSTM", "x W R B - W", {}, "a state that it starts from is not zeros"),
        ("LSTM", "x x R B", {}, "joins two branches"),
        ("LSTM", "x other R B", {}, "its weights W and R are no constants of 3 axes"),
        ("LSTM", "x W R other", {}, "its biases B are no constants"),
        ("LSTM", "x R W B", {}, "hidden_size|R has the shape|W has the shape|B has the shape"),
        ("LSTM", "x W R W", {}, r"B has the shape \(1, 8, 3\), not \(1, 16\)"),
        ("LSTM", "x W R B", {"activations": ["Relu"] * 3}, "only the default"),
        ("RNN", "x W R B", {"activations": ["Sigmoid"]}, "only Tanh or Relu"),
        ("RNN", "x W R B", {"activations": 3}, "activations is no list of names"),
        ("GRU", "x W R B", {"activations": ["Sigmoid", "Relu"]}, "only the default"),
    ],
)
def test_what_glassnet_lacks(
    kind: str, inputs: str, attributes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConversionError, match=rf"^node 'my/{kind}' \({kind}\): .*({message})"):
        read_one(kind, inputs, **attributes)


def test_the_cell_state_is_no_output_of_a_network() -> None:
    made = model([node("LSTM", "x W R B", "all last cell")], weights(4), "cell")
    with pytest.raises(ConversionError, match="no layer that returns its further outputs"):
        network_of_model(made)
