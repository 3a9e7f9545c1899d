import contextlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.keras.weights import group_names, read_variables, write_variables
from glassnet.nn import Array
from tests.convert.keras.agreement import keras_module

h5py = pytest.importorskip("h5py")
WEIGHTS = {"layers/dense": [np.eye(2, dtype=np.float32), np.ones(2)], "layers/lstm/cell": []}


def file_of(change: Callable[[Any], None] = lambda root: None) -> bytes:
    file = io.BytesIO()
    write_variables(file, WEIGHTS)
    with h5py.File(file, "a") as root:
        change(root)
    return file.getvalue()


def found(data: bytes, size: int | None = None) -> dict[str, list[Array]]:
    return read_variables(io.BytesIO(data), len(data) if size is None else size)


def test_there_and_back() -> None:
    again = found(file_of())
    assert again["layers/lstm/cell"] == []
    for one, other in zip(again["layers/dense"], WEIGHTS["layers/dense"], strict=True):
        assert one.tobytes() == other.tobytes()
        assert one.dtype == other.dtype


def dataset(root: Any, **options: Any) -> None:
    del root["layers/dense/vars/1"]
    root["layers/dense/vars"].create_dataset("1", **options)


def virtual(root: Any) -> None:
    layout = h5py.VirtualLayout((3,), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (3,))
    del root["layers/dense/vars/1"]
    root["layers/dense/vars"].create_virtual_dataset("1", layout)


def link(root: Any, target: Any) -> None:
    del root["layers/dense/vars/1"]
    root["layers/dense/vars/1"] = target


def deep(root: Any) -> None:
    root.create_group("layers/" + "a/" * 30)


def circle(root: Any) -> None:
    root["layers/dense/again"] = root["layers"]


def copies(root: Any) -> None:
    dataset(root, data=np.zeros(99_999))
    root["layers/dense/vars/2"] = root["layers/dense/vars/1"]


def many_circles(root: Any) -> None:
    for number in range(10):
        root[f"layers/dense/{number}"] = root["layers"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda root: dataset(root, shape=(10**13,), dtype="f4"), "more numbers than the file"),
        (
            lambda root: dataset(root, shape=(10**9,), dtype="f4", chunks=(1000,)),
            "more numbers than the file",
        ),
        (lambda root: dataset(root, data=np.zeros(9999), compression="gzip"), "is compressed or"),
        (lambda root: dataset(root, data=np.arange(3)), "holds no floats"),
        (lambda root: dataset(root, data=["text"]), "holds no floats"),
        (
            lambda root: dataset(root, shape=(9,), dtype="f4", external=[("/etc/passwd", 0, 36)]),
            "is compressed or lies in another file",
        ),
        (virtual, "is compressed or lies in another file"),
        (lambda root: link(root, h5py.SoftLink("/layers/dense/vars/0")), "is missing, or a link"),
        (lambda root: link(root, h5py.ExternalLink("/tmp/x", "/y")), "is missing, or a link"),
        (lambda root: root.__setitem__("layers/a", h5py.ExternalLink("x", "y")), "is a link"),
        (lambda root: root["layers/dense/vars"].move("1", "7"), "dense/1: is missing, or a link"),
        (deep, "too deep"),
        (circle, "too deep"),
        (many_circles, "too deep|more than 100,000 groups"),
        (copies, "announces more numbers than the file holds"),
        (lambda root: root.__delitem__("layers"), "holds no layers of a Keras model"),
        (
            lambda root: root.create_group("_layer_checkpoint_dependencies"),
            "were written by Keras 2",
        ),
    ],
)
def test_hostile_files(change: Callable[[Any], None], message: str) -> None:
    with pytest.raises(ConversionError, match=message):
        found(file_of(change))


def test_cut_and_changed_files() -> None:
    data = file_of()
    for end in range(0, len(data), 97):
        with pytest.raises(ConversionError, match=r"damaged|holds no|more numbers"):
            found(data[:end])
    generator = np.random.default_rng(1)
    for _ in range(200):
        changed = bytearray(data)
        for place in generator.integers(0, len(data), 4):
            changed[place] ^= int(generator.integers(1, 256))
        with contextlib.suppress(ConversionError):  # and nothing else
            found(bytes(changed))


def test_names_are_those_of_keras() -> None:
    keras = keras_module()
    kinds = ["LSTM", "SimpleRNN", "Conv2DTranspose", "ReLU", "GlobalAveragePooling1D", "ELU", "GRU"]
    names = [keras.src.utils.naming.to_snake_case(kind) for kind in kinds]
    assert group_names(kinds) == names
    assert group_names(["LSTM", "GRU", "LSTM", "LSTM"]) == ["lstm", "gru", "lstm_1", "lstm_2"]
