"""A character network of one's own: fitted, saved with its vocabulary, given to the commands."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import Vocabulary, save
from glassnet.nn import GRU, Dense, Embedding, Residual, Sequential, softmax_cross_entropy
from glassnet.sample.command.main import main as sample
from glassnet.train import fit
from glassnet.train.command.evaluate import main as evaluate
from glassnet.visualize.command.main import main as visualize

TEXT = "the cat sat on the mat.\n" * 60


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("characters")
    (folder / "text.txt").write_text(TEXT)
    vocabulary = Vocabulary.of(TEXT)
    size = len(vocabulary)
    network = Sequential(Embedding(size, 8), GRU(8, 16), Residual(GRU(16, 16)), Dense(16, size))
    windows = vocabulary.encode(TEXT)[: 40 * 36].reshape(40, 36).T  # (T, N)
    history = fit(
        network,
        softmax_cross_entropy,
        (windows[:-1], windows[1:]),
        batch_axis=1,
        batch=8,
        epochs=30,
        learning_rate=0.02,
        metrics=["accuracy"],
        validation=0.2,
        progress=False,
    )
    assert history["validation_accuracy"][-1] > 0.9
    save(network, folder / "cat.npz", vocabulary=vocabulary)
    save(network, folder / "numbers.npz")
    return folder


def test_it_writes(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--length", "60", "--start", "the c", "--temperature", "0.2", "--clamp", "1:3=0"]
    assert sample([str(saved / "cat.npz"), *arguments]) == 0
    written = capsys.readouterr().out
    assert len(set(written) - set(TEXT)) == 0
    assert sample([str(saved / "cat.npz"), *arguments[:-2]]) == 0
    assert "sat on the mat" in capsys.readouterr().out


def test_its_recurrent_layers_are_looked_into(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, export = saved / "page.html", saved / "export.npz"
    arguments = [str(saved / "cat.npz"), "--text", str(saved / "text.txt"), "--length", "200"]
    more = ["--neuron", "2:5", "--state", "all", "--html", str(page), "--export", str(export)]
    assert visualize([*arguments, *more]) == 0
    assert "update-gate" in page.read_text()
    assert visualize([*arguments, "--neuron", "2:5"]) == 0
    assert "layer 2, neuron 5" in capsys.readouterr().out
    with np.load(export) as arrays:
        assert arrays["layer1/update-gate"].shape == (200, 16)
    assert visualize([*arguments, "--ablate", "1:3"]) == 0


def test_its_neurons_are_scored_beside_those_of_an_untrained_network(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(saved / "cat.npz"), "--text", str(saved / "text.txt"), "--report"]
    assert visualize(arguments) == 0
    assert "untrained" in capsys.readouterr().out


def test_it_is_evaluated_on_a_text_that_is_named(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate([str(saved / "cat.npz"), "--data", str(saved / "text.txt")]) == 0
    assert float(capsys.readouterr().out.split(" loss ")[1].split()[0]) < 0.5
    assert evaluate([str(saved / "cat.npz")]) == 1
    assert "its data is not known; --data names a text" in capsys.readouterr().err
    assert evaluate([str(saved / "numbers.npz")]) == 1
    error = capsys.readouterr().err
    assert "glassnet.train.evaluate(network, loss, data)" in error
    assert "this command a network of characters that glassnet.models.save(network, path, " in error


@pytest.mark.parametrize("command", [sample, visualize])
def test_a_network_without_a_vocabulary_is_refused(
    command: Callable[[list[str]], int],
    saved: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command([str(saved / "numbers.npz")]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "Sequential" in error
    assert "characters that glassnet.models.save(network, path, vocabulary=...) saved" in error
