"""A small network, whose weights are large enough for activations of all sizes."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.models import CharacterLSTM, Checkpoint, TextAutoencoder, Vocabulary, save_checkpoint

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
