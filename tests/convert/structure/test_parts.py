import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.structure.parts import Part, network_of_parts
from glassnet.nn import LSTM, Dense, Embedding, ReLU


def test_names_stay_apart() -> None:
    with pytest.raises(ConversionError, match="two layers have the name 'a'"):
        network_of_parts([Part("a", ReLU()), Part("a", ReLU())])


def test_weights_that_do_not_fit() -> None:
    for arrays in ({}, {"W": np.ones((2, 2))}, {"W": np.ones((2, 2)), "b": np.ones(2)}):
        with pytest.raises(ConversionError, match=r"weights do not fit the layers, such as d\.W"):
            network_of_parts([Part("d", Dense(10**9, 10**9), arrays)])


def test_double_precision_stays() -> None:
    for dtype, expected in ((np.float64, np.float64), (np.float16, np.float32)):
        arrays = {"W": np.ones((2, 2), dtype), "b": np.ones(2, dtype)}
        assert network_of_parts([Part("d", Dense(2, 2), arrays)]).theta.dtype == expected


def test_one_hot_rows_need_no_layer() -> None:
    cell = LSTM(3, 2).initialize(np.random.default_rng(1))
    reader = Part("cell", cell, cell.parameters)
    for W, kinds in ((np.eye(3), ["LSTM"]), (2 * np.eye(3), ["Embedding", "LSTM"])):
        embedding = Part("ids", Embedding(3, 3), {"W": W, "b": np.zeros(3)})
        network = network_of_parts([embedding, Part("cell", LSTM(3, 2), reader.arrays)])
        assert [layer.kind for layer in network.layers.values()] == kinds
