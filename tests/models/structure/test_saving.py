import json
import re
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import (
    NETWORKS,
    SHIPPED,
    CheckpointError,
    SimpleAutoencoder,
    load,
    load_network,
    save,
)
from glassnet.nn import LSTM, Array, Dense, Dropout, Embedding, Flatten, Layer, ReLU, Sequential
from tests.nn.contract_suite.tables.layers import LAYERS


def network(dtype: np.typing.DTypeLike = np.float32) -> Sequential:
    layers = (Embedding(7, 4), LSTM(4, 8), ("top", Sequential(Dropout(0.5), Dense(8, 3))))
    return Sequential(*layers).initialize(np.random.default_rng(1), dtype)


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_comes_back_from_its_file(name: str, tmp_path: Path) -> None:
    layer, x = LAYERS[name].layer(np.float32), LAYERS[name].input(np.float32)
    save(layer, tmp_path / "layer.npz")
    again = load(tmp_path / "layer.npz")
    np.testing.assert_array_equal(again(x), layer(x))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_of_the_weights_is_kept(dtype: np.typing.DTypeLike, tmp_path: Path) -> None:
    first = network(dtype)
    save(first, tmp_path / "network.npz")
    again = load(tmp_path / "network.npz")
    ids = np.array([[1, 2], [3, 6]])
    assert again.theta.dtype == dtype
    np.testing.assert_array_equal(again(ids), first(ids))
    assert type(again.layers["top"]) is Sequential


def test_a_network_without_parameters(tmp_path: Path) -> None:
    save(Sequential(Flatten(), ReLU()).initialize(np.random.default_rng(1)), tmp_path / "n.npz")
    x = np.array([[[-1.0, 2.0]]], np.float32)
    np.testing.assert_array_equal(load(tmp_path / "n.npz")(x), [[0, 2]])


def test_a_network_of_glassnet_inside_another(tmp_path: Path) -> None:
    inner = SimpleAutoencoder(code=3)
    whole = Sequential(inner, Flatten(), Dense(784, 2)).initialize(np.random.default_rng(1))
    save(whole, tmp_path / "n.npz")
    x = np.random.default_rng(2).random((2, 28, 28), np.float32)
    again = load(tmp_path / "n.npz")
    assert isinstance(again.layers["simpleautoencoder1"], SimpleAutoencoder)
    np.testing.assert_array_equal(again(x), whole(x))
    save(inner, tmp_path / "inner.npz")  # as the recipes save it
    assert load_network(tmp_path / "inner.npz")[1].kind == "simple-autoencoder"


def test_what_a_recipe_saved_is_loaded() -> None:
    for name in ("shakespeare", "simple-autoencoder"):
        loaded, checkpoint = load_network(SHIPPED / f"{name}.npz")
        assert type(load(SHIPPED / f"{name}.npz")) is NETWORKS[checkpoint.kind]
        np.testing.assert_array_equal(load(SHIPPED / f"{name}.npz").theta, loaded.theta)


def test_a_network_that_is_not_initialized(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"^a Dense has no weights to save: initialize it first"):
        save(Dense(2, 3), tmp_path / "n.npz")
    assert not list(tmp_path.iterdir())


def test_the_file_is_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(network(), tmp_path / "n.npz")
    before = (tmp_path / "n.npz").read_bytes()

    def full(*arguments: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(CheckpointError, match=r"n\.npz: can't be written \(No space left"):
        save(network(), tmp_path / "n.npz")
    assert (tmp_path / "n.npz").read_bytes() == before


def changed(path: Path, change: dict[str, object], **arrays: Array) -> None:
    with np.load(path) as file:
        contents = dict(file)
    header = json.loads(contents["header"].tobytes())
    header |= change
    contents["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez(path, allow_pickle=False, **(contents | arrays))


def dense(name: str, **arguments: object) -> dict[str, object]:
    return {"layers": [[name, {"layer": "Dense", "configuration": arguments}]]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"kind": "Evil"},
            "holds a 'Evil', which is not known here: name the Python file",
        ),
        ({"kind": "__import__"}, "holds a '__import__', which is not known here"),
        ({"kind": ["Dense"]}, "is damaged, or not a glassnet checkpoint"),
        ({"configuration": {}}, "the description of the Sequential is damaged"),
        ({"configuration": {"layers": 3}}, "the description of the Sequential is damaged"),
        ({"configuration": {"layers": [], "x": 1}}, "the description of the Sequential is damaged"),
        ({"configuration": {"layers": []}}, "the saved weights do not fit the network, such as"),
        (
            {"configuration": dense("a", in_features=2**31, out_features=2**31)},
            "the saved weights do not fit the network, such as a.W",
        ),
        ({"configuration": dense("a.b", in_features=1, out_features=2)}, "the description of the"),
        ({"configuration": dense("a", in_features="1", out_features=2)}, "the description of the"),
    ],
)
def test_files_that_are_damaged_or_hostile(
    change: dict[str, object], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "n.npz"
    save(network(), path)
    changed(path, change)
    with pytest.raises(CheckpointError, match=f"^{re.escape(str(path))}: ") as error:
        load(path)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_layers_within_layers_without_end(tmp_path: Path) -> None:
    path = tmp_path / "n.npz"
    save(network(), path)
    text = '{"layer": "ReLU", "configuration": {}}'
    for _ in range(3000):
        text = f'{{"layer": "Sequential", "configuration": {{"layers": [["a", {text}]]}}}}'
    with np.load(path) as file:
        contents = dict(file)
    header = json.loads(contents["header"].tobytes()) | {"configuration": None}
    whole = json.dumps(header).replace("null", f'{{"layers": [["a", {text}]]}}')
    np.savez(path, **(contents | {"header": np.frombuffer(whole.encode(), np.uint8)}))
    with pytest.raises(CheckpointError, match=r"n\.npz: (is damaged|the description of the)"):
        load(path)


def test_a_large_description_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "n.npz"
    save(Sequential(Dense(2, 2)).initialize(np.random.default_rng(1)), path)
    layers = [
        [
            f"dense{i}",
            {"layer": "Dense", "configuration": {"in_features": 2**31, "out_features": 9}},
        ]
        for i in range(1, 1000)
    ]
    changed(path, {"configuration": {"layers": layers}})
    with pytest.raises(CheckpointError, match="the saved weights do not fit the network"):
        load(path)


def test_saving_leaves_the_network_as_it_is(tmp_path: Path) -> None:
    first = network()
    theta = first.theta.copy()
    save(first, tmp_path / "n.npz")
    again = load(tmp_path / "n.npz")
    again.theta += 1
    np.testing.assert_array_equal(first.theta, theta)
    assert isinstance(again, Layer)
