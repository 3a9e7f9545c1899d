"""The page in headless Chromium, driven through chromedriver; skipped where there is none."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import SHIPPED, CharacterLSTM, load_network
from glassnet.visualize import Activations, page, read_activations, save_page
from glassnet.visualize.drawing.drawing import color, shades, visible
from glassnet.visualize.neurons.ablation import Ablation
from glassnet.visualize.neurons.contexts import Contexts, read_contexts
from glassnet.visualize.neurons.predictions import Predictions, read_predictions
from glassnet.visualize.neurons.search.scores import Finding
from tests.visualize.neurons.views.chromium import (
    DOWN,
    ENTER,
    ESCAPE,
    LEFT,
    RIGHT,
    TAB,
    UP,
    Browser,
    started,
)

TEXT = "the quick brown fox,\njumps over\n\nthe lazy dog.\n"
CORPUS = "a lazy fox,\nthe quick dog\njumps over.\n\n" * 12
STATES = ("hidden", "cell", "forget-gate")


@pytest.fixture(scope="module")
def _browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with started(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(_browser: Browser) -> Iterator[Browser]:
    yield _browser
    _browser.tools("Emulation.clearDeviceMetricsOverride")
    requested = _browser.run("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert requested == []  # the page loaded nothing beside itself


@pytest.fixture
def activations(network: CharacterLSTM) -> Activations:
    return read_activations(network, TEXT, STATES)


@pytest.fixture
def contexts(network: CharacterLSTM) -> Contexts:
    return read_contexts(network, CORPUS, count=3)


@pytest.fixture
def predictions(network: CharacterLSTM) -> Predictions:
    return read_predictions(network, TEXT)


FINDINGS = (
    Finding("vowel", "the letter is a vowel", "AUC", 1, 4, "hidden", 0.95, 0.96, 0.7, "strong"),
    Finding("line-length", "how long it is", "r", 2, 0, "cell", -0.5, -0.6, 0.1, "clear"),
    Finding("capital", "the letter is a capital", "AUC", 2, 5, "hidden", 0.25, 0.2, 0.6, "weak"),
)
COSTLIEST = (
    Ablation(1, 3, 0.1, 1.5, 1.54),
    Ablation(2, 0, -0.2, 1.5, 1.52),
    Ablation(2, 1, 0.0, 1.5, 1.49),
)


@pytest.fixture
def bare_page(activations: Activations, tmp_path: Path) -> Path:
    path = tmp_path / "bare.html"
    save_page(path, page(activations, activations.neuron(2, 3, "hidden"), "title"))
    return path


@pytest.fixture
def full_page(
    activations: Activations, contexts: Contexts, predictions: Predictions, tmp_path: Path
) -> Path:
    path = tmp_path / "full.html"
    first = activations.neuron(2, 3, "hidden")
    save_page(path, page(activations, first, "title", FINDINGS, COSTLIEST, contexts, predictions))
    return path


def expected_colors(
    activations: Activations, layer: int, neuron: int, state: str, scale: str = "red"
) -> list[str]:
    paint = {"red": color, "diverging": diverging if state != "forget-gate" else orange}[scale]
    values = activations.neuron(layer, neuron, state).values
    return [
        "rgb({}, {}, {})".format(*paint(shade))
        for character, shade in zip(activations.text, shades(values, state).tolist(), strict=True)
        if character != "\n"
    ]


def mixed(ink: tuple[int, int, int], share: float) -> tuple[int, ...]:
    """White with a share of an ink."""
    return tuple(int(np.floor(255 + (part - 255) * share + 0.5)) for part in ink)


def diverging(shade: int) -> tuple[int, ...]:
    value = 2 * (shade / 255) - 1
    return mixed((66, 146, 198) if value < 0 else (230, 97, 1), abs(value))


def orange(shade: int) -> tuple[int, ...]:
    return mixed((230, 97, 1), shade / 255)


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+\.\d+", text.replace("−", "-"))]


def test_every_way_of_picking_repaints_the_text(
    browser: Browser, activations: Activations, bare_page: Path
) -> None:
    browser.open(bare_page)

    def shows(layer: int, neuron: int, state: str, scale: str = "red") -> bool:
        address = f"#layer={layer}&neuron={neuron}&state={state}&scale={scale}"
        browser.wait(lambda: browser.run("return location.hash") == address, address)
        assert browser.run("return document.getElementById('neuron').value") == str(neuron)
        assert browser.run("return document.getElementById('slider').value") == str(neuron)
        assert browser.text("#name").startswith(f"Layer {layer}, neuron {neuron}, ")
        return browser.colors() == expected_colors(activations, layer, neuron, state, scale)

    assert shows(2, 3, "hidden")
    assert browser.text("#text") == TEXT
    browser.type("body", RIGHT)
    assert shows(2, 4, "hidden")
    browser.type("body", LEFT + LEFT)
    assert shows(2, 2, "hidden")
    browser.type("body", DOWN)
    assert shows(1, 2, "hidden")
    browser.type("body", DOWN)
    assert shows(1, 2, "hidden")
    browser.type("body", UP)
    assert shows(2, 2, "hidden")
    browser.click("#next")
    assert shows(2, 3, "hidden")
    browser.click("#previous")
    assert shows(2, 2, "hidden")
    browser.click("#layers button[value='1']")
    assert shows(1, 2, "hidden")
    browser.run("document.getElementById('neuron').select()")
    browser.type("#neuron", "5" + ENTER)
    assert shows(1, 5, "hidden")
    browser.type("#slider", LEFT)
    assert shows(1, 4, "hidden")
    browser.click("#scale option[value='diverging']")
    assert shows(1, 4, "hidden", "diverging")
    browser.click("#state option[value='forget-gate']")
    assert shows(1, 4, "forget-gate", "diverging")
    most = activations.most_varying(1, "forget-gate")
    browser.click("#varying button")
    assert shows(1, most, "forget-gate", "diverging")
    browser.run("location.hash = '#layer=2&neuron=1&state=cell&scale=red'")
    assert shows(2, 1, "cell")
    # What there is not is put right.
    browser.run("location.hash = '#layer=9&neuron=77&state=toString&scale=x&character=length'")
    assert shows(2, 5, "hidden")
    browser.run("location.hash = '#neuron=x'")
    assert shows(2, 0, "hidden")


def test_what_is_not_given_does_not_appear(browser: Browser, bare_page: Path) -> None:
    browser.open(bare_page)
    assert browser.texts("h3") == []
    assert browser.texts("nav h2") == ["Most varying on this text"]
    browser.point(4)
    assert "next" not in browser.text("#predictions")


def test_legend_follows_the_scale(browser: Browser, bare_page: Path) -> None:
    for address, low, high, gradient in (
        ("state=hidden&scale=red", "−1", "+1", "rgb(255, 0, 0)"),
        ("state=hidden&scale=diverging", "−1", "+1", "rgb(230, 97, 1)"),
        ("state=forget-gate&scale=red", "0", "1", "rgb(255, 0, 0)"),
    ):
        browser.open(bare_page, f"#layer=1&neuron=0&{address}")
        assert (browser.text("#low"), browser.text("#high")) == (low, high)
        shown = browser.run(
            "return getComputedStyle(document.querySelector('#legend .gradient')).backgroundImage"
        )
        assert shown.endswith(f"{gradient})")
    browser.run("scrollTo(0, 1e6)")
    top, bottom = browser.run(
        "const r = document.getElementById('legend').getBoundingClientRect();"
        "return [r.top, r.bottom]"
    )
    assert 0 <= top < bottom <= 900


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


def test_guesses_under_a_character(
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
        assert browser.texts("#predictions .guess code") == expected
        for shown, share in zip(
            browser.texts("#predictions .guess span"), predictions.probabilities[place], strict=True
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
                    "return Array.from(document.querySelectorAll('#predictions .guess'),"
                    " (e) => e.classList.contains('came'))"
                )
                == came
            )
        else:
            assert not browser.texts("#predictions .surprise")

    assert browser.texts("#predictions .guess") == []
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
    assert browser.texts("#predictions .guess") == []
    browser.press(RIGHT)
    assert browser.text("#name").startswith("Layer 2, neuron 4, ")


def test_the_bar_does_not_cover_what_is_read(
    browser: Browser, network: CharacterLSTM, tmp_path: Path
) -> None:
    activations = read_activations(network, "a lazy fox,\n" * 100)
    path = tmp_path / "page.html"
    save_page(path, page(activations, activations.neuron(1, 0, "hidden"), "title"))
    browser.open(path)
    browser.point(1000)
    browser.run("document.querySelector('#varying button:last-child').focus()")
    browser.press(TAB, *[UP] * 60)
    place, top, bar = browser.run(
        "return [view.character, marks[view.character].getBoundingClientRect().top,"
        " document.getElementById('bar').getBoundingClientRect().bottom]"
    )
    assert place == 1000 - 60 * 12
    assert top >= bar


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
    assert "Not missed when removed" in browser.text("#meanings")
    assert "Without it the loss is 0.0100 nats a character lower." in browser.text("#meanings")

    browser.type("#search", "letter")
    assert browser.texts(names) == [all_names[0], all_names[2]]
    assert browser.texts("#most_important .item") == []
    browser.type("#search", " CAPITAL")
    assert browser.texts(names) == [all_names[2]]
    browser.click("#findings .item:not([hidden])")
    assert browser.colors() == expected_colors(activations, 2, 5, "hidden")
    assert "The letter is a capital. AUC 0.75 of the hidden state, falling there" in browser.text(
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


def test_link_and_reload_show_the_same_view(
    browser: Browser, activations: Activations, full_page: Path
) -> None:
    browser.open(full_page)
    browser.click("#findings .item")
    browser.click("#scale option[value='diverging']")
    browser.point(7, press=True)
    address = "#layer=1&neuron=4&state=hidden&scale=diverging&character=7"
    browser.wait(lambda: browser.run("return location.hash") == address, address)
    link = browser.run("return document.getElementById('link').href")
    assert link == full_page.as_uri() + address
    shown = browser.text("#predictions")

    def same() -> bool:
        return (
            browser.text("#predictions") == shown
            and browser.texts("#predictions .read code") == [TEXT[7]]
            and browser.colors() == expected_colors(activations, 1, 4, "hidden", "diverging")
        )

    browser.send("/refresh", {})
    assert same()
    browser.open(full_page, address)
    assert same()


def test_on_a_phone(browser: Browser, activations: Activations, full_page: Path) -> None:
    browser.tools(
        "Emulation.setDeviceMetricsOverride",
        width=390,
        height=844,
        deviceScaleFactor=2,
        mobile=True,
    )
    browser.open(full_page)
    assert browser.run("return document.documentElement.scrollWidth") == 390
    browser.point(4, "touch", press=True)
    assert browser.texts("#predictions .read code") == ["q"]
    inside = browser.run(
        "const r = document.getElementById('predictions').getBoundingClientRect();"
        "return r.left >= 0 && r.right <= 390"
    )
    assert inside
    browser.point(5, "touch", press=True)
    assert browser.texts("#predictions .read code") == ["u"]
    browser.point(5, "touch", press=True)
    assert browser.texts("#predictions .read code") == []
    browser.point(4, "touch", press=True)
    browser.click("#panes button[value='neuron']")
    assert browser.texts("#name")
    assert not browser.texts("#text")
    browser.click("#next")
    assert browser.texts("#name") == ["Layer 2, neuron 4, hidden state"]
    browser.click("#panes button[value='find']")
    browser.click("#findings .item")
    assert browser.texts("#text") == [TEXT]
    assert browser.colors() == expected_colors(activations, 1, 4, "hidden")


def test_copied_text_is_the_text(browser: Browser, bare_page: Path) -> None:
    browser.open(bare_page)
    copied = browser.run(
        "getSelection().selectAllChildren(document.getElementById('text'));"
        "return getSelection().toString()"
    )
    assert copied == TEXT.rstrip("\n")


def test_nasty_text_in_the_browser(
    browser: Browser, network: CharacterLSTM, nasty: str, tmp_path: Path
) -> None:
    activations = read_activations(network, nasty)
    path = tmp_path / "page.html"
    finding = Finding(nasty, nasty, "r", 1, 0, "hidden", 0.5, 0.5, float("nan"), nasty)
    content = page(
        activations,
        activations.neuron(1, 0, "hidden"),
        nasty,
        findings=[finding],
        contexts=read_contexts(network, nasty),
        predictions=read_predictions(network, nasty),
    )
    save_page(path, content)
    browser.open(path)  # an alert would make what follows fail
    assert browser.text("#text") == visible(nasty)
    assert browser.colors() == expected_colors(activations, 1, 0, "hidden")
    assert browser.text("h1") == nasty
    assert browser.texts("#findings .what") == [nasty]
    browser.point(nasty.index("日"))
    assert browser.texts("#predictions .read code") == ["日"]


def test_shipped_network_opens_quickly(browser: Browser, tmp_path: Path) -> None:
    network, _ = load_network(SHIPPED / "shakespeare.npz")
    text = (SHIPPED / "sample.txt").read_text(encoding="utf-8")
    assert len(text) == 10_000
    activations = read_activations(network, text)
    predictions = Predictions(text, ["abcde"] * 10_000, np.full((10_000, 5), 0.1), np.ones(10_000))
    contexts = read_contexts(network, text[:1000])
    path = tmp_path / "page.html"
    first = activations.neuron(2, 360, "hidden")
    save_page(path, page(activations, first, "title", contexts=contexts, predictions=predictions))
    assert path.stat().st_size < 15_000_000

    def seconds() -> float:
        """What the page's main thread has worked: unlike the clock, it knows no other programs."""
        metrics = browser.tools("Performance.getMetrics")["metrics"]
        return {metric["name"]: metric["value"] for metric in metrics}["TaskDuration"]

    browser.send("/url", {"url": "about:blank"})
    browser.tools("Performance.enable", timeDomain="threadTicks")
    before = seconds()
    browser.send("/url", {"url": path.as_uri()})
    assert browser.colors() == expected_colors(activations, 2, 360, "hidden")
    opened = seconds()
    assert opened - before < 2
    browser.run("for (let neuron = 0; neuron < 20; neuron++) show({neuron});")
    assert browser.colors() == expected_colors(activations, 2, 19, "hidden")
    assert (seconds() - opened) / 20 < 0.2
    browser.tools("Performance.disable")
