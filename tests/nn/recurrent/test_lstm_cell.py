import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import LSTM, Embedding, LSTMCell, Sequential
from glassnet.nn.testing import generators
from tests.nn.recurrent.cases import TILINGS, state_of


@given(generator=generators(), rows=st.integers(1, 3), as_ids=st.booleans())
def test_step_by_step_equals_the_sequence(
    generator: np.random.Generator, rows: int, as_ids: bool
) -> None:
    layer = LSTM(4, 5).initialize(generator, np.float64)
    layer.state = state_of(LSTM, generator, rows, 5)
    x = generator.integers(0, 4, (6, rows)) if as_ids else generator.standard_normal((6, rows, 4))
    step = LSTMCell(layer, rows, ids=as_ids)
    h, c = layer.state["h"], layer.state["c"]
    step.h, step.c = h, c
    assert not np.shares_memory(step.h, h)
    assert not np.shares_memory(step.c, c)
    stepped = np.stack([step.step(row).copy() for row in x])
    np.testing.assert_allclose(stepped, layer.forward(x), atol=1e-13)
    layer.carry()
    np.testing.assert_allclose(step.c, layer.state["c"], atol=1e-13)


def test_ids_stand_for_the_vectors_of_an_embedding(generator: np.random.Generator) -> None:
    network = Sequential(Embedding(6, 4), LSTM(4, 5)).initialize(generator, np.float64)
    embedding, lstm = network.layers.values()
    assert isinstance(embedding, Embedding)
    assert isinstance(lstm, LSTM)
    embedding.b[...] = generator.standard_normal(4)
    ids = generator.integers(0, 6, (7, 3))
    cell = LSTMCell(lstm, 3, ids=True, embedding=embedding)
    stepped = np.stack([cell.step(row).copy() for row in ids])
    np.testing.assert_allclose(stepped, network.forward(ids), atol=1e-14)


@pytest.mark.parametrize("as_ids", [True, False])
@pytest.mark.parametrize("size", TILINGS)
def test_step_by_step_equals_the_sequence_in_tiles(
    size: str, as_ids: bool, generator: np.random.Generator
) -> None:
    rows, units = TILINGS[size]
    inputs = 6 if as_ids else units
    layer = LSTM(inputs, units).initialize(generator, np.float64)
    layer.tiled = True
    x = (
        generator.integers(0, inputs, (3, rows))
        if as_ids
        else generator.standard_normal((3, rows, inputs))
    )
    step = LSTMCell(layer, rows, ids=as_ids)
    stepped = np.stack([step.step(row).copy() for row in x])
    np.testing.assert_allclose(stepped, layer.forward(x), atol=1e-12)
