from collections.abc import Callable
from pathlib import Path

import pytest

from glassnet.train.data import DataError, images, texts
from glassnet.train.data.download import RemoteFile

NOWHERE = ("http://127.0.0.1:9/none",)  # the port "discard", where nobody listens


@pytest.fixture
def nowhere() -> tuple[str, ...]:
    """Addresses at which nobody answers."""
    return NOWHERE


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and no way to fill it by downloading."""
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("_TINYSHAKESPEARE", "_AUSTEN"):
        file = getattr(texts, name)
        monkeypatch.setattr(texts, name, RemoteFile(file.path, NOWHERE, file.sha256))
    monkeypatch.setattr(
        images, "_MNIST", [RemoteFile(f.path, NOWHERE, f.sha256) for f in images._MNIST]
    )
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    return tmp_path / "data"


@pytest.fixture
def failure() -> Callable[[Callable[[str], object], str], str]:
    """A function that returns the message, one line, of the DataError that there must be."""

    def check(load: Callable[[str], object], name: str) -> str:
        with pytest.raises(DataError) as error:
            load(name)
        message = str(error.value)
        assert "\n" not in message
        return message

    return check
