from pathlib import Path

import numpy as np
import pytest

from glassnet import nn
from glassnet.convert import ConversionError, Converted, write
from glassnet.convert.onnx.writer.model import VOCABULARY, WRITERS, model_of_network
from glassnet.models import CharacterLSTM, Vocabulary
from glassnet.nn import LSTM, Dense, MultiHeadAttention, Sequential
from tests.convert.keras.agreement import with_random_weights
from tests.convert.onnx.agreement import require_agreement

onnx = pytest.importorskip("onnx")


def test_names_are_those_of_glassnet() -> None:
    assert [name for name in WRITERS if not hasattr(nn, name)] == []


def test_double_precision(tmp_path: Path) -> None:
    network = Sequential(Dense(3, 2)).initialize(np.random.default_rng(1), np.float64)
    require_agreement(network, np.random.default_rng(2).normal(size=(4, 3)), tmp_path)


def test_inputs_and_outputs() -> None:
    network = with_random_weights(Sequential(LSTM(3, 4), Dense(4, 2)))
    model = model_of_network(network, Vocabulary("ab"))
    assert [value.name for value in model.graph.input] == ["input", "lstm1.h", "lstm1.c"]
    names = [value.name for value in model.graph.output]
    assert names == ["output", "lstm1.h.next", "lstm1.c.next"]
    shape = model.graph.input[0].type.tensor_type.shape.dim
    assert [size.dim_param or size.dim_value for size in shape] == ["time", "batch", 3]
    assert [(entry.key, entry.value) for entry in model.metadata_props] == [(VOCABULARY, "ab")]


def test_a_character_network(tmp_path: Path) -> None:
    network = CharacterLSTM(Vocabulary("hello"), units=3, temperature=2.0)
    network.initialize(np.random.default_rng(1))
    require_agreement(network, np.array([[0, 1], [3, 2], [1, 1]]), tmp_path)


def test_what_is_not_written(tmp_path: Path) -> None:
    network = Sequential(MultiHeadAttention(4, 2)).initialize(np.random.default_rng(1))
    with pytest.raises(ConversionError, match=r"'multiheadattention1' .* is not written to ONNX"):
        write(Converted(network), tmp_path / "network.onnx")
