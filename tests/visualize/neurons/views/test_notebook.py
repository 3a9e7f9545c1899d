import re
from html.parser import HTMLParser

import numpy as np
import pytest

from glassnet.models import CharacterLSTM
from glassnet.visualize import Activations, read_activations
from glassnet.visualize.drawing.shades import color, shades
from glassnet.visualize.drawing.text import visible
from glassnet.visualize.neurons.views.notebook import LONGEST

TEXT = "the quick brown fox,\njumps over\n\nthe lazy dog.\n"


class Reader(HTMLParser):
    """Collects the characters of the pre element with the background that each stands on."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.characters: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append((tag, dict(attrs).get("style") or ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if any(tag == "pre" for tag, _ in self.open):
            tag, style = self.open[-1]
            background = style.removeprefix("background:") if tag == "span" else ""
            self.characters += [(character, background) for character in data]


def read(content: str) -> list[tuple[str, str]]:
    reader = Reader()
    reader.feed(content)
    assert reader.open == []
    return reader.characters


@pytest.mark.parametrize("state", ["hidden", "cell", "forget-gate"])
def test_text_is_painted_with_the_neuron(network: CharacterLSTM, state: str) -> None:
    neuron = read_activations(network, TEXT, (state,)).neuron(2, 3, state)
    found = read(neuron._repr_html_())
    assert "".join(character for character, _ in found) == TEXT
    for (character, background), shade in zip(
        found, shades(neuron.values, state).tolist(), strict=True
    ):
        expected = "" if character == "\n" else "#" + bytes(color(shade)).hex()
        assert background == expected


def test_title_legend_and_numbers(network: CharacterLSTM) -> None:
    neuron = read_activations(network, TEXT, ("input-gate",)).neuron(1, 4, "input-gate")
    content = neuron._repr_html_()
    assert "layer 1, neuron 4, input gate" in content
    assert re.search(
        r" 0 <span[^>]*linear-gradient\(to right,#ffffff,#ff0000\)[^>]*></span> 1<", content
    )
    assert f"max {neuron.values.max():.2f}" in content
    assert "first" not in content


def test_a_long_text_is_cut_and_says_so() -> None:
    text = "abc\n" * 1000
    activations = Activations(text, {(1, "hidden"): np.zeros((4000, 2), np.float32)})
    content = activations.neuron(1, 0, "hidden")._repr_html_()
    assert "".join(character for character, _ in read(content)) == text[:LONGEST]
    assert "the first 2,000 of 4,000 characters" in content


def test_nasty_text_stays_text(network: CharacterLSTM, nasty: str) -> None:
    content = read_activations(network, nasty).neuron(1, 0, "hidden")._repr_html_()
    assert "<script" not in content
    assert "".join(character for character, _ in read(content)) == visible(nasty)


def test_table_of_the_most_varying(network: CharacterLSTM) -> None:
    activations = read_activations(network, TEXT, ("hidden", "cell"))
    content = activations._repr_html_()
    names = re.findall(r">(\d:\d)<", content)
    assert len(names) == 4 * 5
    for first, (layer, state) in zip(names[::5], activations.arrays, strict=True):
        assert first == f"{layer}:{activations.most_varying(layer, state)}"
    values = activations.neuron(1, int(names[0][2:]), "hidden").values
    cells = re.findall(r">(-?\d\.\d\d)<", content)[:4]
    expected = [values.min(), values.mean(), values.max(), values.std()]
    np.testing.assert_allclose([float(cell) for cell in cells], expected, atol=0.0051)
