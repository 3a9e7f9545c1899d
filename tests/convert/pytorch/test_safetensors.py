import inspect
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted, read, write
from glassnet.convert.pytorch.safetensors import tensors_of
from glassnet.models import NETWORKS, CharacterLSTM, Vocabulary
from glassnet.nn import (
    GRU,
    Array,
    BatchNorm,
    Bidirectional,
    Dense,
    Dropout,
    Embedding,
    Layer,
    LayerNorm,
    Residual,
    Sequential,
    Tanh,
)

pytest.importorskip("safetensors")


def initialized(network: Layer) -> Layer:
    network.initialize(np.random.default_rng(1))
    for value in network.arrays.values():
        value += np.random.default_rng(2).uniform(0.1, 1, value.shape).astype(value.dtype)
    return network


def own() -> Layer:
    return initialized(
        Sequential(
            Embedding(5, 4),
            Residual(LayerNorm(4), Dense(4, 4), Tanh(), Dropout(0.3)),
            Bidirectional(GRU(4, 3, reset_after=False), last_step=True),
            ("norm", BatchNorm(6, momentum=0.3)),
        )
    )


def written(path: Path, network: Layer, vocabulary: Vocabulary | None = None) -> Path:
    write(Converted(network, vocabulary), path)
    return path


def by_hand(path: Path, tensors: dict[str, Array], metadata: dict[str, str] | None = None) -> Path:
    from safetensors.numpy import save_file

    save_file(tensors, path, metadata)
    return path


def cell() -> dict[str, Array]:
    shapes = {"rnn.weight_ih_l0": (8, 3), "rnn.weight_hh_l0": (8, 2)}
    return {name: np.ones(shape, np.float32) for name, shape in shapes.items()}


@pytest.mark.parametrize("network", [own(), initialized(Dense(2, 3))], ids=["own", "layer"])
def test_the_very_network_comes_back(network: Layer, tmp_path: Path) -> None:
    again = read(written(tmp_path / "a.safetensors", network)).network
    assert str(again) == str(network)
    assert again.configuration.keys() == network.configuration.keys()
    assert again.arrays.keys() == network.arrays.keys()
    for name, value in network.arrays.items():
        assert again.arrays[name].tobytes() == value.tobytes(), name
    assert all(
        a.configuration.get("momentum") == b.configuration.get("momentum")
        for (_, a), (_, b) in zip(network.walk(), again.walk(), strict=True)
    )


@pytest.mark.parametrize("kind", NETWORKS)
def test_networks_that_come_with_glassnet(kind: str, tmp_path: Path) -> None:
    build: Callable[..., Layer] = NETWORKS[kind]
    takes = inspect.signature(build).parameters
    network = build(Vocabulary("abc ")) if "vocabulary" in takes else build()
    network.initialize(np.random.default_rng(1))
    again = read(written(tmp_path / "a.safetensors", network)).network
    assert type(again) is type(network)
    assert again.configuration == network.configuration
    assert again.theta.tobytes() == network.theta.tobytes()


def test_vocabularies(tmp_path: Path) -> None:
    network = initialized(CharacterLSTM(Vocabulary("xyz"), units=2))
    found = read(written(tmp_path / "a.safetensors", network, Vocabulary("xyz"))).vocabulary
    assert found is not None
    assert found.characters == "xyz"
    found = read(
        written(
            tmp_path / "a.safetensors",
            Dense(2, 2).initialize(np.random.default_rng(1)),
            Vocabulary("ab"),
        )
    ).vocabulary
    assert found is not None
    assert found.characters == "ab"


def test_another_librarys_file(tmp_path: Path) -> None:
    network = read(by_hand(tmp_path / "a.safetensors", cell())).network
    assert str(network).splitlines()[1:] == ["  lstm1: LSTM Wx (3, 8), Wh (2, 8), b (8,)"]


