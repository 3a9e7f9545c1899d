"""The live page in headless Chromium: reading, holding, writing."""

import json
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import SHIPPED, CharacterLSTM, load_network
from glassnet.sample import stream_text
from glassnet.visualize import read_activations, read_predictions, save_page
from glassnet.visualize.drawing.shades import shades
from glassnet.visualize.live.build import Opening, live_page
from tests.visualize.chromium import ESCAPE, LEFT, RIGHT, TAB, UP, Browser
from tests.visualize.neurons.views.page.colors import diverging
from tests.visualize.neurons.views.page.content import FINDINGS

Live = tuple[CharacterLSTM, Path]
TEXT = "the quick fox,\njumps over\n\nthe lazy dog"


def text_of(browser: Browser, sheet: str = "mainSheet") -> str:
    return browser.run(f"return {sheet}.text.join('')")


def settle(browser: Browser) -> None:
    """Wait until all is read and written."""
    idle = "return rewriting === null && !writing && sheets.every((s) => s.read === s.text.length)"
    browser.wait(lambda: browser.run(idle), "the page is at rest")


def open_page(browser: Browser, path: Path, address: str = "#layer=2") -> None:
    browser.open(path, address)
    browser.run("localStorage.clear()")
    settle(browser)


def sampled(network: CharacterLSTM, start: str, length: int, seed: int = 1, **more: object) -> str:
    options = {"temperature": 0.5} | more
    generator = np.random.default_rng(seed)
    return "".join(stream_text(network, generator, start=start, length=length, **options))


def put(browser: Browser, identity: str, value: float | str) -> None:
    """Set a control as its user would, with the event that follows."""
    browser.run(
        f"const control = document.getElementById({json.dumps(identity)});"
        f"control.value = {json.dumps(str(value))}; control.dispatchEvent(new Event('input'))"
    )


def expected_colors(network: CharacterLSTM, text: str, layer: int, neuron: int) -> list[str]:
    values = read_activations(network, text).neuron(layer, neuron).values
    return [
        "rgb({}, {}, {})".format(*diverging(int(shade)))
        for character, shade in zip(text, shades(values, "hidden"), strict=True)
        if character != "\n"
    ]


def colors(browser: Browser) -> list[str]:
    return browser.run(
        "return mainSheet.marks.filter((m) => m.textContent !== '\\n')"
        ".map((m) => getComputedStyle(m).backgroundColor)"
    )


def test_what_is_typed_is_read_and_colored(browser: Browser, live: Live) -> None:
    network, page = live
    open_page(browser, page)
    assert text_of(browser) == TEXT
    assert colors(browser) == expected_colors(network, TEXT, 2, 3)
    browser.type("#typed", "s, and")
    settle(browser)
    text = TEXT + "s, and"
    assert text_of(browser) == text
    assert colors(browser) == expected_colors(network, text, 2, 3)
    browser.type("body", RIGHT)
    browser.wait(
        lambda: colors(browser) == expected_colors(network, text, 2, 4), "the next neuron's colors"
    )
    # In the middle, and characters that the network does not know.
    browser.run("typed.focus(); typed.setSelectionRange(3, 9)")
    browser.press(*"é!X")
    settle(browser)
    assert text_of(browser) == text[:3] + "é" + text[9:]
    assert browser.run("return typed.selectionStart") == 4
    assert browser.text("#status").endswith("Left out, as the network does not know them: X")
    # All that is read is as if it had been read at once.
    surprise = read_predictions(network, text_of(browser)).surprise[:-1]
    assert np.allclose(browser.run("return mainSheet.surprise.slice(1)"), surprise, atol=1e-3)
    browser.run("typed.value = ''; takeTyped()")
    settle(browser)
    assert text_of(browser) == ""


def test_a_text_that_is_too_long(browser: Browser, live: Live) -> None:
    open_page(browser, live[1], "#seed=2")
    browser.run("data.longest = 50; typed.value = 'the '.repeat(20); takeTyped()")
    settle(browser)
    assert text_of(browser) == ("the " * 20)[:50]
    assert browser.text("#status").endswith("Only the first 50 characters fit.")
    browser.click("#write")
    assert browser.text("#status").startswith("The page holds at most 50 characters.")
    assert text_of(browser) == ("the " * 20)[:50]


def test_letters_lie_on_letters(browser: Browser, live: Live) -> None:
    open_page(browser, live[1])
    browser.run(
        "typed.value = 'the lazy dog jumps over the quick fox '.repeat(20) + '\\n\\nand\\n';"
        "takeTyped()"
    )
    settle(browser)
    heights = browser.run(
        "return [typed.scrollHeight, typed.clientHeight, mainSheet.root.offsetHeight]"
    )
    assert max(heights) - min(heights) <= 1


