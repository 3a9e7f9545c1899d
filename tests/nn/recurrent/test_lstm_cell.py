import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import LSTM, LSTMCell
from glassnet.nn.testing import generators
from tests.nn.recurrent.cases import TILINGS, state_of


@given(generator=generators(), rows=st.integers(1, 3), as_ids=st.booleans())
def test_step_by_step_equals_the_sequence(
    generator: np.random.Generator, rows: int, as_ids: bool
) -> None:
    layer = LSTM(4, 5).initialize(generator, np.float64)
    layer.state = state_of(generator, rows, 5)
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
