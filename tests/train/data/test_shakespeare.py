"""The plays: their form, and that what is held out shares nothing with what is trained on."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from glassnet.train.data import load_text, shakespeare
from glassnet.train.data.download import data_folder
from glassnet.train.data.shakespeare import TEST_PLAYS, VALIDATION_PLAYS

Failure = Callable[[Callable[[str], object], str], str]


def lines_of(text: str) -> list[str]:
    """The lines that are long enough to tell one play from another, letters alone."""
    lines = [re.sub("[^a-z]", "", line.lower()) for line in text.splitlines()]
    return [line for line in lines if len(line) >= 15]


def test_shakespeare() -> None:
    text = load_text("shakespeare").text
    assert len(text) == 4_784_889
    assert len(set(text)) == 69
    assert text.startswith("THESEUS:\nNow, fair Hippolyta, our nuptial hour\n")  # in order of title
    assert text.endswith("\nOne feast, one house, one mutual happiness.\n\n")
    assert not re.search(r"[_*#\[\]\\—]|  ", text)
    # A name with a colon and then lines, an empty line: tinyshakespeare's form.
    for speech in text.removesuffix("\n\n").split("\n\n"):
        assert re.fullmatch(r"[A-Z][\w '&,-]*:(\n.+)+", speech), speech
    assert (
        "\n\nMARCELLUS:\nHolla! Bernardo!\n\nBERNARDO:\nSay,\nWhat, is Horatio there?\n\n" in text
    )
    for line in ("Two households", "O blessed breeding sun", "Now my charms are all o'erthrown"):
        assert text.count(line) == 1


def test_plays_that_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Failure
) -> None:
    (tmp_path / "plays" / "tragedies").mkdir(parents=True)
    (tmp_path / "plays" / "tragedies" / "hamlet.md").write_text("**HAMLET**\nO!")
    monkeypatch.setattr(shakespeare, "package_folder", lambda *_: tmp_path)
    message = failure(load_text, "shakespeare")
    assert message.startswith(f"{tmp_path / 'plays'}: holds 1 plays, not 38; ")
    assert 'pip install "glassnet[data]"' in message


def test_the_plays_are_shared_out() -> None:
    whole, training = load_text("shakespeare"), load_text("shakespeare-plays")
    validation, testing = load_text("shakespeare-validation"), load_text("shakespeare-test")
    assert [len(text.parts) for text in (training, validation, testing)] == [32, 3, 3]
    assert [len(text.text) for text in (training, validation, testing)] == [
        4_027_427, 330_147, 427_315,
    ]  # fmt: skip
    for text in (training, validation, testing):
        assert "".join(text.parts) == text.text
        assert set(text.text) <= set(training.text)
    parts = [*training.parts, *validation.parts, *testing.parts]
    assert sum(map(len, parts)) == len(whole.text)
    assert all(whole.text.count(part) == 1 for part in parts)


@pytest.mark.parametrize("name", [*VALIDATION_PLAYS, *TEST_PLAYS])
def test_a_play_that_is_held_out(name: str) -> None:
    found = load_text(name)
    whole = "shakespeare-test" if name in TEST_PLAYS else "shakespeare-validation"
    assert found.name == name
    assert found.text in load_text(whole).parts
    training = set(lines_of(load_text("shakespeare-plays").text))
    lines = lines_of(found.text)
    assert len(lines) > 1500
    assert sum(line in training for line in lines) < 0.005 * len(lines)


def test_tinyshakespeare_is_from_the_plays_to_train_on() -> None:
    if not (data_folder() / "tinyshakespeare.txt").exists():
        pytest.skip("no tinyshakespeare.txt in the data folder")
    training = set(lines_of(load_text("shakespeare-plays").text))
    lines = lines_of(load_text("tinyshakespeare").text)
    assert sum(line not in training for line in lines) == 4  # of 24,124
