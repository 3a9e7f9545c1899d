"""A few digits, and training on them through the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from glassnet.models import load_digits
from glassnet.train.command.main import main
from glassnet.train.data import Images
from glassnet.train.experiments import images as train_images


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
