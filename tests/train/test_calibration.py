"""A temperature chosen on one text: what is saved, and what it does to the loss."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.errors import UserError
from glassnet.models import (
    SHIPPED,
    CharacterLSTM,
    Checkpoint,
    Vocabulary,
    load_network,
    save_checkpoint,
)
from glassnet.train import evaluate_checkpoint
from glassnet.train.calibration import calibrate
from glassnet.train.command import evaluate as command
from glassnet.train.data import DataError

TEXT = "the quick brown fox jumps over the lazy dog. " * 20


@pytest.fixture
def checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("corpus.txt").write_text(TEXT)
    network = CharacterLSTM(Vocabulary.of(TEXT), units=8, temperature=1.5)
    network.initialize(np.random.default_rng(1)).theta *= 0.1
    counts = np.bincount(network.vocabulary.encode(TEXT))
    network.dense.b[...] = 2.5 * np.log(counts / counts.sum())  # 2.5 times as certain as is right
    options: dict[str, str | float] = {"data": "corpus.txt", "validation": 0.25}
    saved = Checkpoint(
        network.kind, network.configuration, network.parameters, "shakespeare", options,
        progress={"step": 3},
    )  # fmt: skip
    save_checkpoint("network.npz", saved)
    return Path("network.npz")


def test_the_loss_is_lowest_with_it(checkpoint: Path) -> None:
    found = calibrate(checkpoint, "calibrated.npz")
    assert found.which == "the last 25 % of corpus.txt"
    assert found.loss < found.loss_before - 0.01
    assert found.loss_before == pytest.approx(evaluate_checkpoint(checkpoint)[0].loss, abs=1e-6)
    assert found.loss == pytest.approx(evaluate_checkpoint("calibrated.npz")[0].loss, abs=1e-6)
    before, _ = load_network(checkpoint)
    after, header = load_network("calibrated.npz")
    assert isinstance(after, CharacterLSTM)
    assert after.temperature == header.options["temperature"] == found.temperature
    assert round(found.temperature, 3) == found.temperature == pytest.approx(2.5, abs=0.2)
    assert not header.progress
    np.testing.assert_array_equal(after.theta, before.theta)
    for changed in (found.temperature * 0.98, found.temperature * 1.02):
        header.configuration = {**after.configuration, "temperature": changed}
        save_checkpoint("other.npz", header)
        assert evaluate_checkpoint("other.npz")[0].loss > found.loss


def test_once_is_enough(checkpoint: Path) -> None:
    first = calibrate(checkpoint, "calibrated.npz", "corpus.txt", 0.5)
    second = calibrate("calibrated.npz", "calibrated.npz", "corpus.txt", 0.5)
    assert second.temperature == pytest.approx(first.temperature, abs=0.0011)


def test_from_the_command_line(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(checkpoint), "--calibrate", "calibrated.npz"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("calibrated.npz: temperature ")
    assert printed.endswith(" nats a character on the last 25 % of corpus.txt\n")


@pytest.mark.parametrize("name", ["shakespeare-test", "hamlet"])
def test_never_by_what_is_to_judge_by(name: str, checkpoint: Path) -> None:
    with pytest.raises(DataError, match=f"^{name}: is to judge by; choose by shakespeare-validat"):
        calibrate(checkpoint, "calibrated.npz", name)
    assert not Path("calibrated.npz").exists()


def test_networks_without_a_softmax(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="holds a text-autoencoder, whose softmax has no temp"):
        calibrate(SHIPPED / "text-autoencoder.npz", "calibrated.npz", str(Path(__file__)))
