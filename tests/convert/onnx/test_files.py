from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted, find_format, write
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