def test_16_bits_become_32(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    values = torch.tensor([[1.5, -0.0], [3.0e-5, 65504.0]])
    path = tmp_path / "a.safetensors"
    for dtype in (torch.float16, torch.bfloat16):
        save_file({"x": values.to(dtype)}, path)
        found = tensors_of(path)["x"]
        assert found.dtype == np.float32
        assert found.tobytes() == values.to(dtype).float().numpy().tobytes()


def test_pytorch_loads_what_was_written(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gru1 = torch.nn.GRU(3, 4)
            self.dense1 = torch.nn.Linear(4, 2)

        def forward(self, x: object) -> object:
            return self.dense1(self.gru1(x)[0])

    network = initialized(Sequential(GRU(3, 4), Dense(4, 2)))
    theirs = Net()
    theirs.load_state_dict(load_file(written(tmp_path / "a.safetensors", network)))
    x = np.random.default_rng(3).standard_normal((5, 2, 3)).astype(np.float32)
    found = theirs(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(found, network(x), atol=1e-6)


def header(**changes: object) -> dict[str, str]:
    whole = {
        "format": 1,
        "kind": "Dense",
        "configuration": {"in_features": 2, "out_features": 1},
        "vocabulary": None,
    }
    return {"glassnet": json.dumps(whole | changes)}


DENSE = {"weight": np.ones((1, 2), np.float32), "bias": np.ones(1, np.float32)}
HUGE = {"in_features": 2**31, "out_features": 2**31}


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"glassnet": "{"}, "the network in its metadata is damaged"),
        ({"glassnet": "[" * 100_000}, "the network in its metadata is damaged"),
        ({"glassnet": "{}"}, "the network in its metadata is damaged"),
        (header(format=2), "format 2 of its metadata is not the format 1 that"),
        (header(kind="os.system"), "its metadata holds a 'os.system', which is not known here"),
        (header(kind=[1]), "the network in its metadata is damaged"),
        (header(vocabulary=3), "the network in its metadata is damaged"),
        (header(configuration={"in_features": -1}), "the network in its metadata is damaged"),
        (
            header(configuration=HUGE),
            "tensor weight has shape (1, 2), not (2147483648, ",
        ),
        (header(kind="LayerNorm", configuration={"features": 2}), "tensor weight has shape"),
        (header(kind="ReLU", configuration={}), "tensor bias (1,) is of no layer of the network"),
    ],
)
def test_hostile_metadata(metadata: dict[str, str], said: str, tmp_path: Path) -> None:
    path = by_hand(tmp_path / "a.safetensors", DENSE, metadata)
    with pytest.raises(ConversionError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: {said}")
    assert "\n" not in str(caught.value)


def test_tensors_that_are_no_weights(tmp_path: Path) -> None:
    path = by_hand(tmp_path / "a.safetensors", cell() | {"rnn.bias_ih_l0": np.ones(8, np.int64)})
    with pytest.raises(ConversionError, match=r"tensor rnn\.bias_ih_l0 is of type I64: w"):
        read(path)
    counts = {"norm.num_batches_tracked": np.ones((), np.int64)}
    assert read(by_hand(path, cell() | counts)).network.parameter_count == 48


def test_not_numbers(tmp_path: Path) -> None:
    tensors = cell()
    tensors["rnn.weight_hh_l0"][1, 1] = np.inf
    path = by_hand(tmp_path / "a.safetensors", tensors)
    with pytest.raises(ConversionError, match=r"lstm1\.Wh has values that are not numbers"):
        read(path)


def outcome(path: Path) -> str:
    """The message of the error, or nothing if the file can be read."""
    try:
        read(path)
    except ConversionError as error:
        return str(error)
    return ""


def test_every_cut_and_every_changed_byte_of_the_header(tmp_path: Path) -> None:
    """Either it is read, or the error is one line."""
    network = initialized(Sequential(GRU(1, 1), Dense(1, 1)))
    path = written(tmp_path / "a.safetensors", network)
    whole = path.read_bytes()
    size = 8 + int.from_bytes(whole[:8], "little")
    damaged = [whole[:length] for length in range(0, len(whole), 7)]
    damaged += [whole[:at] + b"\xff" + whole[at + 1 :] for at in range(size)]
    damaged += [whole[:at] + b"0" + whole[at + 1 :] for at in range(8, size, 3)]
    messages = []
    for content in damaged:
        path.write_bytes(content)
        messages.append(outcome(path))
    found = [message for message in messages if message]
    assert len(found) > 0.9 * len(messages)
    assert all(message.startswith(f"{path}: ") and "\n" not in message for message in found)


def test_cut_files_are_damaged(tmp_path: Path) -> None:
    path = written(tmp_path / "a.safetensors", own())
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ConversionError, match=r"is damaged, or not a safetensors file \(inc"):
        read(path)
