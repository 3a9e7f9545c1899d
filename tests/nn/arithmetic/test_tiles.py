import numpy as np
import pytest

from glassnet.nn.arithmetic.products import NO_PACKING
from glassnet.nn.arithmetic.tiles import column_tiles, tiling
from tests.nn.recurrent.cases import TILINGS


def test_tilings_are_what_their_names_say() -> None:
    assert {name: tiling(rows, units, units) for name, (rows, units) in TILINGS.items()} == {
        "one tile": (1, 5),
        "several tiles": (1, 32),
        "several blocks": (2, 32),
        "single row": (1, 64),
    }


def test_steps_are_cut_into_tiles_and_blocks() -> None:
    several_rows, units = TILINGS["several blocks"]
    for inner in (units, 2 * units):
        assert tiling(1, inner, units)[1] < units
        blocks, width = tiling(several_rows, inner, units)
        assert blocks > 1
        assert width < units


@pytest.mark.parametrize("rows", [1, 2, 7, 8, 25, 50, 64, 100, 1000])
@pytest.mark.parametrize("columns", [1, 5, 32, 64, 65, 96, 100, 130, 512, 1000])
def test_tiles_stay_below_the_packing_limit(rows: int, columns: int) -> None:
    blocks, width = tiling(rows, 512, columns)
    assert rows % blocks == 0
    assert columns % width == 0
    if (blocks, width) != (1, columns):
        assert 32 <= width <= 64
        assert rows // blocks * 512 * width <= NO_PACKING
        assert blocks == 1 or rows // blocks >= 8


def test_column_tiles_are_the_columns_in_order(generator: np.random.Generator) -> None:
    matrix = generator.standard_normal((3, 8))
    tiles = column_tiles(matrix, 2)
    assert np.shares_memory(tiles, matrix)
    np.testing.assert_array_equal(np.concatenate(list(tiles), axis=1), matrix)
