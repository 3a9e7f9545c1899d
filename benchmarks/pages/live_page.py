"""The live page of the Shakespeare LSTM in headless Chromium: size, load time, speed, exactness.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python benchmarks/pages/live_page.py

Each row is the page with its weights in one encoding. `first color` is the time from opening the
file until a character has its color. The page writes with a seed, and reads a pasted text; the
engine writes without a page, by WebAssembly with SIMD and by plain JavaScript. `the same` says how
many of the characters that the page writes are those of `glassnet sample`, which has float32
weights. It needs chromium and chromedriver.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from common.machine import describe

import glassnet.visualize.live.build as build
from glassnet.models import SHIPPED, load_network
from glassnet.sample import stream_text
from glassnet.visualize import save_page
from glassnet.visualize.live.encodings import ENCODINGS
from tests.visualize.chromium import Browser, started

START = "HAMLET:\nTo be, or not to be: that is the question:\n"
ENGINE = "".join(
    (Path(build.__file__).parent / "engine" / name).read_text("utf-8")
    for name in build.ENGINE
    if name != "worker.js"
)
MAKE = """
const data = JSON.parse(document.getElementById("data").textContent);
const names = Object.keys(data.network.arrays);
const text = (name) => document.getElementById(name).textContent;
const texts = Object.fromEntries(names.map((name) => [name, text(name)]));
"""


def first_color(browser: Browser, page: Path) -> float:
    """Open a page and return the seconds until a character has its color."""
    browser.open(page, "#seed=1")
    browser.wait(lambda: browser.run("return mainSheet.read > 0"), "the first character")
    # The page's own clock; polling for it comes in steps of 50 ms.
    return float(browser.run("return performance.now() / 1000"))


def seconds(browser: Browser, script: str) -> float:
    """Run a script that starts reading or writing, and return the seconds until it is done."""
    start = time.perf_counter()
    browser.run(script)
    browser.wait(
        lambda: browser.run("return !writing && mainSheet.read === mainSheet.text.length"), "done"
    )
    return time.perf_counter() - start


def engine_speed(browser: Browser, plain: bool, count: int) -> float:
    """Return the characters per second that the engine writes on its own."""
    return float(
        browser.run(
            f"{ENGINE}{MAKE}"
            f"const lane = new Lane(new Network(data.network, texts, 1, {str(plain).lower()}));"
            "lane.generator = new Generator(1);"
            "const write = (n) => { for (let i = 0; i < n; i++) lane.write({temperature: 0.5}); };"
            f"write(100); const start = performance.now(); write({count});"
            f"return 1000 * {count} / (performance.now() - start);"
        )
    )


def agreement(written: str, expected: str) -> int:
    """Return how many characters two texts have in common from their start."""
    pairs = zip(written, expected, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), len(expected))


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--length", type=int, default=2000, help="characters that are written")
    length = parser.parse_args().length
    print(describe(), end="\n\n")
    network, _ = load_network(SHIPPED / "shakespeare.npz")
    generator = np.random.default_rng(1)
    expected = START + "".join(
        stream_text(network, generator, start=START, length=length, temperature=0.5)  # type: ignore[arg-type]
    )
    titles = (
        *("weights", "MB", "first color, s", "page writes", "page reads"),
        *("SIMD", "plain", "the same"),
    )
    print("| " + " | ".join(titles) + " |")
    print("| --- |" + " ---: |" * (len(titles) - 1))
    with tempfile.TemporaryDirectory() as folder, started(Path(folder) / "profile") as browser:
        for encoding in reversed(ENCODINGS):
            page = Path(folder) / f"{encoding}.html"
            opening = build.Opening(START, 1, 411)
            save_page(page, build.live_page(network, opening, "live", encoding=encoding))  # type: ignore[arg-type]
            shown = first_color(browser, page)
            writing = seconds(browser, f"view.length = {length}; write()")
            written = browser.run("return mainSheet.text.join('')")
            same = agreement(written, expected)
            pasted = (expected * 10)[:5000]
            browser.run(f"window.pasted = readable({pasted!r})")
            reading = seconds(browser, "readText(pasted, 0)")
            simd, plain = (engine_speed(browser, each, length // 4) for each in (False, True))
            columns = (
                *(encoding, f"{page.stat().st_size / 1e6:.1f}", f"{shown:.2f}"),
                *(f"{length / writing:.0f}", f"{5000 / reading:.0f}"),
                *(f"{simd:.0f}", f"{plain:.0f}", f"{same - len(START)} of {length}"),
            )
            print("| " + " | ".join(columns) + " |")


if __name__ == "__main__":
    main()
