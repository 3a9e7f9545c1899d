import contextlib
import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted, read, write
from glassnet.convert.onnx.reader.model import network_of_model
from glassnet.convert.onnx.writer.model import model_of_network
from glassnet.nn import (
    GRU,
    LSTM,
    Bidirectional,
    Dense,
    LastStep,
    LayerNorm,
    LeakyReLU,
    Sequential,
    SimpleRNN,
    Softmax,
)
from tests.convert.keras.agreement import with_random_weights
from tests.convert.onnx.graphs import model, node, weights

onnx = pytest.importorskip("onnx")

STACKS = {
    "stack": lambda: Sequential(
        LSTM(3, 4), GRU(4, 2), GRU(2, 3, reset_after=False), SimpleRNN(3, 2, "relu"), Dense(2, 3)
    ),
    "last step": lambda: Sequential(LSTM(3, 4), LayerNorm(4), LastStep(), Dense(4, 2), Softmax()),
    "both ways": lambda: Sequential(
        Bidirectional(LSTM(3, 4)), LeakyReLU(0.2), Bidirectional(GRU(8, 2), last_step=True)
    ),
}


@pytest.mark.parametrize("name", STACKS)
def test_there_and_back(name: str, tmp_path: Path) -> None:
    network = with_random_weights(STACKS[name]())
    write(Converted(network), tmp_path / "network.onnx")
    again = read(tmp_path / "network.onnx").network
    assert again.theta.tobytes() == network.theta.tobytes()
    assert [layer.kind for layer in again.layers.values()] == [
        layer.kind for layer in network.layers.values()
    ]
    x = np.random.default_rng(2).normal(size=(5, 2, 3)).astype(np.float32)
    assert (again(x) == network(x)).all()


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("both", [True, False])
@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_what_pytorch_writes(kind: str, batch_first: bool, both: bool, last: bool) -> None:
    torch = pytest.importorskip("torch")

    class Model(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.ids = torch.nn.Embedding(5, 3)
            options = {"batch_first": batch_first, "bidirectional": both, "num_layers": 2}
            self.cells = getattr(torch.nn, kind)(3, 4, **options)
            self.out = torch.nn.Linear(8 if both else 4, 2)

        def forward(self, x: Any) -> Any:
            y, _ = self.cells(self.ids(x))
            if last:
                y = y[:, -1] if batch_first else y[-1]
            return self.out(y)

    torch.manual_seed(1)
    theirs, file, ids = Model().eval(), io.BytesIO(), np.array([[0, 1, 4], [3, 2, 2]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter without onnxscript
        torch.onnx.export(theirs, (torch.tensor(ids),), file, dynamo=False)
    network = network_of_model(onnx.load_model_from_string(file.getvalue()))
    with torch.no_grad():
        expected = theirs(torch.tensor(ids)).numpy()
    y = network(ids.T if batch_first else ids)
    y = y.swapaxes(0, 1) if batch_first and not last else y
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-6)


def test_first_states() -> None:
    tensor = onnx.numpy_helper.from_array
    zeros, ones = np.zeros((1, 2, 2), np.float32), np.ones((1, 2, 2), np.float32)
    shape = [node("Shape", "x", "s")]

    def filled(value: float) -> Any:
        fill = tensor(np.array([value], np.float32), "f")
        return [*shape, node("ConstantOfShape", "s", "h", value=fill)]

    cell = node("RNN", "x W R B - h")
    for before, extra in (([], {"h": zeros}), (filled(0), {}), ([], {})):
        network_of_model(model([*before, cell], weights(1) | extra))  # type: ignore[operator]
    random = [node("RandomNormal", "", "h", shape=[1, 2, 2])]
    of_input = [node("Transpose", "x", "h", perm=[1, 0, 2])]
    for before, extra, message in (
        ([], {"h": ones}, "starts from is not zeros"),
        (filled(1), {}, "starts from is not zeros"),
        (random, {}, "is computed by RandomNormal"),
        (of_input, {}, "joins two branches"),
    ):
        with pytest.raises(ConversionError, match=message):
            network_of_model(model([*before, cell], weights(1) | extra))  # type: ignore[operator]


def test_names_are_those_of_nodes() -> None:
    two = [node("RNN", "x W R B", "a"), node("Squeeze", "a one", "b"), node("Relu", "b", "c")]
    made = model([*two, node("Relu", "c")], weights(1) | {"one": np.array([1])})
    assert [*network_of_model(made).layers] == ["my", "my_2", "my_3"]


def test_constants_of_nodes() -> None:
    onnx_tensor = onnx.numpy_helper.from_array(np.eye(3, dtype=np.float32), "t")
    made = model([node("Constant", "", "W", value=onnx_tensor), node("MatMul", "x W")], {})
    assert (network_of_model(made)(np.ones((2, 3), np.float32)) == 1).all()


def test_models_of_nothing() -> None:
    empty = onnx.ModelProto()
    with pytest.raises(ConversionError, match="the graph has no input or no output"):
        network_of_model(empty)
    sparse = model([node("Relu", "x")], {})
    sparse.graph.sparse_initializer.add()
    with pytest.raises(ConversionError, match="holds sparse tensors"):
        network_of_model(sparse)


def test_cut_and_changed_files(tmp_path: Path) -> None:
    data = model_of_network(with_random_weights(STACKS["stack"]())).SerializeToString()
    path = tmp_path / "network.onnx"
    generator = np.random.default_rng(1)
    for end in generator.integers(0, len(data), 50):
        path.write_bytes(data[:end])
        with pytest.raises(ConversionError, match=r"network\.onnx: "):
            read(path)
    for _ in range(200):
        changed = bytearray(data)
        for place in generator.integers(0, len(data), 4):
            changed[place] ^= int(generator.integers(1, 256))
        path.write_bytes(changed)
        with contextlib.suppress(ConversionError):  # and nothing else
            read(path)
