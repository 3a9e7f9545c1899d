import numpy as np
import pytest

from glassnet.visualize.drawing.letters import CELL, FONT_SIZE, grid_figure

pytest.importorskip("matplotlib")


def test_a_figure_is_as_large_as_its_cells() -> None:
    cells = np.full((3, 10, 3), 255, np.uint8)
    figure, axes = grid_figure(cells, {"a": [(0, 0), (4, 2)], " ": [(1, 1)]}, margin=2)
    width, height = figure.get_size_inches() * 72
    assert width == pytest.approx((10 + 2 + 2) * CELL[0] * FONT_SIZE)
    assert height == pytest.approx((3 + 2 + 2) * CELL[1] * FONT_SIZE)
    assert (axes.get_xlim(), axes.get_ylim()) == ((-2, 12), (5, -2))
    (letters,) = axes.collections  # a space has no shape
    assert letters.get_offsets()[:, 0].tolist() == [0, 4]


def test_a_head_takes_the_place_of_the_top_margin() -> None:
    _, axes = grid_figure(np.full((3, 10, 3), 255, np.uint8), {}, margin=2, head=5)
    assert axes.get_ylim() == (5, -5)
