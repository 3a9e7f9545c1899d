import re

import numpy as np

from glassnet.visualize import Neuron, draw_neuron
from glassnet.visualize.drawing.shades import color, shades


def neuron(text: str, values: list[float], state: str = "hidden") -> Neuron:
    return Neuron(text, 2, 345, state, np.array(values, np.float32))


def cells(line: str) -> list[tuple[str, str]]:
    """Return each character of a line with the escape sequence in force."""
    found, escape = [], ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b"):
            escape = part
        else:
            found += [(character, escape) for character in part]
    return found


def test_24_bit_colors_are_exact() -> None:
    line = next(draw_neuron(neuron("abc", [-1, 0, 1]), "24-bit"))
    assert line == (
        "\x1b[38;2;0;0;0;48;2;255;255;255ma\x1b[38;2;0;0;0;48;2;255;127;127mb"
        "\x1b[38;2;0;0;0;48;2;255;0;0mc\x1b[0m"
    )


def test_every_character_has_the_color_of_its_own_value() -> None:
    text = "the quick\n\nbrown fox jumps\nover\n"
    values = np.sin(np.arange(len(text), dtype=np.float32))
    found = [
        cell
        for line in list(draw_neuron(neuron(text, values), "24-bit", 8))[:-3]
        for cell in cells(line)
    ]
    expected = [
        (character, "\x1b[38;2;0;0;0;48;2;{};{};{}m".format(*color(shade)))
        for character, shade in zip(text, shades(values, "hidden").tolist(), strict=True)
        if character != "\n"
    ]
    assert found == expected


def test_newlines_and_what_follows_them_have_no_color() -> None:
    lines = list(draw_neuron(neuron("a\n\nb\n", [1, 1, 1, 1, 1]), "24-bit"))[:-3]
    assert lines[1] == ""
    assert all(line.endswith("\x1b[0m") for line in lines if line)
    assert len(lines) == 3


def test_without_colors_a_row_of_density_follows_each_row() -> None:
    lines = list(
        draw_neuron(
            neuron("abcdef\n\ng日\n", [-1, -0.6, -0.2, 0.2, 0.6, 1, 1, 1, 1, 0.2, 0]), "none"
        )
    )
    assert lines[:5] == ["abcdef", " .-=*#", "", "g日", "#=="]
    assert "\x1b" not in "".join(lines)


def test_escapes_of_the_text_do_not_reach_the_terminal() -> None:
    text = "a\x1b[2J\x9b\tz"
    for colors in ("24-bit", "256", "none"):
        drawn = "\n".join(draw_neuron(neuron(text, [0] * len(text)), colors))
        assert re.sub(r"\x1b\[[0-9;]*m", "", drawn).startswith("a␛[2J\ufffd→z")
        assert "\t" not in drawn
        assert "\x9b" not in drawn


def test_legend() -> None:
    title, scale = list(draw_neuron(neuron("abc", [-0.5, 0, 1]), "none"))[-2:]
    assert title == "layer 2, neuron 345, hidden state"
    assert scale == '-1 " .-=*#" 1   min -0.50  mean 0.17  max 1.00'
    title, scale = list(draw_neuron(neuron("abc", [-5, 0, 8], "cell"), "none"))[-2:]
    assert title == "layer 2, neuron 345, cell state (drawn: its tanh)"
    assert scale.endswith("min -5.00  mean 1.00  max 8.00")
    _, scale = list(draw_neuron(neuron("abc", [0, 0, 1], "forget-gate"), "24-bit"))[-2:]
    assert scale.startswith("0 \x1b[38;2;0;0;0;48;2;255;255;255m ")
    assert "48;2;255;0;0m \x1b[0m 1 " in scale
