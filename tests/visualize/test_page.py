"""The page's data, decoded in Python, and the page itself in headless Chromium."""

import base64
import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import CharacterLSTM
from visualize import Activations, page, read_activations, save_page
from visualize.drawing import TooLongError, color, shades, visible

TEXT = "the quick brown fox,\njumps over\n\nthe lazy dog.\n"
STATES = ("hidden", "cell", "forget-gate")
CHROMIUM = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


@pytest.fixture
def activations(network: CharacterLSTM) -> Activations:
    return read_activations(network, TEXT, STATES)


def make(activations: Activations, title: str = "title") -> str:
    return page(activations, activations.neuron(2, 3, activations.states[0]), title)


def block(content: str, name: str) -> bytes:
    found = re.findall(f'<script type="text/plain" id="{name}">([^<]*)</script>', content)
    assert len(found) == 1
    return base64.b64decode(found[0], validate=True)


def description(content: str) -> dict[str, Any]:
    pattern = '<script type="application/json" id="description">([^<]*)</script>'
    return json.loads(re.search(pattern, content)[1])


# -- the data -------------------------------------------------------------------------------------


def test_data_equals_the_activations_within_quantization(activations: Activations) -> None:
    content = make(activations)
    for (layer, state), values in activations.arrays.items():
        data = np.frombuffer(block(content, f"layer{layer}-{state}-shades"), np.uint8)
        found = data.reshape(6, len(TEXT)).T.astype(float)
        drawn = np.tanh(values) if state == "cell" else values
        low, high = (0, 1) if state == "forget-gate" else (-1, 1)
        difference = low + (high - low) * found / 255 - drawn
        assert np.abs(difference).max() <= (high - low) / 255 / 2 + 1e-6

        data = np.frombuffer(block(content, f"layer{layer}-{state}-statistics"), "<f4")
        statistics = data.reshape(6, 4)
        np.testing.assert_array_equal(statistics[:, 0], values.min(axis=0))
        np.testing.assert_allclose(statistics[:, 1], values.mean(axis=0), atol=1e-6)
        np.testing.assert_array_equal(statistics[:, 2], values.max(axis=0))
        np.testing.assert_allclose(statistics[:, 3], found.std(axis=0), rtol=1e-5)


def test_description(activations: Activations) -> None:
    assert description(make(activations)) == {
        "text": TEXT,
        "layers": {"1": 6, "2": 6},
        "states": {
            "hidden": {"name": "hidden state", "low": -1, "high": 1},
            "cell": {"name": "cell state", "low": -1, "high": 1},
            "forget-gate": {"name": "forget gate", "low": 0, "high": 1},
        },
        "first": {"layer": 2, "neuron": 3, "state": "hidden"},
    }


def test_page_asks_the_network_for_nothing(activations: Activations) -> None:
    content = make(activations)
    assert not re.search(r"https?:|//[a-z]|\b(src|href|action)=|url\(|@import", content, re.I)
    assert "default-src 'none'" in content


def test_nasty_text_and_title_stay_text(network: CharacterLSTM, nasty: str) -> None:
    plain = make(read_activations(network, "abc"))
    content = make(read_activations(network, nasty), title=nasty)
    for tag in ("<script", "</script", "<!--"):
        assert content.count(tag) == plain.count(tag)
    assert description(content)["text"] == visible(nasty)
    assert "<title>a&lt;/script&gt;" in content
    assert "\x1b" not in json.dumps(description(content)["text"], ensure_ascii=False)


def test_size_of_ten_thousand_characters() -> None:
    text = "x" * 10_000
    arrays = {(layer, "hidden"): np.zeros((10_000, 512), np.float32) for layer in (1, 2)}
    assert len(make(Activations(text, arrays))) < 15_000_000


def test_too_long_a_text() -> None:
    values = np.broadcast_to(np.float32(0), (200_000, 512))
    activations = Activations("x" * 200_000, {(2, "hidden"): values})
    with pytest.raises(TooLongError, match="200000 characters come to 102400000 activations"):
        make(activations)


# -- the page in a browser ------------------------------------------------------------------------


def expected_colors(activations: Activations, layer: int, neuron: int, state: str) -> list[str]:
    values = activations.neuron(layer, neuron, state).values
    return [
        "rgb({}, {}, {})".format(*color(shade))
        for character, shade in zip(activations.text, shades(values, state).tolist(), strict=True)
        if character != "\n"
    ]


def test_chromium_paints_the_neuron_of_the_address(
    activations: Activations, tmp_path: Path
) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium")
    path = tmp_path / "page.html"
    save_page(path, activations, activations.neuron(2, 3, "hidden"), "title")
    for address, shown in [
        ("", (2, 3, "hidden")),
        ("#layer=1&neuron=5&state=cell", (1, 5, "cell")),
    ]:
        done = subprocess.run(
            [
                chromium,
                *CHROMIUM,
                f"--user-data-dir={tmp_path / 'profile'}",
                "--dump-dom",
                path.as_uri() + address,
            ],
            capture_output=True,
            timeout=60,
            check=True,
        )
        dom = done.stdout.decode()
        text = re.search('<pre id="text">(.*?)</pre>', dom, re.S)[1]
        pattern = r'<span style="background-color: (rgb\([0-9, ]+\));">'
        assert re.findall(pattern, text) == expected_colors(activations, *shown)
        assert re.sub("<[^>]*>", "", text) == TEXT


