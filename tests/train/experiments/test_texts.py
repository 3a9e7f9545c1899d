"""Texts: what is loaded, and the characters that a network is to know."""

from pathlib import Path

import pytest

from glassnet.models import CharacterLSTM, Checkpoint
from glassnet.train.data import Text
from glassnet.train.experiments import CharacterExperiment, LSTMOptions
from glassnet.train.experiments import texts as train_texts


def test_a_text_that_is_asked_for_is_not_swapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_texts, "load_text", lambda name: Text(name, "", "asked for"))
    other = Text("other", "", "fallback")
    monkeypatch.setattr(train_texts, "load_text_or_fallback", lambda name: other)
    options = LSTMOptions(data="novel", units=8)
    assert CharacterExperiment(CharacterLSTM, options).data == "novel"
    assert CharacterExperiment(CharacterLSTM, options, fallback=True).data == "other"


def test_the_vocabulary_is_that_of_the_text_or_of_the_start(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_text("abba")
    options = LSTMOptions(data=str(path), units=8, layers=1)
    experiment = CharacterExperiment(CharacterLSTM, options)
    assert experiment.network().configuration["vocabulary"] == "ab"
    start = Checkpoint("character-lstm", {"vocabulary": "abc"}, {})
    assert experiment.network(start).configuration["vocabulary"] == "abc"


def test_the_fingerprint_tells_texts_apart(tmp_path: Path) -> None:
    found = set()
    for text in ("abba", "abbb"):
        (tmp_path / "novel.txt").write_text(text)
        options = LSTMOptions(data=str(tmp_path / "novel.txt"), units=8)
        found.add(CharacterExperiment(CharacterLSTM, options).fingerprint)
    assert len(found) == 2
