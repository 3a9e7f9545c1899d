from typing import Any

import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.onnx.reader.model import network_of_model
from glassnet.nn import Array
from tests.convert.onnx.graphs import model, node, weights

W = np.arange(6, dtype=np.float32).reshape(3, 2)
b = np.array([10, 20], np.float32)
x = np.random.default_rng(2).normal(size=(5, 4, 3)).astype(np.float32)


def result(nodes: list[Any], **constants: Array) -> Array:
    return network_of_model(model(nodes, constants))(x)


def test_products_and_sums() -> None:
    chain = [node("MatMul", "x W", "p"), node("Add", "b p")]
    np.testing.assert_array_equal(result(chain, W=W, b=b), x @ W + b)
    chain = [node("MatMul", "x W", "p"), node("Add", "p b", "q"), node("Add", "q b")]
    np.testing.assert_allclose(result(chain, W=W, b=b), x @ W + 2 * b)
    rows = x[0]
    for made, expected in (
        ([node("Gemm", "x W b")], rows @ W + b),
        ([node("Gemm", "x W")], rows @ W),
        ([node("Gemm", "x V b", transB=1)], rows @ W + b),
    ):
        network = network_of_model(model(made, {"W": W, "V": np.ascontiguousarray(W.T), "b": b}))
        np.testing.assert_allclose(network(rows), expected, rtol=1e-6)


def test_activations() -> None:
    for made, expected in (
        (node("Relu", "x"), np.maximum(x, 0)),
        (node("LeakyRelu", "x", alpha=0.5), np.where(x > 0, x, x / 2)),
        (node("Elu", "x"), np.where(x > 0, x, np.expm1(x))),
        (node("Softplus", "x"), np.log1p(np.exp(x))),
        (node("Tanh", "x"), np.tanh(x)),
        (node("Sigmoid", "x"), 1 / (1 + np.exp(-x))),
        (node("Softmax", "x", axis=-1), np.exp(x) / np.exp(x).sum(-1, keepdims=True)),
        (node("Softmax", "x", axis=2), np.exp(x) / np.exp(x).sum(-1, keepdims=True)),
    ):
        np.testing.assert_allclose(result([made]), expected, atol=1e-6)


def test_normalization() -> None:
    gamma, beta = np.array([1, 2, 3], np.float32), np.array([3, 2, 1], np.float32)
    n = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 0.1)
    made = node("LayerNormalization", "x g b", epsilon=0.1)
    np.testing.assert_allclose(result([made], g=gamma, b=beta), n * gamma + beta, atol=1e-5)
    made = node("LayerNormalization", "x g", epsilon=0.1)
    np.testing.assert_allclose(result([made], g=gamma), n * gamma, atol=1e-5)


def test_vectors_of_ids() -> None:
    network = network_of_model(model([node("Gather", "W x")], {"W": W}, ids=True))
    assert network(np.array([[2, 0]])).tolist() == [[[4, 5], [0, 1]]]


def shape(*sizes: int) -> Array:
    return np.array(sizes, np.int64)


LAST, FIRST, ONE = np.array(-1), np.array(0), shape(1)
CELL = node("RNN", "x W R B", "all last")
BOTH = node("RNN", "x W R B", "all last", direction="bidirectional")


@pytest.mark.parametrize(
    ("chain", "kinds"),
    [
        ([CELL, node("Squeeze", "all one")], ["SimpleRNN"]),
        ([CELL, node("Squeeze", "last zero")], ["SimpleRNN", "LastStep"]),
        ([CELL, node("Gather", "last first")], ["SimpleRNN", "LastStep"]),
        (
            [CELL, node("Squeeze", "all one", "s"), node("Gather", "s end")],
            ["SimpleRNN", "LastStep"],
        ),
        (
            [
                CELL,
                node("Squeeze", "all one", "s"),
                node("Transpose", "s", "t", perm=[1, 0, 2]),
                node("Gather", "t end", axis=1),
            ],
            ["SimpleRNN", "LastStep"],
        ),
        (
            [node("Transpose", "x", "t", perm=[1, 0, 2]), node("RNN", "t W R B")],
            ["SimpleRNN"],
        ),
        ([CELL, node("Dropout", "all", "d"), node("Identity", "d")], ["SimpleRNN"]),
    ],
)
def test_axes(chain: list[Any], kinds: list[str]) -> None:
    constants = weights(1) | {"one": ONE, "zero": shape(0), "first": FIRST, "end": LAST}
    network = network_of_model(model(chain, constants))
    assert [layer.kind for layer in network.layers.values()] == kinds