class Browser:
    """Headless Chromium, driven through chromedriver's HTTP interface (W3C WebDriver)."""

    def __init__(self, address: str, profile: Path) -> None:
        self.address = address
        options = {"args": [*CHROMIUM, f"--user-data-dir={profile}"]}
        capabilities = {"alwaysMatch": {"goog:chromeOptions": options}}
        self.address += "/session/" + self.send("", {"capabilities": capabilities})["sessionId"]

    def send(self, path: str, content: dict[str, Any] | None, method: str = "POST") -> Any:
        path = path if "/session/" in self.address else "/session"
        request = urllib.request.Request(
            self.address + path,
            json.dumps(content).encode() if content is not None else None,
            {"Content-Type": "application/json"},
            method=method,
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def run(self, script: str) -> Any:
        return self.send("/execute/sync", {"script": script, "args": []})

    def colors(self) -> list[str]:
        return self.run(
            "return Array.from(document.querySelectorAll('#text span'),"
            " (span) => getComputedStyle(span).backgroundColor)"
        )

    def click(self, selector: str) -> None:
        self.send(f"/element/{self._find(selector)}/click", {})

    def type(self, selector: str, text: str) -> None:
        self.send(f"/element/{self._find(selector)}/value", {"text": text})

    def _find(self, selector: str) -> str:
        found = self.send("/element", {"using": "css selector", "value": selector})
        return next(iter(found.values()))


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    driver = shutil.which("chromedriver")
    if driver is None or shutil.which("chromium") is None:
        pytest.skip("there is no chromedriver with a chromium")
    with subprocess.Popen(
        [driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            port = next(
                match[1]
                for line in process.stdout
                if (match := re.search(r"started successfully on port (\d+)", line))
            )
            browser = Browser(f"http://127.0.0.1:{port}", tmp_path / "profile")
            yield browser
            browser.send("", None, "DELETE")
        finally:
            process.terminate()


LEFT, RIGHT, UP, ENTER = "\ue012", "\ue014", "\ue013", "\ue007"


def test_every_way_of_picking_repaints_the_text(
    browser: Browser, activations: Activations, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    save_page(path, activations, activations.neuron(2, 3, "hidden"), "title")
    browser.send("/url", {"url": path.as_uri()})

    def shows(layer: int, neuron: int, state: str) -> bool:
        address = browser.run("return location.hash")
        assert address == f"#layer={layer}&neuron={neuron}&state={state}"
        assert browser.run("return document.getElementById('neuron').value") == str(neuron)
        assert browser.run("return document.getElementById('slider').value") == str(neuron)
        return browser.colors() == expected_colors(activations, layer, neuron, state)

    assert shows(2, 3, "hidden")
    assert browser.run("return document.getElementById('text').textContent") == TEXT
    browser.type("body", RIGHT)
    assert shows(2, 4, "hidden")
    browser.type("body", LEFT + LEFT)
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
    browser.click("#state option[value='forget-gate']")
    assert shows(1, 4, "forget-gate")
    most = activations.most_varying(1, "forget-gate")
    browser.click("#varying button")
    assert shows(1, most, "forget-gate")
    browser.run("location.hash = '#layer=2&neuron=1&state=cell'")
    assert shows(2, 1, "cell")
    # What there is not is put right.
    browser.run("location.hash = '#layer=9&neuron=77&state=toString'")
    assert shows(2, 5, "hidden")
    browser.run("location.hash = '#neuron=x'")
    assert shows(2, 0, "hidden")


def test_numbers_beside_the_text(
    browser: Browser, activations: Activations, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    save_page(path, activations, activations.neuron(1, 2, "cell"), "title")
    browser.send("/url", {"url": path.as_uri()})
    values = activations.neuron(1, 2, "cell").values
    shown = browser.run("return document.getElementById('numbers').textContent")
    numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", shown.replace("−", "-"))]
    wanted = [values.min(), values.mean(), values.max()]
    np.testing.assert_allclose(numbers, wanted, atol=0.0051)
    browser.run(
        "document.querySelectorAll('#text span')[4]"
        ".dispatchEvent(new PointerEvent('pointerover', {bubbles: true}))"
    )
    shown = browser.run("return document.getElementById('pointed').textContent")
    value = float(shown.rsplit(": ", 1)[1].replace("−", "-"))
    assert shown.startswith("“q” at 4: ")
    assert abs(value - np.tanh(values[4])) < 0.01


def test_nasty_text_in_the_browser(
    browser: Browser, network: CharacterLSTM, nasty: str, tmp_path: Path
) -> None:
    activations = read_activations(network, nasty)
    path = tmp_path / "page.html"
    save_page(path, activations, activations.neuron(1, 0, "hidden"), nasty)
    browser.send("/url", {"url": path.as_uri()})  # an alert would make what follows fail
    assert browser.run("return document.getElementById('text').textContent") == visible(nasty)
    assert browser.colors() == expected_colors(activations, 1, 0, "hidden")
    assert browser.run("return document.querySelector('h1').textContent") == nasty
