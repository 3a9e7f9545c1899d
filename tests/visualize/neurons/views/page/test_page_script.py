"""The page in headless Chromium: picking a neuron, and the text in its colors (page.js)."""

from pathlib import Path

import numpy as np

from glassnet.models import SHIPPED, CharacterLSTM, load_network
from glassnet.visualize import (
    Activations,
    Predictions,
    neurons_page,
    read_activations,
    read_contexts,
    read_predictions,
    save_page,
)
from glassnet.visualize.drawing.text import visible
from glassnet.visualize.neurons.search.findings import Finding
from tests.visualize.chromium import (
    DOWN,
    ENTER,
    LEFT,
    RIGHT,
    TAB,
    UP,
    Browser,
)
from tests.visualize.neurons.views.page.colors import expected_colors
from tests.visualize.neurons.views.page.content import TEXT


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
    # Values that do not exist are replaced.
    browser.run("location.hash = '#layer=9&neuron=77&state=toString&scale=x&character=length'")
    assert shows(2, 5, "hidden")
    browser.run("location.hash = '#neuron=x'")
    assert shows(2, 0, "hidden")


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


def test_the_bar_does_not_cover_what_is_read(
    browser: Browser, network: CharacterLSTM, tmp_path: Path
) -> None:
    activations = read_activations(network, "a lazy fox,\n" * 100)
    path = tmp_path / "page.html"
    save_page(path, neurons_page(activations, activations.neuron(1, 0, "hidden"), "title"))
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


def test_copied_text_is_the_text(browser: Browser, bare_page: Path) -> None:
    browser.open(bare_page)
    copied = browser.run(
        "getSelection().selectAllChildren(document.getElementById('text'));"
        "return getSelection().toString()"
    )
    assert copied == TEXT.rstrip("\n")


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


def test_nasty_text_in_the_browser(
    browser: Browser, network: CharacterLSTM, nasty: str, tmp_path: Path
) -> None:
    activations = read_activations(network, nasty)
    path = tmp_path / "page.html"
    finding = Finding(nasty, nasty, "r", 1, 0, "hidden", 0.5, 0.5, float("nan"), nasty)
    content = neurons_page(
        activations,
        activations.neuron(1, 0, "hidden"),
        nasty,
        findings=[finding],
        contexts=read_contexts(network, nasty),
        predictions=read_predictions(network, nasty),
    )
    save_page(path, content)
    browser.open(path)  # an alert would make the next lines fail
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
    save_page(
        path, neurons_page(activations, first, "title", contexts=contexts, predictions=predictions)
    )
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