def test_both_directions() -> None:
    constants = weights(1, 2) | {"shape": shape(0, 0, -1), "rows": shape(0, -1)}
    steps = [BOTH, node("Transpose", "all", "t", perm=[0, 2, 1, 3]), node("Reshape", "t shape")]
    turn = node("Transpose", "last", "t", perm=[1, 0, 2])
    whole = network_of_model(model(steps, constants))(x)
    assert whole.shape == (5, 4, 4)
    expected = np.concatenate([whole[-1, :, :2], whole[0, :, 2:]], axis=-1)
    for end in (node("Reshape", "t rows"), node("Flatten", "t")):
        last = network_of_model(model([BOTH, turn, end], constants))(x)
        np.testing.assert_array_equal(last, expected)


def test_other_shapes_of_both_directions() -> None:
    for shape_of_steps, options in ((shape(1, 0, -1), {}), (shape(0, 0, -1), {"allowzero": 1})):
        constants = weights(1, 2) | {"shape": shape_of_steps}
        turn = node("Transpose", "all", "t", perm=[0, 2, 1, 3])
        chain = [BOTH, turn, node("Reshape", "t shape", **options)]
        with pytest.raises(ConversionError, match=r"^node 'my/Reshape' \(Reshape\): "):
            network_of_model(model(chain, constants))


@pytest.mark.parametrize(
    ("chain", "message"),
    [
        ([node("Conv", "x W")], r"node 'my/Conv' \(Conv\): glassnet reads no such operator"),
        ([node("MyOp", "x", domain="mine")], r"\(mine\.MyOp\): glassnet reads no such operator"),
        ([node("MatMul", "x x")], "joins two branches"),
        ([node("MatMul", "V x")], "its input 2 is no constant of 2 axes"),
        ([node("Add", "x b")], "adds something else than the bias of the product before it"),
        ([node("MatMul", "x V", "p"), node("Add", "p V")], r"adds a bias of the shape \(3, 2\)"),
        ([node("Gemm", "x V", alpha=2.0)], r"alpha=2\.0 is not supported, only 1\.0"),
        ([node("Softmax", "x", axis=0)], "axis=0 is not supported"),
        ([node("Transpose", "x", perm=[2, 0, 1])], r"perm=\(2, 0, 1\) of the axes those of the"),
        ([node("Transpose", "x")], "perm=None of the axes"),
        ([node("Transpose", "x", perm=3)], "perm is no list of axes"),
        ([CELL, node("Relu", "all")], r"\(Relu\): reads values with the axes \(T, directions"),
        ([CELL, node("Squeeze", "all zero")], r"axes=\(0,\) of the axes \(T, directions, N, H\)"),
        ([CELL, node("Gather", "last end1")], "keeps an axis of one index"),
        ([CELL, node("Squeeze", "all one", "s"), node("Gather", "s end", axis=1)], "axis 1 of"),
        ([CELL, node("Squeeze", "all one", "s"), node("Gather", "s zero0")], "index"),
        ([CELL, node("Reshape", "all zero")], r"shape=\(0,\) of the axes"),
        ([node("Relu", "x", "r"), node("Add", "r x")], "joins two branches"),
        ([node("Relu", "x", "z")], "its output 'y' comes of no layer that reads its input"),
        ([node("Identity", "x")], "its output 'y' comes of no layer that reads its input"),
    ],
)
def test_what_glassnet_lacks(chain: list[Any], message: str) -> None:
    constants = weights(1) | {"V": W, "b": b, "one": ONE, "zero": shape(0), "end1": shape(-1)}
    constants |= {"end": LAST, "zero0": FIRST}
    with pytest.raises(ConversionError, match=message):
        network_of_model(model(chain, constants))
