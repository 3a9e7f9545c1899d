from collections.abc import Callable

import numpy as np
import pytest

from glassnet.models import CharacterLSTM
from glassnet.nn import Array
from glassnet.visualize.live.encodings import (
    encode_array,
    encoded_values,
    encoding_losses,
    smallest_encoding,
)
from glassnet.visualize.neurons.predictions import read_predictions


@pytest.fixture
def matrix(generator: np.random.Generator) -> Array:
    values = generator.normal(size=(5, 4)).astype(np.float32) * np.float32([1, 10, 0.01, 0])
    return np.asarray(values)


def test_int8_is_off_by_half_a_step_of_each_column(matrix: Array) -> None:
    left = encoded_values(matrix, "int8")
    steps = np.abs(matrix).max(axis=0) / 127
    assert np.all(np.abs(left - matrix) <= steps * 0.5001)
    assert np.any(np.abs(left - matrix) > steps[0] * 0.2)
    assert np.array_equal(np.abs(left).max(axis=0), np.abs(matrix).max(axis=0))
    assert np.array_equal(left[:, 3], np.zeros(5))


@pytest.mark.parametrize("encoding", ["float32", "float16", "int8"])
def test_bytes_hold_the_values(matrix: Array, encoding: str) -> None:
    found = encode_array(matrix, encoding)
    assert len(found) == {"float32": 80, "float16": 40, "int8": 20 + 16}[encoding]
    if encoding == "int8":
        numbers = np.frombuffer(found[:20], np.int8).reshape(5, 4)
        values = numbers * np.frombuffer(found[20:], "<f4")
    else:
        values = np.frombuffer(found, {"float32": "<f4", "float16": "<f2"}[encoding]).reshape(5, 4)
    assert np.array_equal(values.astype(np.float32), encoded_values(matrix, encoding))


@pytest.mark.parametrize("encoding", ["float32", "float16", "int8"])
def test_vectors_stay_exact(matrix: Array, encoding: str) -> None:
    assert encode_array(matrix[0], encoding) == matrix[0].tobytes()
    assert np.array_equal(encoded_values(matrix[0], encoding), matrix[0])


def test_losses_are_those_of_the_rounded_network(small: Callable[..., CharacterLSTM]) -> None:
    network, text = small(), "the quick\nbrown fox jumps over the lazy dog, and again.\n" * 4
    before = network.theta.copy()
    losses = encoding_losses(network, text)
    assert np.array_equal(network.theta, before)
    for encoding, loss in losses.items():
        rounded = small()
        for name, parameter in rounded.parameters.items():
            parameter[...] = encoded_values(network.parameters[name], encoding)
        surprise = read_predictions(rounded, text).surprise[:-1]
        assert loss == pytest.approx(surprise.mean() * np.log(2), abs=1e-5)
    assert abs(losses["int8"] - losses["float32"]) > abs(losses["float16"] - losses["float32"]) > 0


def test_the_smallest_encoding_that_is_good_enough() -> None:
    assert smallest_encoding({"int8": 1.0019, "float16": 1.0, "float32": 1.0}) == "int8"
    assert smallest_encoding({"int8": 1.0021, "float16": 1.0, "float32": 1.0}) == "float16"
    assert smallest_encoding({"int8": 1.1, "float16": 1.1, "float32": 1.0}) == "float32"
    assert smallest_encoding({"int8": 0.9, "float16": 1.1, "float32": 1.0}) == "int8"
