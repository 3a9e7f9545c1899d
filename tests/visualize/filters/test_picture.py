"""Lines as a picture."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.visualize.drawing.shades import color
from glassnet.visualize.drawing.text import TooLongError
from glassnet.visualize.filters.picture import save_filters_picture
from tests.visualize.filters.lines import BOTH, line_of, responses_to, shades_of


def test_cells_of_the_picture_have_the_colors_of_their_shades(tmp_path: Path) -> None:
    image = pytest.importorskip("matplotlib.image")
    # Spaces, so that no letter covers a cell.
    responses = responses_to(line_of(" " * 9, " " * 9), line_of(" " * 4, " " * 4))
    path = tmp_path / "picture.png"
    save_filters_picture(path, responses, BOTH, "title")
    pixels = np.rint(image.imread(path)[..., :3] * 255).astype(int)
    # The grid: 70 columns for the title, 11 rows of a line and 1 between lines; margins of 2 cells,
    # and 4 rows for the title.
    across, down = pixels.shape[1] / (70 + 4), pixels.shape[0] / (11 + 11 - 1 + 6)

    def cell(row: int, column: int) -> tuple[int, ...]:
        return tuple(pixels[int((row + 4.5) * down), int((column + 2.5) * across)].tolist())

    for number, top in ((0, 0), (1, 11)):
        for row, (layer, index) in ((1, (1, 0)), (2, (1, 11)), (5, (2, 1))):
            for column, shade in enumerate(shades_of(responses, number, layer, index).tolist()):
                assert cell(top + row, 6 + column) == color(shade)
    for row, column in ((0, 6), (3, 6), (7, 6), (12, 6 + 5)):
        assert cell(row, column) == (255, 255, 255)


def test_a_picture_of_letters(tmp_path: Path, nasty: str) -> None:
    pytest.importorskip("matplotlib")
    line = nasty.replace("\n", " ")
    path = tmp_path / "picture.png"
    save_filters_picture(path, responses_to(line_of(line, line[::-1])), BOTH)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_too_many_lines(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    responses = responses_to(*[line_of("a", "a")] * 100)
    with pytest.raises(TooLongError, match="100 lines take 1099 rows, and a picture holds 1000"):
        save_filters_picture(tmp_path / "picture.png", responses, BOTH)
    assert not list(tmp_path.iterdir())


def test_a_title_is_no_formula(tmp_path: Path) -> None:
    image = pytest.importorskip("matplotlib.image")
    responses = responses_to(line_of("pray", "pray"))
    heads = []
    for title in ("", "cost: $1$"):
        save_filters_picture(tmp_path / "picture.png", responses, BOTH, title)
        heads.append(image.imread(tmp_path / "picture.png")[:40])
    assert (heads[0] != heads[1]).any()