@pytest.mark.parametrize("held", [{}, {(2, 3): 0.5, (1, 0): -1.0}])
def test_it_writes_what_the_sampler_writes(
    browser: Browser, live: Live, held: dict[tuple[int, int], float]
) -> None:
    network, page = live
    holding = ",".join(f"{layer}:{unit}={value}" for (layer, unit), value in held.items())
    open_page(
        browser, page, f"#held={holding}&start=the+dog&seed=5&temperature=0.8&topk=12&topp=0.9"
    )
    put(browser, "length", 300)
    browser.click("#write")
    settle(browser)
    options = {"temperature": 0.8, "top_k": 12, "top_p": 0.9}
    expected = sampled(network, "the dog", 303, 5, clamped=held, **options)
    assert text_of(browser) == "the dog" + expected[:300]
    for _ in range(3):  # it goes on where it stopped
        browser.click("#step")
        settle(browser)
    assert text_of(browser) == "the dog" + expected
    browser.click("#again")
    settle(browser)
    assert text_of(browser) == "the dog" + expected
    command = browser.run("return command()")
    clamps = "".join(f" --clamp {each[0]}:{each[1]}={value:g}" for each, value in held.items())
    assert command == (
        "glassnet sample 'mine.npz' --start='the dog' --length 303 --temperature 0.8 --top-k 12 "
        f"--top-p 0.9{clamps} --seed 5"
    )


def test_an_empty_text_stands_for_a_newline(browser: Browser, live: Live) -> None:
    network, page = live
    open_page(browser, page, "#start=")
    browser.click("#write")
    settle(browser)
    assert text_of(browser) == sampled(network, "", 500)


def test_holding_a_neuron_writes_the_text_again(browser: Browser, live: Live) -> None:
    network, page = live
    open_page(browser, page, "#start=the+&written=100")
    assert text_of(browser) == "the " + sampled(network, "the ", 100)
    put(browser, "held", 0.5)
    settle(browser)
    held = "the " + sampled(network, "the ", 100, clamped={(2, 3): 0.5})
    assert text_of(browser) == held
    assert browser.text("#held-value") == "0.50"
    # Beside it, the text without.
    browser.click("#compare")
    settle(browser)
    assert text_of(browser, "heldSheet") == held
    assert text_of(browser) == "the " + sampled(network, "the ", 100)
    assert browser.texts(".caption") == ["Nothing held", "Held: 2:3 at 0.50"]
    # Several: the one that is not shown keeps a slider of its own.
    browser.run("show({layer: 1, neuron: 2})")
    put(browser, "held", -1)
    settle(browser)
    both = {(2, 3): 0.5, (1, 2): -1.0}
    assert text_of(browser, "heldSheet") == "the " + sampled(network, "the ", 100, clamped=both)
    browser.click("#others button[aria-label='Release 2:3']")
    browser.click("#release")
    settle(browser)
    assert text_of(browser, "heldSheet") == text_of(browser)


def test_what_streams_goes_on_with_the_new_value(browser: Browser, live: Live) -> None:
    network, page = live
    open_page(browser, page, "#start=the+&length=20000")
    browser.click("#write")
    browser.wait(lambda: len(text_of(browser)) > 50, "it writes")
    assert browser.text("#write") == "Pause"
    put(browser, "held", 1)
    before = len(text_of(browser))
    browser.wait(lambda: len(text_of(browser)) > before + 50, "it writes on")
    browser.type("body", ESCAPE)
    settle(browser)
    assert browser.text("#write") == "Write"
    assert browser.run("return mainSheet.exact") is False
    found = browser.run("return mainSheet.shades")
    assert found[-1] == 255
    assert set(found[:20]) != {255}
    assert text_of(browser).startswith("the " + sampled(network, "the ", 20))


def test_going_on_from_the_cursor(browser: Browser, live: Live) -> None:
    network, page = live
    open_page(browser, page)
    browser.run("setCursor(9); typed.focus(); describe()")
    browser.click("#here")
    settle(browser)
    assert text_of(browser) == TEXT[:9] + sampled(network, TEXT[:9], 500)


def test_the_character_at_the_cursor(browser: Browser, live: Live) -> None:
    network, page = live
    open_page(browser, page)
    browser.run("typed.focus(); setCursor(5)")
    browser.press(LEFT)  # after "the "
    predictions = read_predictions(network, TEXT)
    browser.wait(lambda: "4 of" in browser.text("#character-name"), "the character")
    value = read_activations(network, TEXT).neuron(2, 3).values[3]
    shown = browser.text("#character-numbers").replace("−", "-")
    assert float(shown.split()[2]) == pytest.approx(value, abs=0.011)
    assert f"surprise {predictions.surprise[2]:.1f} bits" in shown
    assert browser.texts(".guess code") == [
        {" ": "␣", "\n": "⏎"}.get(c, c) for c in predictions.characters[3]
    ]
    assert len(browser.texts(".changes .item")) == 8
    browser.click(".changes .item")
    chosen = browser.text(".changes .item .what")
    assert browser.run("return shownName()") == chosen


