"""The page in headless Chromium: the panels around the text (panels.js)."""

import re
from pathlib import Path

import numpy as np

from glassnet.visualize import (
    Activations,
    Contexts,
    Predictions,
)
from glassnet.visualize.drawing.shades import color, shades
from glassnet.visualize.drawing.text import visible
from tests.visualize.chromium import (
    DOWN,
    ESCAPE,
    LEFT,
    RIGHT,
    TAB,
    UP,
    Browser,
)
from tests.visualize.neurons.views.page.colors import expected_colors
from tests.visualize.neurons.views.page.content import TEXT


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+\.\d+", text.replace("−", "-"))]


def test_what_is_not_given_does_not_appear(browser: Browser, bare_page: Path) -> None:
    browser.open(bare_page)
    assert browser.texts("h3") == []
    assert browser.texts("nav h2") == ["Most varying on this text"]
    browser.point(4)
    assert "next" not in browser.text("#predictions")


def test_numbers_of_the_neuron(
    browser: Browser, activations: Activations, full_page: Path, contexts: Contexts
) -> None:
    browser.open(full_page, "#layer=1&neuron=2&state=hidden&scale=red")
    values = activations.neuron(1, 2, "hidden").values
    wanted = [values.min(), values.mean(), values.max()]
    np.testing.assert_allclose(numbers(browser.text("#numbers")), wanted, atol=0.0051)

    heights = browser.run(
        "return Array.from(document.querySelectorAll('#histogram i'),"
        " (bar) => parseFloat(bar.style.height))"
    )
    counts = contexts.histogram[1][2]
    np.testing.assert_allclose(heights, 100 * counts / counts.max(), atol=0.21)

    for row, (closed, opened) in zip(
        browser.texts("#saturation .rows > div"), contexts.saturation[1][2], strict=True
    ):
        shown = [int(n) for n in re.findall(r"(\d+) %", row)]
        np.testing.assert_allclose(shown, [100 * closed, 100 * opened], atol=1)

    for name, expected in (
        ("strongest", contexts.strongest(1, 2)),
        ("weakest", contexts.weakest(1, 2)),
    ):
        rows = browser.texts(f"#{name} .rows > div")
        assert len(rows) == len(expected) == 3
        for row, context in zip(rows, expected, strict=True):
            around = context.before + context.character + context.after
            assert row.startswith(around.replace("\n", "⏎"))
            assert abs(numbers(row)[-1] - context.value) < 0.01
        values = np.array([context.value for context in expected])
        painted = ["rgb({}, {}, {})".format(*color(s)) for s in shades(values, "hidden").tolist()]
        assert browser.colors(f"#{name} .peak") == painted


