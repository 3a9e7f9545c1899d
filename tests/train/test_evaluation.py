from pathlib import Path

import pytest

from glassnet.models import SHIPPED, load_checkpoint
from glassnet.train import evaluate_checkpoint
from glassnet.train.command.main import main
from glassnet.train.data.download import DataError
from glassnet.train.objectives import CorpusError
from tests.train.small import SMALL

SHAKESPEARE = SHIPPED / "shakespeare.npz"


def test_which_part_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = "KING:\nWhat say you, my lord?\n", "QUEEN:\nI do not know, sir.\n\n\n"
    Path("both.txt").write_text(first + second)
    Path("second.txt").write_text(second)
    whole, which = evaluate_checkpoint(SHAKESPEARE, "both.txt")
    assert which == "both.txt"  # all of what it was not trained on
    half, which = evaluate_checkpoint(SHAKESPEARE, "both.txt", 0.5)
    assert which == "the last 50 % of both.txt"
    assert len(first) == len(second)
    assert half == evaluate_checkpoint(SHAKESPEARE, "second.txt")[0] != whole


def test_a_text_that_was_held_out_is_what_is_evaluated_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("novel.txt").write_text("It was a dark and stormy night. " * 20)
    Path("night.txt").write_text("a night, a day")
    words = ["--data", "novel.txt", "--validation", "0", "--validation-data", "night.txt"]
    assert main([*words, *SMALL, "--k2", "10", "--epochs", "1", "--save", "run"]) == 0
    evaluation, which = evaluate_checkpoint("run/best.npz")
    assert which == "night.txt"
    assert evaluation.loss == pytest.approx(
        load_checkpoint("run/best.npz").history[0]["validation_loss"]
    )
    assert evaluate_checkpoint("run/best.npz", "night.txt") == (evaluation, "night.txt")
    with pytest.raises(CorpusError, match=r"^novel\.txt: nothing is held out"):
        evaluate_checkpoint("run/best.npz", "novel.txt")
    Path("night.txt").unlink()
    assert evaluate_checkpoint("run/best.npz", "novel.txt", 0.5)[1] == "the last 50 % of novel.txt"


def test_images_have_a_test_set_of_their_own() -> None:
    with pytest.raises(DataError, match="--validation is for texts"):
        evaluate_checkpoint(SHIPPED / "simple-autoencoder.npz", validation=0.5)
