"""The transformer's options, and its windows."""

from pathlib import Path

import pytest

from glassnet.models import CharacterTransformer, load_network
from glassnet.sample.command.main import main as sample
from glassnet.train.command.main import main
from glassnet.train.experiments import TransformerExperiment, TransformerOptions
from glassnet.train.options import OptionError
from glassnet.visualize.command.main import main as visualize

SMALL = ["shakespeare-transformer", "--layers", "1", "--units", "8", "--heads", "2"]
SMALL += ["--context", "16", "--batch", "4", "--epochs", "2", "--workers", "1"]
SMALL += ["--schedule", "constant"]  # the same for any number of epochs


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("novel.txt").write_text("It was a dark and stormy night. " * 100)
    return "novel.txt"


def test_heads_must_divide_the_units() -> None:
    with pytest.raises(OptionError, match=r"--heads \(3\) must divide --units \(256\)"):
        TransformerOptions(heads=3)


def test_windows_of_an_update_are_what_workers_share(corpus: str) -> None:
    experiment = TransformerExperiment(
        CharacterTransformer, TransformerOptions(data=corpus, batch=6)
    )
    assert experiment.rows == 6


def test_it_trains_resumes_and_writes(
    corpus: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SMALL, "--data", corpus, "--save", "whole"]) == 0
    assert main([*SMALL, "--data", corpus, "--save", "part", "--epochs", "1"]) == 0
    assert main(["--resume", "part/last.npz", "--epochs", "2", "--workers", "1"]) == 0
    whole, _ = load_network(Path("whole/last.npz"))
    part, _ = load_network(Path("part/last.npz"))
    assert (whole.theta == part.theta).all()
    assert sample(["whole/last.npz", "--length", "40", "--out", "text.txt"]) == 0
    assert len(Path("text.txt").read_text()) in (40, 41)
    capsys.readouterr()
    assert visualize(["whole/last.npz"]) == 1
    assert "no recurrent layers" in capsys.readouterr().err
