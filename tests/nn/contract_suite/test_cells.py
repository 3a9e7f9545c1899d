"""Every cell: steps equal the sequence, data types, inputs in any order, rows, its own weights."""

import re

import numpy as np
import pytest

from glassnet.nn import Array
from tests.nn.contract_suite.tables.cells import CELLS, Cell, CellLine

every_cell = pytest.mark.parametrize("line", CELLS.values(), ids=list(CELLS))


def stepped(cell: Cell, x: Array) -> Array:
    """Return copies of the outputs for a sequence (T, N, ...)."""
    return np.stack([cell.step(row).copy() for row in x])


@every_cell
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_steps_equal_the_sequence(line: CellLine, dtype: np.typing.DTypeLike) -> None:
    layer, x = line.initialized(dtype), line.input(dtype)
    found = stepped(line.cell(layer, line.shape[1]), x)
    assert found.dtype == dtype
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    np.testing.assert_allclose(found, layer.forward(x), rtol=tolerance, atol=tolerance)


@every_cell
def test_a_cell_has_a_copy_of_the_weights_and_of_nothing_else(line: CellLine) -> None:
    layer, x = line.initialized(), line.input()
    expected = np.array(layer.forward(x))
    first, second = (line.cell(layer, line.shape[1]) for _ in range(2))
    layer.theta[...] = 0
    together = [[cell.step(row).copy() for cell in (first, second)] for row in x]
    for found in zip(*together, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@every_cell
def test_each_row_alone_gives_what_it_gives_among_the_others(line: CellLine) -> None:
    layer, x = line.initialized(), line.input()
    whole = np.array(layer.forward(x))
    for row in range(line.shape[1]):
        alone = stepped(line.cell(layer, 1), x[:, row : row + 1])
        np.testing.assert_allclose(alone[:, 0], whole[:, row], rtol=1e-12, atol=1e-12)


@every_cell
def test_inputs_in_any_order_of_memory_are_not_written_to(line: CellLine) -> None:
    layer, x = line.initialized(), line.input()
    expected = stepped(line.cell(layer, line.shape[1]), x)
    for arranged in (np.asfortranarray(x), np.repeat(x, 2, axis=1)[:, ::2], x[..., ::-1].copy()):
        given = arranged if np.array_equal(arranged, x) else arranged[..., ::-1]
        given.flags.writeable = False
        found = stepped(line.cell(layer, line.shape[1]), given)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@every_cell
def test_a_step_of_another_shape_is_refused_and_changes_nothing(line: CellLine) -> None:
    layer, x = line.initialized(), line.input()
    expected = stepped(line.cell(layer, line.shape[1]), x)
    cell = line.cell(layer, line.shape[1])
    first = x[0]
    # NumPy would broadcast the first, and of floats the second.
    for wrong in (first[:1], first[..., :1], first[:-1], first[0], first[None], first[..., None]):
        what = f"{'ids' if line.ids else 'x'} of shape {first.shape}, got {wrong.shape}"
        message = f"^{type(cell).__name__} expects {re.escape(what)}$"
        with pytest.raises(ValueError, match=message):
            cell.step(wrong)
    np.testing.assert_array_equal(stepped(cell, x), expected)