def test_histogram_of_the_text_where_there_is_no_corpus(
    browser: Browser, activations: Activations, bare_page: Path
) -> None:
    browser.open(bare_page, "#layer=1&neuron=2&state=forget-gate")
    heights = browser.run(
        "return Array.from(document.querySelectorAll('#histogram i'),"
        " (bar) => parseFloat(bar.style.height))"
    )
    painted = shades(activations.neuron(1, 2, "forget-gate").values, "forget-gate")
    counts = np.bincount(painted // 8, minlength=32)
    np.testing.assert_allclose(heights, 100 * counts / counts.max(), atol=0.01)


def test_predictions_under_a_character(
    browser: Browser, activations: Activations, full_page: Path, predictions: Predictions
) -> None:
    browser.open(full_page, "#layer=2&neuron=3&state=cell")
    values = np.tanh(activations.neuron(2, 3, "cell").values)

    def check(place: int) -> None:
        character, value = browser.texts("#predictions .read > *")
        assert character == {"\n": "⏎", " ": "␣"}.get(TEXT[place], TEXT[place])
        assert abs(float(value.replace("−", "-")) - values[place]) < 0.01
        signs = {"\n": "⏎", " ": "␣"}
        expected = [signs.get(c, c) for c in visible(predictions.characters[place])]
        assert browser.texts("#predictions .prediction code") == expected
        for shown, share in zip(
            browser.texts("#predictions .prediction span"),
            predictions.probabilities[place],
            strict=True,
        ):
            if shown == "<1 %":
                assert share < 0.012
            else:
                assert abs(int(shown.removesuffix(" %")) - 100 * share) < 1
        if place + 1 < len(TEXT):
            surprise = browser.text("#predictions .surprise")
            assert abs(numbers(surprise)[0] - predictions.surprise[place]) < 0.06
            came = [TEXT[place + 1] == c for c in predictions.characters[place]]
            assert (
                browser.run(
                    "return Array.from(document.querySelectorAll('#predictions .prediction'),"
                    " (e) => e.classList.contains('came'))"
                )
                == came
            )
        else:
            assert not browser.texts("#predictions .surprise")

    assert browser.texts("#predictions .prediction") == []
    for place in (4, 0, TEXT.index("\n"), len(TEXT) - 2):
        browser.point(place)
        check(place)
    browser.run("document.querySelector('#varying button:last-child').focus()")
    browser.press(TAB)  # into the text, at the character that was pointed at
    browser.press(LEFT, LEFT)
    check(len(TEXT) - 4)
    browser.press(UP)
    check(TEXT.index("\n\n") + 1)  # the empty line
    browser.press(UP)
    check(TEXT.index("jumps"))
    browser.press(DOWN, DOWN, RIGHT)
    check(TEXT.index("the lazy") + 1)
    browser.press(LEFT, UP, UP, UP, UP)  # from line to line, and not beyond the first
    check(0)
    browser.press(DOWN)
    check(TEXT.index("jumps"))
    assert browser.text("#name").startswith("Layer 2, neuron 3, ")
    browser.press(ESCAPE)
    assert browser.texts("#predictions .prediction") == []
    browser.press(RIGHT)
    assert browser.text("#name").startswith("Layer 2, neuron 4, ")


def test_search_and_lists(browser: Browser, activations: Activations, full_page: Path) -> None:
    browser.open(full_page)
    names = "#findings .what"
    all_names = ["vowel · hidden state", "line-length · cell state", "capital · hidden state"]
    assert browser.texts(names) == all_names
    assert browser.texts("#findings .score") == ["AUC 0.95", "r −0.50", "AUC 0.75"]
    assert browser.texts("#findings .where") == ["1:4", "2:0", "2:5"]
    widths = browser.run(
        "return Array.from(document.querySelectorAll('#findings .value'),"
        " (bar) => parseFloat(bar.style.width))"
    )
    np.testing.assert_allclose(widths, [90, 50, 50])
    assert browser.texts("#most_important .item") == ["1:3+0.0400", "2:0+0.0200", "2:1−0.0100"]
    meters = browser.run(
        "return Array.from(document.querySelectorAll('#most_important .value'),"
        " (bar) => parseFloat(bar.style.width))"
    )
    np.testing.assert_allclose(meters, [100, 50, 0], atol=1e-9)
    browser.click("#most_important .item:nth-of-type(3)")
    assert "The loss falls without it" in browser.text("#meanings")
    assert "it lowers the loss by 0.0100 nats per character." in browser.text("#meanings")

    browser.type("#search", "letter")
    assert browser.texts(names) == [all_names[0], all_names[2]]
    assert browser.texts("#most_important .item") == []
    browser.type("#search", " CAPITAL")
    assert browser.texts(names) == [all_names[2]]
    browser.click("#findings .item:not([hidden])")
    assert browser.colors() == expected_colors(activations, 2, 5, "hidden")
    assert "The letter is a capital. AUC 0.75 of the hidden state, falling;" in browser.text(
        "#meanings"
    )
    assert browser.run("return document.querySelectorAll('.item[aria-current=true]').length") == 1
    browser.type("#search", "zz")
    assert browser.texts(names) == []
    assert browser.text("#found") == "Nothing matches."

    browser.run("document.getElementById('search').select()")
    browser.type("#search", "1:4")
    assert browser.texts(names) == all_names
    assert browser.colors() == expected_colors(activations, 1, 4, "hidden")
    browser.type("#search", "4")
    assert browser.text("#found") == "There is no neuron 1:44."
    assert browser.colors() == expected_colors(activations, 1, 4, "hidden")

    browser.click("#findings .item:nth-of-type(2)")
    assert browser.colors() == expected_colors(activations, 2, 0, "cell")
    browser.click("#most_important .item")
    assert browser.colors() == expected_colors(activations, 1, 3, "cell")
    assert "0.0400 nats" in browser.text("#meanings")
