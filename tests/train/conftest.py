"""A small text and a few digits, and training on them through the command line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import load_digits
from glassnet.train.command.main import main
from glassnet.train.data import Images
from glassnet.train.experiments import images as train_images
from tests.train.small import SMALL


@pytest.fixture
def corpus(tmp_path: Path, generator: np.random.Generator) -> Path:
    words = ["to", "be", "or", "not", "that", "is", "the", "question"]
    path = tmp_path / "corpus.txt"
    path.write_text(" ".join(generator.choice(words, 500)))
    return path


@pytest.fixture
def train(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.chdir(corpus.parent)
    return lambda *arguments: main(["--data", str(corpus), *SMALL, *arguments])


@pytest.fixture
def digits() -> Images:
    images, labels = load_digits()
    return Images("digits", "a test", images[:40], labels[:40], images[40:60], labels[40:60])


@pytest.fixture
def run(digits: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(train_images, "load_images", lambda name: digits)
    monkeypatch.setattr(train_images, "load_images_or_fallback", lambda name: digits)
    return lambda *arguments: main([*arguments, "--workers", "1"])
