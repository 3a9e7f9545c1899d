from pathlib import Path

import numpy as np
import pytest

from glassnet.visualize import Neuron, save_picture
from glassnet.visualize.drawing.shades import color, shades
from glassnet.visualize.drawing.text import TooLongError

image = pytest.importorskip("matplotlib.image")


def test_cells_have_the_colors_of_their_values(tmp_path: Path) -> None:
    text = "   \n" * 3 + "x日\x1be\u0301\n"  # spaces, so that no letter covers a cell
    values = np.linspace(-1, 1, len(text), dtype=np.float32)
    path = tmp_path / "picture.png"
    save_picture(path, Neuron(text, 1, 0, "hidden", values))
    pixels = np.rint(image.imread(path)[..., :3] * 255).astype(int)
    # The grid of picture.py: 64 columns and 4 rows, margins of 2.5 cells, 3.5 rows of head.
    height, width = pixels.shape[0] / (4 + 3.5 + 2.5), pixels.shape[1] / (64 + 5)
    levels = shades(values, "hidden").tolist()
    for row in range(3):
        for column in range(3):
            found = pixels[int((row + 4) * height), int((column + 3) * width)]
            assert tuple(found) == color(levels[4 * row + column])
    assert (pixels[int(4 * height) - 3 :, int(12 * width) :] == 255).all()  # nothing to the right


def test_a_long_text_goes_on_beside_itself(tmp_path: Path) -> None:
    values = np.zeros(200, np.float32)
    values[2 * 17] = 1  # the eighteenth of 100 rows, each a space and a newline
    path = tmp_path / "picture.png"
    save_picture(path, Neuron(" \n" * 100, 1, 0, "hidden", values))
    pixels = np.rint(image.imread(path)[..., :3] * 255).astype(int)
    # Seven blocks of 15 rows, one every 5 columns.
    height, width = pixels.shape[0] / (15 + 3.5 + 2.5), pixels.shape[1] / (64 + 5)
    for block in range(7):
        for row in range(15):
            found = tuple(pixels[int((row + 4) * height), int((5 * block + 3) * width)])
            wanted = 0.0 if 15 * block + row < 100 else -1.0  # nothing is as white as -1
            if 15 * block + row == 17:
                wanted = 1.0
            assert found == color(int(shades(np.array(wanted), "hidden")))


def test_too_long_a_text(tmp_path: Path) -> None:
    neuron = Neuron("a\n" * 1001, 1, 0, "hidden", np.zeros(2002, np.float32))
    with pytest.raises(TooLongError, match="takes 1001 rows, and a picture holds 1000"):
        save_picture(tmp_path / "picture.png", neuron)
    assert not list(tmp_path.iterdir())


def test_a_newline_alone_can_be_drawn(tmp_path: Path) -> None:
    save_picture(tmp_path / "picture.png", Neuron("\n", 1, 0, "cell", np.zeros(1, np.float32)))
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
