"""Small untrained networks, texts and digits to look at them with, and a browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.models import (
    IMAGE_AUTOENCODERS,
    CharacterLSTM,
    Checkpoint,
    TextAutoencoder,
    Vocabulary,
    save_checkpoint,
)
from glassnet.models.digits import load_digits
from tests.visualize.chromium import Browser, started

NASTY = (
    "a</script><script>alert(1)</script> &amp; <!-- \x1b[31m\tb\n\n"
    "\u202e é日e\u0301 @@title@@ ${x}\n"
)


@pytest.fixture
def nasty() -> str:
    """A text that would break out of a page or steer a terminal if it were let."""
    return NASTY


@pytest.fixture
def network(generator: np.random.Generator) -> CharacterLSTM:
    """A character LSTM whose weights are large enough for activations of all sizes."""
    vocabulary = Vocabulary(NASTY + "abcdefghijklmnopqrstuvwxyz ,.\n")
    network = CharacterLSTM(vocabulary, layers=2, units=6).initialize(generator)
    network.theta *= 3
    return network


@pytest.fixture
def checkpoint(network: CharacterLSTM | TextAutoencoder, tmp_path: Path) -> Path:
    """The `network` in a file; a test module may have a network of its own."""
    path = tmp_path / "network.npz"
    weights = dict(network.parameters)
    save_checkpoint(path, Checkpoint(network.kind, network.configuration, weights))
    return path


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("the quick brown fox,\njumps over\n\nthe lazy dog.\n", encoding="utf-8")
    return path


@pytest.fixture
def saved_autoencoder(tmp_path: Path, generator: np.random.Generator) -> Callable[..., Path]:
    """A function that saves an untrained network; 12 digits lie beside it in digits.npz."""
    images, labels = load_digits()
    np.savez(
        tmp_path / "digits.npz",
        images=np.rint(images[:12] * 255).astype(np.uint8),
        labels=labels[:12],
    )

    def save(kind: str, **checkpoint: Any) -> Path:
        network = next(c for c in IMAGE_AUTOENCODERS if c.kind == kind)().initialize(generator)
        path = tmp_path / "network.npz"
        save_checkpoint(
            path, Checkpoint(kind, network.configuration, network.parameters, kind, **checkpoint)
        )
        return path

    return save


@pytest.fixture(scope="module")
def shared_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with started(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(shared_browser: Browser) -> Iterator[Browser]:
    yield shared_browser
    shared_browser.tools("Emulation.clearDeviceMetricsOverride")
    requested = shared_browser.run(
        "return performance.getEntriesByType('resource').map((e) => e.name)"
    )
    assert requested == []  # the page loaded nothing beside itself
