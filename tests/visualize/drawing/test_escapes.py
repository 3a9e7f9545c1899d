import io
import re

import numpy as np
import pytest

from glassnet.visualize import terminal_colors
from glassnet.visualize.drawing.escapes import colored, escape_sequences
from glassnet.visualize.drawing.shades import color


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"COLORTERM": "truecolor", "TERM": "xterm"}, "24-bit"),
        ({"COLORTERM": "24bit"}, "24-bit"),
        ({"COLORTERM": "yes", "TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm"}, "256"),
        ({"COLORTERM": "truecolor", "NO_COLOR": "1"}, "none"),
        ({"COLORTERM": "truecolor", "NO_COLOR": ""}, "24-bit"),
        ({"COLORTERM": "truecolor", "TERM": "dumb"}, "none"),
    ],
)
def test_terminal_colors(environment: dict[str, str], expected: str) -> None:
    assert terminal_colors(Terminal(), environment) == expected
    assert terminal_colors(io.StringIO(), environment) == "none"


def test_256_colors_are_the_nearest_of_the_cube() -> None:
    cube = np.array([0, 95, 135, 175, 215, 255])
    escapes = escape_sequences("256")
    assert len(escapes) == 256
    for shade, escape in enumerate(escapes):
        code = int(re.fullmatch(r"\x1b\[38;5;16;48;5;(\d+)m", escape)[1])
        red, green, blue = np.unravel_index(code - 16, (6, 6, 6))
        assert red == 5
        assert green == blue
        wanted = color(shade)[1]
        assert abs(cube[green] - wanted) == np.abs(cube - wanted).min()
    ends = [re.search(r"48;5;(\d+)m", escapes[shade])[1] for shade in (0, 255)]
    assert ends == ["231", "196"]


def test_an_escape_sequence_is_repeated_only_where_the_color_changes() -> None:
    row = colored("abc", [255, 255, 0], escape_sequences("24-bit"))
    assert row == "\x1b[38;2;0;0;0;48;2;255;0;0mab\x1b[38;2;0;0;0;48;2;255;255;255mc\x1b[0m"
