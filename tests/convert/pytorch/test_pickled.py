import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted, read, write
from glassnet.convert.pytorch.pickled import tensors_of
from glassnet.nn import LSTM, Dense, Embedding, Sequential

torch = pytest.importorskip("torch")


class Net(torch.nn.Module):  # type: ignore[misc]
    """A text model as people write them."""

    def __init__(self) -> None:
        super().__init__()
        self.emb = torch.nn.Embedding(5, 4)
        self.rnn = torch.nn.LSTM(4, 3, num_layers=2, batch_first=True, bidirectional=True)
        self.out = torch.nn.Linear(6, 5)

    def forward(self, x: object) -> object:
        return self.out(self.rnn(self.emb(x))[0])


def saved(path: Path, value: object, **options: object) -> Path:
    torch.save(value, path, **options)
    return path


def refused(path: Path) -> str:
    with pytest.raises(ConversionError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize("wrapped", ["", "state_dict", "model_state_dict", "model"])
def test_a_network_from_pytorch(wrapped: str, tmp_path: Path) -> None:
    torch.manual_seed(1)
    theirs = Net()
    content = {wrapped: theirs.state_dict(), "epoch": 3} if wrapped else theirs.state_dict()
    network = read(saved(tmp_path / "a.pt", content)).network
    ids = np.random.default_rng(1).integers(0, 5, (7, 2))
    expected = theirs(torch.from_numpy(ids.T)).detach().numpy()
    np.testing.assert_allclose(network(ids), expected.transpose(1, 0, 2), atol=1e-6)


def test_a_network_for_pytorch(tmp_path: Path) -> None:
    network = Sequential(Embedding(5, 4), LSTM(4, 3), Dense(3, 5))
    network.initialize(np.random.default_rng(1))
    network.parameters["embedding1.b"][1] = 2
    write(Converted(network), tmp_path / "a.pth")

    class Twin(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.embedding1 = torch.nn.Embedding(5, 4)
            self.lstm1 = torch.nn.LSTM(4, 3)
            self.dense1 = torch.nn.Linear(3, 5)

        def forward(self, x: object) -> object:
            return self.dense1(self.lstm1(self.embedding1(x))[0])

    twin = Twin()
    twin.load_state_dict(torch.load(tmp_path / "a.pth", weights_only=True))
    ids = np.random.default_rng(1).integers(0, 5, (7, 2))
    expected = twin(torch.from_numpy(ids)).detach().numpy()
    np.testing.assert_allclose(network(ids), expected, atol=1e-6)
    np.testing.assert_allclose(read(tmp_path / "a.pth").network(ids), expected, atol=1e-6)


def test_the_order_of_the_modules_counts(tmp_path: Path) -> None:
    shapes = {"z.weight_ih": (4, 3), "z.weight_hh": (4, 1), "y.weight_ih": (4, 1)}
    shapes |= {"y.weight_hh": (4, 1), "x.weight": (9, 1)}
    tensors = {name: torch.ones(shape) for name, shape in shapes.items()}
    found = tensors_of(saved(tmp_path / "a.pt", tensors))
    assert list(found) == list(shapes)


def test_16_bits_become_32(tmp_path: Path) -> None:
    values = torch.tensor([1.5, -0.0, 3e-5])
    for dtype in (torch.float16, torch.bfloat16):
        found = tensors_of(saved(tmp_path / "a.pt", {"x": values.to(dtype)}))["x"]
        assert found.dtype == np.float32
        assert found.tobytes() == values.to(dtype).float().numpy().tobytes()
    assert tensors_of(saved(tmp_path / "a.pt", {"x": values.double()}))["x"].dtype == np.float64


def test_parameters_and_views_are_tensors_too(tmp_path: Path) -> None:
    whole = torch.arange(6.0).reshape(2, 3)
    content = OrderedDict(a=torch.nn.Parameter(whole), b=whole.T, c=whole[:, :2])
    found = tensors_of(saved(tmp_path / "a.pt", content))
    np.testing.assert_array_equal(found["a"], whole)
    np.testing.assert_array_equal(found["b"], whole.T)
    np.testing.assert_array_equal(found["c"], whole[:, :2])


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_nothing_is_executed(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    path = saved(tmp_path / "a.pt", {"weight": torch.ones(1), "bomb": Bomb(trace)})
    assert refused(path) == (
        "holds other objects than tensors, which are not loaded, as they could run code: save "
        "model.state_dict() instead of the model"
    )
    assert not trace.exists()
    assert refused(saved(path, Net())).startswith("holds other objects than tensors")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([torch.ones(2)], "holds a list, not a state dict with tensors"),
        ({}, "holds a dict, not a state dict with tensors"),
        ({"weight": [1, 2]}, "weight is a list, not a tensor"),
        (
            {"weight": torch.ones(2, dtype=torch.int32)},
            "tensor weight is of type torch.int32",
        ),
        (
            {"weight": torch.ones(2, dtype=torch.complex64)},
            "tensor weight is of type torch.c",
        ),
        (
            {"weight": torch.ones(1).expand(10**12)},
            "tensor weight (1000000000000,) is not stored as a whole",
        ),
        ({"weight": torch.eye(2).to_sparse()}, "tensor weight (2, 2) is not stored as a whole"),
        ({"fc.weight": torch.ones(2, 2)}, "tensor fc.weight can't be placed: there is no LSTM"),
    ],
)
def test_what_is_no_state_dict(content: object, said: str, tmp_path: Path) -> None:
    assert refused(saved(tmp_path / "a.pt", content)).startswith(said)


def test_every_cut(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pt", Net().state_dict())
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        assert refused(path) == "is damaged, or not a file of PyTorch 1.6 or later"


def test_changed_numbers_are_found(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pt", {"weight": torch.full((50,), 1.5)})
    content = path.read_bytes()
    one_and_a_half = np.float32(1.5).tobytes()
    assert content.count(one_and_a_half) >= 50
    path.write_bytes(content.replace(one_and_a_half, np.float32(2.5).tobytes(), 1))
    assert refused(path) == "is damaged: its part 'a/data/0' was changed"


def test_a_zip_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a/data/0", bytes(10**6))
    assert refused(path).endswith("bytes and claims to hold 1,000,000")


def test_the_format_before_1_6(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pt", {"weight": torch.ones(1)}, _use_new_zipfile_serialization=False)
    assert refused(path) == "is damaged, or not a file of PyTorch 1.6 or later"
