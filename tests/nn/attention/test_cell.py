import numpy as np
import pytest

from glassnet.nn.attention.cell import MultiHeadAttentionCell
from glassnet.nn.attention.multi_head import MultiHeadAttention


def test_reads_what_the_layer_reads(generator: np.random.Generator) -> None:
    layer = MultiHeadAttention(6, 3, causal=True).initialize(generator, np.float64)
    layer.theta = generator.standard_normal(layer.theta.size)
    x = generator.standard_normal((5, 4, 6))
    cell = MultiHeadAttentionCell(layer, rows=4, steps=5)
    steps = [cell.step(row) for row in x]
    np.testing.assert_allclose(steps, layer(x), atol=1e-13)
    assert cell.length == 5


def test_what_was_read_last_can_be_forgotten(generator: np.random.Generator) -> None:
    layer = MultiHeadAttention(6, 2, causal=True).initialize(generator, np.float64)
    first, wrong, right = generator.standard_normal((3, 1, 6))
    cell = MultiHeadAttentionCell(layer, rows=1, steps=2)
    cell.step(first)
    cell.step(wrong)
    cell.length = 1
    np.testing.assert_allclose(cell.step(right), layer(np.array([first, right]))[1], atol=1e-13)


def test_has_a_copy_of_the_weights(generator: np.random.Generator) -> None:
    layer = MultiHeadAttention(6, 2, causal=True).initialize(generator)
    cell = MultiHeadAttentionCell(layer, rows=1, steps=2)
    x = generator.standard_normal((1, 6)).astype(np.float32)
    y = cell.step(x)
    layer.theta[...] = 0
    cell.length = 0
    np.testing.assert_array_equal(cell.step(x), y)
    assert y.dtype == np.float32


def test_more_steps_than_there_is_room_for_are_refused(generator: np.random.Generator) -> None:
    layer = MultiHeadAttention(6, 2, causal=True).initialize(generator)
    cell = MultiHeadAttentionCell(layer, rows=1, steps=2)
    x = np.zeros((1, 6), np.float32)
    cell.step(x)
    cell.step(x)
    with pytest.raises(IndexError, match="room for 2 time steps"):
        cell.step(x)


def test_a_layer_that_looks_ahead_is_refused(generator: np.random.Generator) -> None:
    layer = MultiHeadAttention(6, 2).initialize(generator)
    with pytest.raises(ValueError, match="causal=True"):
        MultiHeadAttentionCell(layer, rows=1, steps=2)
