import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import CharacterLSTM, Checkpoint, Vocabulary, save_checkpoint
from glassnet.sample.command.main import main

CHARACTERS = "\n abcdefghé日"


@pytest.fixture(scope="session")
def save_network() -> Callable[..., Path]:
    """A function that writes the checkpoint of a small network, its weights scaled."""

    def save(path: Path, kind: str = CharacterLSTM.kind, scale: float = 3.0) -> Path:
        network = CharacterLSTM(Vocabulary(CHARACTERS), units=16)
        network.initialize(np.random.default_rng(5))
        network.theta *= scale
        save_checkpoint(path, Checkpoint(kind, network.configuration, network.parameters))
        return path

    return save


@pytest.fixture(scope="session")
def network_file(
    save_network: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> str:
    return str(save_network(tmp_path_factory.mktemp("networks") / "small.npz"))


@pytest.fixture
def assert_fails(capsys: pytest.CaptureFixture[str]) -> Callable[..., None]:
    """A function that runs the command, which is to end with one line on standard error."""

    def check(*arguments: str, message: str, status: int = 1) -> None:
        assert main(["--seed", "1", *arguments]) == status
        output, errors = capsys.readouterr()
        assert output == ""
        assert errors.startswith("glassnet sample: ")
        assert errors.count("\n") == 1
        assert message in errors

    return check


@pytest.fixture(autouse=True)
def _interrupts_reach_processes() -> Iterator[None]:
    """What ignores SIGINT hands that on to processes it starts; a shell's background jobs do."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