def test_a_reload_loses_nothing(browser: Browser, live: Live) -> None:
    _, page = live
    open_page(browser, page, "#start=the+&written=60&held=2:3%3D0.5&layer=1&neuron=5&seed=9")
    browser.type("body", UP)
    put(browser, "temperature", 0.9)
    settle(browser)
    browser.wait(lambda: "temperature=0.9" in browser.run("return location.hash"), "the address")
    written, address = text_of(browser), browser.run("return location.hash")
    assert browser.run("return document.getElementById('link').hash") == address
    for again in (address, ""):  # by the address, and by what the browser keeps
        browser.open(page, again)
        settle(browser)
        assert text_of(browser) == written
        assert browser.run("return shownName()") == "2:5"
        assert browser.run("return Array.from(view.held)") == [["2:3", 0.5]]


def test_nonsense_in_the_address(browser: Browser, live: Live) -> None:
    address = "#layer=9&neuron=-4&state=x&held=7:1=2,a,1:99=0,1:2=7&written=-3&seed=x&topk=0&topp=9"
    open_page(browser, live[1], address)
    assert text_of(browser) == TEXT
    assert browser.run("return [shownName(), view.state, view.seed, view.topK, view.topP]") == [
        "2:0",
        "hidden",
        "1",
        1,
        1,
    ]
    assert browser.run("return Array.from(view.held)") == [["1:2", 1]]


def test_everything_is_reached_by_keyboard_and_has_a_name(browser: Browser, live: Live) -> None:
    open_page(browser, live[1], "#start=the&written=10&held=1:1%3D0.5")
    browser.run("for (const each of document.querySelectorAll('details')) each.open = true")
    focusable = browser.run(
        "return Array.from(document.querySelectorAll("
        "'button, input, select, textarea, summary, a[href], [tabindex]'))"
        ".filter((e) => e.checkVisibility() && !e.disabled)"
        ".map((e) => [e.id, (e.getAttribute('aria-label') || e.labels?.[0]?.textContent"
        " || e.textContent).trim()])"
    )
    assert len(focusable) > 15
    assert all(name for _, name in focusable), focusable
    reached = set()
    browser.run("document.activeElement.blur()")
    for _ in range(len(focusable) + 3):
        browser.press(TAB)
        reached.add(browser.run("return document.activeElement.id"))
    assert {identity for identity, _ in focusable} <= reached | {""}
    browser.run("typed.focus()")
    browser.run(
        "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', ctrlKey: true}))"
    )
    assert browser.run("return writing !== null || mainSheet.text.length > 13")
    settle(browser)
    assert len(text_of(browser)) == 3 + 10 + 500


def test_a_phone(browser: Browser, live: Live) -> None:
    browser.tools(
        "Emulation.setDeviceMetricsOverride",
        width=420,
        height=860,
        deviceScaleFactor=2,
        mobile=True,
    )
    open_page(browser, live[1], "#start=the&written=300&compare=1&held=1:1%3D0.5")
    for pane in ("neuron", "find", "text"):
        browser.click(f"#panes button[value='{pane}']")
        assert browser.run("return document.documentElement.scrollWidth") <= 420


def test_findings_are_a_list_to_pick_from(browser: Browser, live: Live, tmp_path: Path) -> None:
    page = tmp_path / "found.html"
    content = live_page(live[0], Opening("abc", 1, 0), "found", findings=FINDINGS)
    save_page(page, content)
    open_page(browser, page)
    assert len(browser.texts("#findings .item")) == 3
    browser.click("#findings .item:nth-of-type(2)")
    assert browser.run("return [shownName(), view.state]") == ["2:0", "cell"]


@pytest.mark.parametrize("held", [{}, {(1, 411): 0.5}])
def test_the_shakespeare_network_writes_the_same_2000_characters(
    browser: Browser, tmp_path: Path, held: dict[tuple[int, int], float]
) -> None:
    network, _ = load_network(SHIPPED / "shakespeare.npz")
    assert isinstance(network, CharacterLSTM)
    start = "HAMLET:\nTo be, or not to be: that is the question:\n"
    page = tmp_path / "shakespeare.html"
    save_page(page, live_page(network, Opening(start, 1, 411), "live"))
    holding = "".join(f"{layer}:{unit}={value}" for (layer, unit), value in held.items())
    browser.open(page, f"#held={holding}&seed=3&length=2000&temperature=0.7")
    settle(browser)
    browser.click("#write")
    settle(browser)
    expected = sampled(network, start, 2000, 3, temperature=0.7, clamped=held)
    assert text_of(browser) == start + expected
