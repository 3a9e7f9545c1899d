import io
import json
import zipfile
from pathlib import Path

import pytest

from glassnet.convert import ConversionError
from glassnet.convert.keras.archive import read_archive, write_archive
from glassnet.models import Vocabulary


def write_members(path: Path, **changes: bytes | None) -> Path:
    members = {
        "config.json": b"{}",
        "metadata.json": b'{"keras_version": "3.9.0"}',
        "model.weights.h5": b"weights",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            data = changes.get(name.partition(".")[0], data)
            if data is not None:
                archive.writestr(name, data)
    return path


@pytest.mark.parametrize("vocabulary", [None, Vocabulary('a"b\n\u1234')])
def test_there_and_back(vocabulary: Vocabulary | None, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    with path.open("wb") as file:
        write_archive(file, {"class_name": "X"}, vocabulary, io.BytesIO(b"123"))
    config, again, weights = read_archive(path)
    assert (config, weights) == ({"class_name": "X"}, b"123")
    assert (again and again.characters) == (vocabulary and vocabulary.characters)


def test_the_same_network_makes_the_same_file() -> None:
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        write_archive(file, {}, None, io.BytesIO(b"123"))
    assert files[0].getvalue() == files[1].getvalue()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"config": None}, "lacks a part: There is no item named 'config.json'"),
        ({"model": None}, "lacks a part: There is no item named 'model.weights.h5'"),
        ({"config": b"[]"}, "config.json describes no model"),
        ({"config": b"{"}, "the .keras file is damaged"),
        ({"config": b"[" * 100_000}, "the .keras file is damaged"),
        ({"config": bytes(17 * 2**20)}, "config.json unpacks to more than 16 MB"),
        ({"model": bytes(40 * 2**20)}, "model.weights.h5 unpacks to more than"),
        ({"metadata": b"{}"}, "lacks a part: keras_version"),
        ({"metadata": b'{"keras_version": "2.15.0"}'}, "was written by Keras 2.15.0; save the"),
    ],
)
def test_hostile_files(changes: dict[str, bytes | None], message: str, tmp_path: Path) -> None:
    path = write_members(tmp_path / "model.keras", **changes)
    with pytest.raises(ConversionError, match=message):
        read_archive(path)


def test_a_member_that_lies_about_its_size(tmp_path: Path) -> None:
    path = write_members(tmp_path / "model.keras", config=bytes(17 * 2**20))
    data = path.read_bytes()
    path.write_bytes(data.replace((17 * 2**20).to_bytes(4, "little"), (9).to_bytes(4, "little")))
    with pytest.raises(ConversionError, match=r"damaged|unpacks|lacks"):
        read_archive(path)


def test_cut_files(tmp_path: Path) -> None:
    path = write_members(tmp_path / "model.keras")
    data = path.read_bytes()
    for end in range(0, len(data), 13):
        path.write_bytes(data[:end])
        with pytest.raises(ConversionError, match="damaged"):
            read_archive(path)


def test_the_file_is_json_that_anybody_reads(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    with path.open("wb") as file:
        write_archive(file, {"a": [1]}, None, io.BytesIO())
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("config.json")) == {"a": [1]}
