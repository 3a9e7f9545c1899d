from pathlib import Path

import pytest

from glassnet.models import SHIPPED
from glassnet.train import evaluate
from glassnet.train.data.download import DataError

SHAKESPEARE = SHIPPED / "shakespeare.npz"


def test_which_part_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = "KING:\nWhat say you, my lord?\n", "QUEEN:\nI do not know, sir.\n\n\n"
    Path("both.txt").write_text(first + second)
    Path("second.txt").write_text(second)
    whole, which = evaluate(SHAKESPEARE, "both.txt")
    assert which == "both.txt"  # all of what it was not trained on
    half, which = evaluate(SHAKESPEARE, "both.txt", 0.5)
    assert which == "the last 50 % of both.txt"
    assert len(first) == len(second)
    assert half == evaluate(SHAKESPEARE, "second.txt")[0] != whole


def test_images_have_a_test_set_of_their_own() -> None:
    with pytest.raises(DataError, match="--validation is for texts"):
        evaluate(SHIPPED / "simple-autoencoder.npz", validation=0.5)
