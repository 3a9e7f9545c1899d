"""What all recurrent cells do alike."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import GRU, LSTM, Array, Embedding, GRUCell, LSTMCell, SimpleRNN, SimpleRNNCell
from glassnet.nn.recurrent.base import RecurrentLayer
from glassnet.nn.recurrent.cells.base import RecurrentCell
from glassnet.nn.testing import generators
from tests.nn.recurrent.cases import TILINGS, every_kind, state_of

Kind = Callable[..., RecurrentLayer]


def cell_of(layer: RecurrentLayer, rows: int, **options: object) -> RecurrentCell:
    """The cell of a layer's kind."""
    kind = {LSTM: LSTMCell, GRU: GRUCell}.get(type(layer), SimpleRNNCell)
    return kind(layer, rows, **options)


def built(kind: Kind, inputs: int, units: int, generator: np.random.Generator) -> RecurrentLayer:
    """A layer with random biases."""
    layer = kind(inputs, units).initialize(generator, np.float64)
    layer.theta += 0.1 * generator.standard_normal(layer.theta.size)
    return layer


def stepped(cell: RecurrentCell, x: Array) -> Array:
    return np.stack([cell.step(row).copy() for row in x])


@every_kind
@given(generator=generators(), rows=st.integers(1, 3), as_ids=st.booleans())
def test_step_by_step_equals_the_sequence(
    kind: Kind, generator: np.random.Generator, rows: int, as_ids: bool
) -> None:
    layer = built(kind, 4, 5, generator)
    layer.state = state_of(kind, generator, rows, 5)
    x = generator.integers(0, 4, (6, rows)) if as_ids else generator.standard_normal((6, rows, 4))
    cell = cell_of(layer, rows, ids=as_ids)
    assert cell.state.keys() == layer.state.keys()
    for name, value in layer.state.items():
        assert not cell.state[name].any()
        setattr(cell, name, value)
        np.testing.assert_array_equal(cell.state[name], value)
        assert not np.shares_memory(cell.state[name], value)
    np.testing.assert_allclose(stepped(cell, x), layer.forward(x), atol=1e-13)
    layer.carry()
    for name, value in layer.state.items():
        np.testing.assert_allclose(cell.state[name], value, atol=1e-13)


@every_kind
def test_ids_stand_for_the_vectors_of_an_embedding(
    kind: Kind, generator: np.random.Generator
) -> None:
    embedding = Embedding(6, 4).initialize(generator, np.float64)
    embedding.b[...] = generator.standard_normal(4)
    layer, ids = built(kind, 4, 5, generator), generator.integers(0, 6, (7, 3))
    found = stepped(cell_of(layer, 3, ids=True, embedding=embedding), ids)
    np.testing.assert_allclose(found, layer.forward(embedding.forward(ids)), atol=1e-14)


@pytest.mark.parametrize("as_ids", [True, False])
@pytest.mark.parametrize("size", TILINGS)
@every_kind
def test_step_by_step_equals_the_sequence_in_tiles(
    kind: Kind, size: str, as_ids: bool, generator: np.random.Generator
) -> None:
    rows, units = TILINGS[size]
    inputs = 6 if as_ids else 64
    layer = built(kind, inputs, units, generator)
    layer.tiled = True
    x = (
        generator.integers(0, inputs, (3, rows))
        if as_ids
        else generator.standard_normal((3, rows, inputs))
    )
    found = stepped(cell_of(layer, rows, ids=as_ids), x)
    np.testing.assert_allclose(found, layer.forward(x), atol=1e-12)


@every_kind
def test_it_has_a_copy_of_the_weights(kind: Kind, generator: np.random.Generator) -> None:
    layer, x = built(kind, 3, 4, generator), generator.standard_normal((2, 3))
    before = cell_of(layer, 2)
    expected = cell_of(layer, 2).step(x).copy()
    layer.theta[...] = 7
    np.testing.assert_array_equal(before.step(x), expected)


def test_the_weights_are_cut_for_the_rows_and_the_longest_product() -> None:
    def tiles(kind: Kind, inputs: int, tiled: bool = True, ids: bool = False) -> tuple[int, ...]:
        layer = kind(inputs, 512).initialize(np.random.default_rng(0))
        layer.tiled = tiled
        cell = cell_of(layer, 64, ids=ids)
        assert cell._weights.flags.c_contiguous
        return len(cell._read_blocks), *cell._weights.shape

    # At most a million products at a time: blocks of 64 rows, and tiles of 32 columns.
    assert tiles(LSTM, 1) == (2, 4 * 16, 1, 513, 32)
    assert tiles(LSTM, 1, tiled=False) == (1, 4, 1, 513, 512)
    assert tiles(LSTM, 1, ids=True) == (2, 4 * 16, 1, 512, 32)
    assert tiles(GRU, 1000) == (4, 3 * 16, 1, 512, 32)
    assert tiles(GRU, 1000, tiled=False) == (1, 3, 1, 512, 512)


def test_a_cell_without_its_equations_does_not_step() -> None:
    layer = SimpleRNN(2, 3).initialize(np.random.default_rng(0))
    with pytest.raises(NotImplementedError):
        RecurrentCell(layer, 1).step(np.ones((1, 2)))
