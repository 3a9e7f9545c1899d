"""Dynamic evaluation of a checkpoint: which text is read, and what is said of it."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.errors import UserError
from glassnet.models import (
    SHIPPED,
    CharacterLSTM,
    Checkpoint,
    Vocabulary,
    VocabularyError,
    save_checkpoint,
)
from glassnet.train import evaluate_checkpoint
from glassnet.train.command import evaluate as command
from glassnet.train.dynamic import DECAY, RATE, evaluate_dynamically
from glassnet.train.objectives.dynamic_evaluation import (
    dynamic_text_loss,
    root_mean_square_gradient,
)

TEXT = "the quick brown fox jumps over the lazy dog. " * 20


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CharacterLSTM:
    monkeypatch.chdir(tmp_path)
    Path("corpus.txt").write_text(TEXT)
    network = CharacterLSTM(Vocabulary.of(TEXT), units=8).initialize(np.random.default_rng(1))
    options: dict[str, str | float] = {"data": "corpus.txt", "validation": 0.25}
    saved = Checkpoint(
        network.kind, network.configuration, network.parameters, "shakespeare", options
    )
    save_checkpoint("network.npz", saved)
    return network


def test_what_is_held_out_is_read_and_the_rest_gives_the_gradients(network: CharacterLSTM) -> None:
    found, which = evaluate_dynamically("network.npz", rate=3e-4, decay=0.01)
    assert which == "the last 25 % of corpus.txt"
    assert found.loss < evaluate_checkpoint("network.npz")[0].loss
    ids = network.vocabulary.encode(TEXT)
    root = root_mean_square_gradient(network, ids[:675])
    expected = dynamic_text_loss(network, ids[675:], root, rate=3e-4, decay=0.01)
    assert (found.loss, found.accuracy) == pytest.approx(expected, abs=1e-6)
    Path("other.txt").write_text("a lazy fox")
    assert evaluate_dynamically("network.npz", "other.txt")[1] == "other.txt"


def test_each_line_says_how_it_came_about(
    network: CharacterLSTM, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["network.npz", "--dynamic"]) == 0
    found, which = evaluate_dynamically("network.npz", rate=RATE, decay=DECAY)
    printed = capsys.readouterr().out
    assert printed.startswith(f"network.npz on {which}, dynamic evaluation: {found} (")
    rates = ["--dynamic-rate", "3e-4", "--dynamic-decay", "0.01"]
    assert command.main(["network.npz", "--dynamic", *rates]) == 0
    found, _ = evaluate_dynamically("network.npz", rate=3e-4, decay=0.01)
    assert f": {found} (" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--dynamic-rate", "0.1"], "--dynamic-rate goes with --dynamic only"),
        (["--dynamic-decay", "0.1"], "--dynamic-decay goes with --dynamic only"),
        (["--dynamic", "--calibrate", "a.npz"], "--calibrate and --dynamic exclude each other"),
        (["--dynamic", "--dynamic-rate", "0"], "above 0, not '0'"),
    ],
)
def test_words_that_make_no_sense(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["network.npz", *words]) == 2
    assert message in capsys.readouterr().err


def test_what_can_t_be_read(network: CharacterLSTM) -> None:
    Path("other.txt").write_text("fox?")
    with pytest.raises(VocabularyError, match=r"^other\.txt: character '\?'"):
        evaluate_dynamically("network.npz", "other.txt")
    with pytest.raises(UserError, match="holds a simple-autoencoder; dynamic evaluation is for"):
        evaluate_dynamically(SHIPPED / "simple-autoencoder.npz", "mnist-5k")
