"""Headless Chromium for tests, driven through chromedriver."""

import json
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--window-size=1280,900",
)
TAB, ENTER, ESCAPE = "\ue004", "\ue007", "\ue00c"
LEFT, UP, RIGHT, DOWN = "\ue012", "\ue013", "\ue014", "\ue015"


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
        with direct.open(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def run(self, script: str) -> Any:
        return self.send("/execute/sync", {"script": script, "args": []})

    def tools(self, command: str, **parameters: Any) -> Any:
        """Send a command of the DevTools protocol."""
        return self.send("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, path: Path, address: str = "") -> None:
        self.send("/url", {"url": "about:blank"})  # so that an address alone loads the page anew
        self.send("/url", {"url": path.as_uri() + address})

    def wait(self, ready: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + 20
        while not ready():
            assert time.monotonic() < deadline, what
            time.sleep(0.05)

    def text(self, selector: str) -> str:
        return self.run(f"return document.querySelector({json.dumps(selector)}).textContent")

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements that are shown."""
        return self.run(
            f"return Array.from(document.querySelectorAll({json.dumps(selector)}))"
            ".filter((e) => e.offsetParent).map((e) => e.textContent)"
        )

    def colors(self, selector: str = "#text span") -> list[str]:
        return self.run(
            f"return Array.from(document.querySelectorAll('{selector}'),"
            " (span) => getComputedStyle(span).backgroundColor)"
        )

    def click(self, selector: str) -> None:
        self.send(f"/element/{self._find(selector)}/click", {})

    def type(self, selector: str, text: str) -> None:
        self.send(f"/element/{self._find(selector)}/value", {"text": text})

    def press(self, *keys: str) -> None:
        """Press keys where the focus is."""
        steps = [{"type": t, "value": key} for key in keys for t in ("keyDown", "keyUp")]
        self.send("/actions", {"actions": [{"type": "key", "id": "keys", "actions": steps}]})

    def point(self, place: int, kind: str = "mouse", press: bool = False) -> None:
        """Move a mouse or a finger to a character of the text, and press there."""
        origin = self.run(f"return marks[{place}]")
        steps: list[dict[str, Any]] = [
            {"type": "pointerMove", "duration": 0, "origin": origin, "x": 0, "y": 0}
        ]
        if press:
            steps += [{"type": t, "button": 0} for t in ("pointerDown", "pointerUp")]
        pointer = {"type": "pointer", "id": kind, "parameters": {"pointerType": kind}}
        self.send("/actions", {"actions": [pointer | {"actions": steps}]})

    def _find(self, selector: str) -> str:
        found = self.send("/element", {"using": "css selector", "value": selector})
        return next(iter(found.values()))


@contextmanager
def started(profile: Path) -> Iterator[Browser]:
    """Start a browser that is offline, and stop it at the end; skip where there is none."""
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
            browser = Browser(f"http://127.0.0.1:{port}", profile)
            browser.tools("Network.enable")
            browser.tools(
                "Network.emulateNetworkConditions",
                offline=True,
                latency=0,
                downloadThroughput=0,
                uploadThroughput=0,
            )
            yield browser
            browser.send("", None, "DELETE")
        finally:
            process.terminate()
