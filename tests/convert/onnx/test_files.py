from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted, find_format, read, write
from glassnet.models import CharacterLSTM, Vocabulary
from glassnet.nn import Dense


def test_names_tell_the_format() -> None:
    assert find_format("a.ONNX").name == "ONNX"


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    network = Dense(2, 2).initialize(np.random.default_rng(1))
    (tmp_path / "a.onnx").mkdir()
    with pytest.raises(Exception, match="can't be written") as caught:
        write(Converted(network), tmp_path / "a.onnx")
    assert not isinstance(caught.value, ConversionError)


def test_the_vocabulary_is_kept(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    network = CharacterLSTM(Vocabulary("hello"), units=3).initialize(np.random.default_rng(1))
    path = tmp_path / "network.onnx"
    write(Converted(network, network.vocabulary), path)
    again = read(path)
    assert again.vocabulary is not None
    assert again.vocabulary.characters == "ehlo"
    ids = np.array([[0, 1], [3, 2], [1, 1]])
    assert (again.network(ids) == network(ids)).all()


def test_files_of_another_kind(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    path = tmp_path / "network.onnx"
    for data in (b"", b"no model", b"PK\x03\x04" + bytes(99)):
        path.write_bytes(data)
        with pytest.raises(ConversionError, match=r"network\.onnx: is damaged, or not an? ONNX"):
            read(path)
