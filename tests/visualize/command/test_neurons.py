"""The view of a character network."""

import io
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import CharacterLSTM, Checkpoint, Vocabulary, save_checkpoint
from glassnet.visualize import STATES, load_activations, read_activations
from tests.visualize.command.program import fails, on_a_terminal, run


def test_a_text_too_long_for_a_page_is_refused_before_it_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glassnet.visualize.command.neurons.read_activations", None)
    path = tmp_path / "long.txt"
    path.write_text("to be or not " * 10_000)
    line = fails(capsys, "--text", path, "--html", tmp_path / "page.html")
    assert line.endswith("and a page holds 100000000; try a shorter --length")


def test_draws_the_neuron_asked_for(
    checkpoint: Path,
    text_file: Path,
    network: CharacterLSTM,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(checkpoint, "--text", text_file, "--neuron", "1:4", "--state", "cell") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "the quick brown fox,"
    values = read_activations(network, text_file.read_text(), ("cell",)).arrays[1, "cell"][:, 4]
    levels = np.floor((np.tanh(values[:20]) + 1) * 3)
    assert lines[1] == "".join(" .-=*#"[int(level)] for level in levels).rstrip()
    assert lines[-2] == "layer 1, neuron 4, cell state (drawn: its tanh)"
    assert lines[-1].endswith(
        f"min {values.min():.2f}  mean {values.mean():.2f}  max {values.max():.2f}"
    )


def test_default_neuron_is_the_most_varying_of_the_last_layer_and_named(
    checkpoint: Path,
    text_file: Path,
    network: CharacterLSTM,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(checkpoint, "--text", text_file) == 0
    lines = capsys.readouterr().out.splitlines()
    values = read_activations(network, text_file.read_text()).arrays[2, "hidden"]
    best = values.var(axis=0).argmax()
    assert lines[-3] == f"layer 2, neuron {best}, hidden state"
    assert lines[-1] == (
        f"Neuron {best} varies most in layer 2 on this text; --neuron LAYER:INDEX shows another."
    )


def test_length(checkpoint: Path, text_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(checkpoint, "--text", text_file, "--length", "7") == 0
    assert capsys.readouterr().out.splitlines()[0] == "the qui"


def test_standard_input(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\ufeffé日\r\nabc".encode())))
    assert run(checkpoint, "--text", "-") == 0
    lines = capsys.readouterr().out.splitlines()
    assert (lines[0], lines[2]) == ("é日", "abc")


def test_colors_on_a_terminal(checkpoint: Path, text_file: Path) -> None:
    arguments = [str(checkpoint), "--text", str(text_file), "--neuron", "2:0"]
    drawn = on_a_terminal(arguments, COLORTERM="truecolor")
    assert "\x1b[38;2;0;0;0;48;2;255;" in drawn
    assert re.sub(r"\x1b\[[0-9;]*m", "", drawn).startswith(
        "the quick \nbrown fox,\njumps over\n\nthe lazy d\nog.\n\nlayer 2, "
    )
    assert "\x1b[38;5;16;48;5;" in on_a_terminal(arguments)
    assert "\x1b" not in on_a_terminal(arguments, COLORTERM="truecolor", NO_COLOR="1")
    assert "\x1b" not in on_a_terminal([*arguments, "--no-color"], COLORTERM="truecolor")


def test_files(
    checkpoint: Path, text_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    html, png, npz = (tmp_path / "out" / name for name in ("p.html", "p.png", "p.npz"))
    status = run(
        checkpoint, "--text", text_file, "--state", "all", "--neuron", "2:1",
        "--html", html, "--png", png, "--export", npz,
    )  # fmt: skip
    assert status == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    pattern = "".join(rf"wrote {re.escape(str(path))} \(\d+ kB\)\n" for path in (html, png, npz))
    assert re.fullmatch(pattern, captured.out)
    assert "<title>network.npz reading text.txt</title>" in html.read_text(encoding="utf-8")
    assert '"first": {"layer": 2, "neuron": 1, "state": "hidden"}' in html.read_text("utf-8")
    assert png.read_bytes().startswith(b"\x89PNG")
    found = load_activations(npz)
    assert found.text == text_file.read_text()
    assert set(found.arrays) == {(layer, state) for layer in (1, 2) for state in STATES}
    assert len(os.listdir(tmp_path / "out")) == 3


@pytest.mark.parametrize(
    ("cell", "states"),
    [("gru", "hidden, reset-gate, update-gate, candidate"), ("rnn", "hidden")],
)
def test_networks_of_other_cells(
    cell: str,
    states: str,
    text_file: Path,
    tmp_path: Path,
    generator: np.random.Generator,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """All views work, and --state knows the states that the network has."""
    text = text_file.read_text() * 30
    long = tmp_path / "long.txt"
    long.write_text(text)
    network = CharacterLSTM(Vocabulary.of(text), units=6, cell=cell).initialize(generator)
    path, html, npz = (tmp_path / name for name in ("network.npz", "p.html", "p.npz"))
    configuration, weights = network.configuration, dict(network.parameters)
    save_checkpoint(path, Checkpoint(network.kind, configuration, weights))
    assert run(path, "--help") == 0
    assert f"{states} or all" in " ".join(capsys.readouterr().out.split())
    line = fails(capsys, path, "--state", "cell", status=2)
    assert line.endswith(f"there is no state 'cell'; choose from {states}, all")
    assert run(path, "--text", long, "--state", "all", "--find", "vowel") == 0
    assert run(path, "--text", text_file, "--ablate", "1:2") == 0
    arguments = (path, "--text", text_file, "--state", "all", "--corpus", long)
    assert run(*arguments, "--html", html, "--export", npz) == 0
    expected = {(layer, state) for layer in (1, 2) for state in states.split(", ")}
    assert set(load_activations(npz).arrays) == expected
    gates = [f'"{state[:-5]}"' for state in states.split(", ") if state.endswith("-gate")]
    assert f'"gates": [{", ".join(gates)}]' in html.read_text(encoding="utf-8")
    capsys.readouterr()


def test_picture_without_matplotlib(
    checkpoint: Path,
    text_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    line = fails(capsys, checkpoint, "--text", text_file, "--png", tmp_path / "p.png")
    assert line.endswith('needs matplotlib.figure: pip install "glassnet[plots]"')


@pytest.mark.parametrize("option", ["--html", "--png", "--export"])
def test_unwritable_output(
    option: str,
    checkpoint: Path,
    text_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = fails(capsys, checkpoint, "--text", text_file, option, tmp_path)
    assert line.endswith(f"{tmp_path}: can't be written (is a folder)")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--neuron", "2"],
        ["--neuron", "2:-1"],
        ["--length", "0"],
        ["--length", "x"],
        ["--state", "gate"],
        ["--state", ""],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    line = fails(capsys, *arguments, status=2)
    assert line.startswith(f"glassnet visualize: {arguments[0]}")
    assert repr(arguments[1]) in line


def test_neuron_out_of_range(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fails(capsys, checkpoint, "--neuron", "3:0").endswith(
        "--neuron 3:0: there is no layer 3; layers are numbered from 1 to 2"
    )
    assert fails(capsys, checkpoint, "--neuron", "0:0").endswith("numbered from 1 to 2")
    assert fails(capsys, checkpoint, "--neuron", "1:6").endswith(
        "--neuron 1:6: layer 1 has no neuron 6; its neurons are numbered from 0 to 5"
    )


def test_texts(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    assert fails(capsys, checkpoint, "--text", path).endswith(f"{path}: there is no such file")
    path.write_bytes(b"")
    assert fails(capsys, checkpoint, "--text", path).endswith(f"{path}: is empty")
    path.write_bytes(b"abc\xff")
    line = fails(capsys, checkpoint, "--text", path)
    assert f"{path}: is not UTF-8 text (byte 0xff" in line
    path.write_bytes("ab Ω".encode())
    line = fails(capsys, checkpoint, "--text", path)
    assert f"{path}: character 'Ω' (U+03A9) at position 3 is not among" in line
    assert "can't be read" in fails(capsys, checkpoint, "--text", tmp_path)


def test_a_default_text_that_the_network_does_not_know(
    checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = fails(capsys, checkpoint)
    assert line.startswith("glassnet visualize: the default text: character ")
    assert line.endswith(" characters that the network knows; --text FILE names another")
