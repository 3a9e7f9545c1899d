import json
import re
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import CharacterLSTM, Checkpoint, Vocabulary, save, save_checkpoint
from glassnet.nn import LSTM, Dense, Embedding, Sequential
from glassnet.visualize.live.command import LINE, OPENED
from tests.visualize.command.program import fails, run

LINES = "a line of words\nand another one\n\n" * 40


def data_of(page: Path) -> dict:
    return json.loads(re.search('id="data">([^<]*)</script>', page.read_text("utf-8"))[1])


def checkpoint_of(folder: Path, characters: str, units: int = 8) -> Path:
    network = CharacterLSTM(Vocabulary(characters), units=units)
    network = network.initialize(np.random.default_rng(0))
    save_checkpoint(folder / "mine.npz", Checkpoint.of(network))
    return folder / "mine.npz"


def test_a_text_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint, page, text = checkpoint_of(tmp_path, LINES), tmp_path / "p.html", tmp_path / "t.txt"
    text.write_text(LINES * 6, "utf-8")
    run(checkpoint, "--live", page, "--text", text, "--neuron", "2:5")
    told = capsys.readouterr().out
    match = re.match(
        rf"Loss on {re.escape(str(text))}: (\d\.\d+) nats in float32, (\d\.\d+) nats in float16, "
        r"(\d\.\d+) nats in int8. The page holds int8.\n",
        told,
    )
    assert match
    assert max(map(float, match.groups())) - min(map(float, match.groups())) < 0.002
    assert f"The page opens with the first 5,000 of {len(LINES) * 6:,} characters." in told
    assert f"wrote {page}" in told
    data = data_of(page)
    assert data["text"] == (LINES * 6)[:OPENED]
    assert data["first"] == {"layer": 2, "neuron": 5, "state": "hidden"}
    assert (data["written"], data["encoding"], data["checkpoint"]) == (0, "int8", str(checkpoint))


def test_without_a_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "p.html"
    for characters, opened in ((LINE + "xyz", LINE), ("\nαβγ δ", None)):
        checkpoint = checkpoint_of(tmp_path, characters)
        run(checkpoint, "--live", page)
        told = capsys.readouterr().out
        assert "Loss on a text that the network wrote: " in told
        data = data_of(page)
        assert data["text"] == opened or (opened is None and set(data["text"]) <= set(characters))
        assert len(data["text"]) == len(LINE)
        assert data["written"] == 500
        assert data["first"]["layer"] == 2  # an untrained network has no neuron that counts


def test_weights_as_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint, page = checkpoint_of(tmp_path, LINES), tmp_path / "p.html"
    sizes = []
    for encoding in ("float32", "float16", "int8"):
        run(checkpoint, "--live", page, "--weights", encoding)
        assert "Loss" not in capsys.readouterr().out
        assert data_of(page)["encoding"] == encoding
        sizes.append(page.stat().st_size)
    assert sizes[0] > sizes[1] > sizes[2]


def test_findings_of_a_search(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint, page, text = checkpoint_of(tmp_path, LINES), tmp_path / "p.html", tmp_path / "t.txt"
    text.write_text(LINES, "utf-8")
    run(checkpoint, "--live", page, "--text", text, "--find", "vowel")
    told = capsys.readouterr().out
    assert "vowel" in told
    assert "Only characters" not in told
    data = data_of(page)
    assert len(data["findings"]) == 10
    first = data["findings"][0]
    assert data["first"] == {"layer": first["layer"], "neuron": first["neuron"], "state": "hidden"}


@pytest.mark.parametrize(
    ("options", "message", "status"),
    [
        (["--weights", "int8"], "--weights needs --live", 2),
        (["--live", "p.html", "--weights", "int4"], "--weights: there is no type of weights", 2),
        (["--live", "p.html", "--html", "p.html"], "--html and --live need different files", 1),
        (["--live", "p.html", "--neuron", "1:8"], "--neuron 1:8: ", 1),
    ],
)
def test_errors(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
    status: int,
) -> None:
    assert message in fails(capsys, checkpoint_of(tmp_path, LINES), *options, status=status)


def test_texts_that_do_not_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint, page, text = checkpoint_of(tmp_path, LINES), tmp_path / "p.html", tmp_path / "t.txt"
    for content, message in (("a", "too short to choose the weights on"), ("a line of Ωs", "'Ω'")):
        text.write_text(content, "utf-8")
        line = fails(capsys, checkpoint, "--live", page, "--text", text)
        assert message in line
        assert str(text) in line


def test_a_network_of_another_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layers = Sequential(Embedding(3, 4), LSTM(4, 5), Dense(5, 3))
    save(layers.initialize(np.random.default_rng(0)), tmp_path / "own.npz", vocabulary="\nab")
    line = fails(capsys, tmp_path / "own.npz", "--live", tmp_path / "page.html")
    assert "the live page runs networks of the kind that the recipes train" in line
    assert "own.npz" in line
