import io
import re

import numpy as np
import pytest

from glassnet.visualize import Neuron, draw, terminal_colors
from glassnet.visualize.drawing.drawing import color, shades


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def neuron(text: str, values: list[float], state: str = "hidden") -> Neuron:
    return Neuron(text, 2, 345, state, np.array(values, np.float32))


def cells(line: str) -> list[tuple[str, str]]:
    """Return each character of a line with the escape sequence that holds for it."""
    found, escape = [], ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b"):
            escape = part
        else:
            found += [(character, escape) for character in part]
    return found


def test_24_bit_colors_are_exact() -> None:
    line = next(draw(neuron("abc", [-1, 0, 1]), "24-bit"))
    assert line == (
        "\x1b[38;2;0;0;0;48;2;255;255;255ma\x1b[38;2;0;0;0;48;2;255;127;127mb"
        "\x1b[38;2;0;0;0;48;2;255;0;0mc\x1b[0m"
    )


def test_every_character_has_the_color_of_its_own_value() -> None:
    text = "the quick\n\nbrown fox jumps\nover\n"
    values = np.sin(np.arange(len(text), dtype=np.float32))
    found = [
        cell for line in list(draw(neuron(text, values), "24-bit", 8))[:-3] for cell in cells(line)
    ]
    expected = [
        (character, "\x1b[38;2;0;0;0;48;2;{};{};{}m".format(*color(shade)))
        for character, shade in zip(text, shades(values, "hidden").tolist(), strict=True)
        if character != "\n"
    ]
    assert found == expected


def test_256_colors_are_the_nearest_of_the_cube() -> None:
    cube = np.array([0, 95, 135, 175, 215, 255])
    for value in np.linspace(-1, 1, 41):
        line = next(draw(neuron("x", [value]), "256"))
        code = int(re.fullmatch(r"\x1b\[38;5;16;48;5;(\d+)mx\x1b\[0m", line)[1])
        red, green, blue = np.unravel_index(code - 16, (6, 6, 6))
        assert red == 5
        wanted = color(int(shades(np.array(value), "hidden")))[1]
        assert green == blue
        assert abs(cube[green] - wanted) == np.abs(cube - wanted).min()
    ends = [next(draw(neuron("x", [value]), "256")) for value in (-1, 1)]
    assert [re.search(r"48;5;(\d+)m", line)[1] for line in ends] == ["231", "196"]


def test_newlines_and_what_follows_them_have_no_color() -> None:
    lines = list(draw(neuron("a\n\nb\n", [1, 1, 1, 1, 1]), "24-bit"))[:-3]
    assert lines[1] == ""
    assert all(line.endswith("\x1b[0m") for line in lines if line)
    assert len(lines) == 3


def test_escape_sequence_is_repeated_only_where_the_color_changes() -> None:
    assert next(draw(neuron("abc", [1, 1, 1]), "24-bit")).count("\x1b") == 2


def test_without_colors_a_row_of_density_follows_each_row() -> None:
    lines = list(
        draw(neuron("abcdef\n\ng日\n", [-1, -0.6, -0.2, 0.2, 0.6, 1, 1, 1, 1, 0.2, 0]), "none")
    )
    assert lines[:5] == ["abcdef", " .-=*#", "", "g日", "#=="]
    assert "\x1b" not in "".join(lines)


def test_escapes_of_the_text_do_not_reach_the_terminal() -> None:
    text = "a\x1b[2J\x9b\tz"
    for colors in ("24-bit", "256", "none"):
        drawn = "\n".join(draw(neuron(text, [0] * len(text)), colors))
        assert re.sub(r"\x1b\[[0-9;]*m", "", drawn).startswith("a␛[2J\ufffd→z")
        assert "\t" not in drawn
        assert "\x9b" not in drawn


def test_legend() -> None:
    title, scale = list(draw(neuron("abc", [-0.5, 0, 1]), "none"))[-2:]
    assert title == "layer 2, neuron 345, hidden state"
    assert scale == '-1 " .-=*#" 1   min -0.50  mean 0.17  max 1.00'
    title, scale = list(draw(neuron("abc", [-5, 0, 8], "cell"), "none"))[-2:]
    assert title == "layer 2, neuron 345, cell state (drawn: its tanh)"
    assert scale.endswith("min -5.00  mean 1.00  max 8.00")
    _, scale = list(draw(neuron("abc", [0, 0, 1], "forget-gate"), "24-bit"))[-2:]
    assert scale.startswith("0 \x1b[38;2;0;0;0;48;2;255;255;255m ")
    assert "48;2;255;0;0m \x1b[0m 1 " in scale


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
