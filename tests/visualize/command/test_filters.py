"""The view of a text autoencoder."""

import io
import os
import re
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import TextAutoencoder, Vocabulary
from glassnet.visualize.command.filters import LINE
from tests.visualize.command.program import fails, on_a_terminal, run

TEXT = "pray, sit down\n\nand tell me\n"


@pytest.fixture
def network(generator: np.random.Generator) -> TextAutoencoder:
    vocabulary = Vocabulary("abcdefghijklmnopqrstuvwxyz ,.")
    network = TextAutoencoder(vocabulary, filters1=12, filters2=11).initialize(generator)
    network.theta *= 3
    return network


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_line_is_drawn_with_ten_rows_of_each_layer(
    checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(checkpoint, "--line", "pray, sit down") == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = captured.out.splitlines()
    names = [match[1] for line in lines if (match := re.match(r"(\d:\d+) ", line + " "))]
    assert [name[0] for name in names] == ["1"] * 10 + ["2"] * 10
    assert lines.count("     pray, sit down") >= 3
    assert lines[-2].startswith("reconstructed ")
    assert lines[-2].endswith(" of 14 characters")


def test_without_a_line_one_of_jane_austen_is_read(
    checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(checkpoint) == 0
    assert f"     {LINE}\n" in capsys.readouterr().out


def rows_of(checkpoint: Path, capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    assert run(checkpoint, "--line", "pray", *arguments) == 0
    found = re.findall(r"^(\d:\d+)(?: |$)", capsys.readouterr().out, re.MULTILINE)
    return [str(name) for name in found]


def test_filters_layer_and_neuron(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(rows_of(checkpoint, capsys, "--filters", "3")) == 6
    assert len(rows_of(checkpoint, capsys, "--filters", "99")) == 12 + 11
    assert {name[0] for name in rows_of(checkpoint, capsys, "--layer", "2")} == {"2"}
    assert rows_of(checkpoint, capsys, "--neuron", "1:11") == ["1:11"]
    assert rows_of(checkpoint, capsys, "--neuron", "1:11", "--layer", "1") == ["1:11"]


def test_every_line_of_a_text_or_of_the_standard_input(
    checkpoint: Path,
    text_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(checkpoint, "--text", text_file) == 0
    whole = capsys.readouterr().out
    assert "     pray, sit down\n" in whole
    assert "     and tell me\n" in whole
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert run(checkpoint, "--text", "-") == 0
    assert capsys.readouterr().out == whole
    assert run(checkpoint, "--text", text_file, "--length", "4") == 0
    assert capsys.readouterr().out.startswith("     pray\n")


def test_ngrams_of_the_filters_drawn(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("pray sit down é\n" * 3)
    assert run(checkpoint, "--line", "pray", "--filters", "2", "--corpus", corpus) == 0
    lines = capsys.readouterr().out.splitlines()
    drawn = [line.split()[0] for line in lines if re.match(r"\d:", line)]
    assert drawn[:4] == drawn[4:]  # above their rows, below their n-grams
    for line in lines[-4:]:
        assert re.fullmatch(r"\d:\d+ +(never responds|(\S+ \d+\.\d ×\d+(  )?)+)", line), line
    assert re.search(r" \S{3} \d+\.\d ×3(  |$)", lines[-4])
    assert re.search(r" \S{4} \d+\.\d ×3(  |$)", lines[-1])


def test_on_a_terminal_the_rows_are_colored_and_as_wide_as_it(checkpoint: Path) -> None:
    arguments = [str(checkpoint), "--line", "pray, sit down", "--filters", "2"]
    drawn = on_a_terminal(arguments, COLORTERM="truecolor", COLUMNS="12")
    assert "\x1b[38;2;0;0;0;48;2;255;" in drawn
    plain = re.sub(r"\x1b\[[0-9;]*m", "", drawn).splitlines()
    assert max(map(len, plain[:-2])) == 12
    assert "\x1b[38;5;16;48;5;" in on_a_terminal(arguments)
    assert "\x1b" not in on_a_terminal([*arguments, "--no-color"], COLORTERM="truecolor")


def test_files(
    checkpoint: Path, text_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    html, png = tmp_path / "out" / "p.html", tmp_path / "out" / "p.png"
    assert run(
        checkpoint, "--text", text_file, "--corpus", text_file, "--html", html, "--png", png
    ) == 0  # fmt: skip
    captured = capsys.readouterr()
    assert captured.err == ""
    assert re.fullmatch(rf"wrote {html} \(\d+ kB\)\nwrote {png} \(\d+ kB\)\n", captured.out)
    content = html.read_text(encoding="utf-8")
    assert "<title>network.npz reading text.txt</title>" in content
    assert (
        len(set(re.findall(r"<b class=\"name\">(\d:\d+) *</b>", content))) == 12 + 11
    )  # all filters
    assert len(re.findall(r"<tr><td>(\d:\d+)</td>", content)) == 12 + 11
    assert png.read_bytes().startswith(b"\x89PNG")
    assert len(os.listdir(tmp_path / "out")) == 2


def test_a_page_of_one_filter(checkpoint: Path, text_file: Path, tmp_path: Path) -> None:
    html = tmp_path / "p.html"
    assert run(checkpoint, "--neuron", "2:3", "--corpus", text_file, "--html", html) == 0
    content = html.read_text(encoding="utf-8")
    assert set(re.findall(r"<b class=\"name\">(\d:\d+) *</b>", content)) == {"2:3"}
    assert re.findall(r"<tr><td>(\d:\d+)</td>", content) == ["2:3"]


# -- what is odd, and said ------------------------------------------------------------------------


def test_a_long_line_is_cut_and_that_is_said(
    checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(checkpoint, "--line", "a" * 80 + "b") == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("     " + "a" * 80 + "\n")
    assert captured.err == (
        "glassnet visualize: 1 line is longer than the 80 characters that the network reads; the "
        "rest is left out\n"
    )
    assert run(checkpoint, "--line", "a" * 80) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("unknown", ["é", "日", "\x1b", "\t", os.fsdecode(b"\xff")])
def test_unknown_characters_are_replaced_and_that_is_said(
    unknown: str, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(checkpoint, "--line", f"caf{unknown}!") == 0
    captured = capsys.readouterr()
    listed = ", ".join(map(repr, sorted(["!", unknown])))
    assert captured.out.startswith("     caf\ufffd\ufffd\n")
    assert captured.err == (
        f"glassnet visualize: the network does not know {listed}; it reads spaces there, drawn as "
        "\ufffd\n"
    )


def test_texts(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fails(capsys, checkpoint, "--line", "").endswith(": --line: is empty")
    assert fails(capsys, checkpoint, "--line", " \n ").endswith(": --line: is empty")
    path = tmp_path / "a.txt"
    for option in ("--text", "--corpus"):
        assert fails(capsys, checkpoint, option, path).endswith(f"{path}: there is no such file")
        path.write_bytes(b"")
        assert fails(capsys, checkpoint, option, path).endswith(f"{path}: is empty")
        path.write_bytes(b"abc\xff")
        line = fails(capsys, checkpoint, option, path)
        assert f"{path}: is not UTF-8 text (byte 0x" in line
        path.unlink()
    path.write_text(" \n \n")
    assert fails(capsys, checkpoint, "--text", path).endswith(f"{path}: is empty")
    path.write_text("日本\n")
    assert fails(capsys, checkpoint, "--corpus", path).endswith(
        "has no character that the network knows"
    )
    path.write_text("a\n" * 10_001)
    assert fails(capsys, checkpoint, "--text", path).endswith("drawn; try a shorter --length")
    path.write_text("a\n" * 201)
    line = fails(capsys, checkpoint, "--text", path, "--html", tmp_path / "a.html")
    assert line.endswith("has 201 lines, and a page holds 200; try a shorter --length")


def test_options_that_do_not_fit(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fails(capsys, checkpoint, "--layer", "3", status=2).endswith(
        "--layer must be a whole number from 1 to 2, not '3'"
    )
    assert fails(capsys, checkpoint, "--neuron", "2:11").endswith("numbered from 0 to 10")
    assert fails(capsys, checkpoint, "--neuron", "3:0").endswith("numbered from 1 to 2")
    assert fails(capsys, checkpoint, "--neuron", "1:0", "--layer", "2", status=2).endswith(
        "--neuron and --layer name different layers"
    )
    line = fails(capsys, checkpoint, "--line", "a", "--text", "b", status=2)
    assert line.endswith("--text and --line exclude each other")
