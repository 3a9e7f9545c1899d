"""A small text, and training a small character LSTM on it through the command line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glassnet.train.command.main import main
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
