import io
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import SHIPPED, CharacterLSTM, Checkpoint, save_checkpoint
from glassnet.visualize import STATES, load_activations, read_activations
from glassnet.visualize.command.main import _parser, main

pty = pytest.importorskip("pty")
ROOT = Path(__file__).parents[3]


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def fails(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run the command, which must fail with one line, and return that line."""
    assert run(*arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("glassnet-visualize: ")
    assert captured.err.count("\n") == 1
    return captured.err.strip()


def test_closed_standard_streams(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert fails(capsys, "--text", "-").endswith("standard input: is closed")
    monkeypatch.setattr(sys, "stdout", None)
    assert run("--length", "10") == 0
    assert sys.stdout is not None
    sys.stdout.close()


def test_a_text_too_long_for_a_page_is_refused_before_it_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glassnet.visualize.command.neurons.read_activations", None)
    path = tmp_path / "long.txt"
    path.write_text("to be or not " * 10_000)
    line = fails(capsys, "--text", path, "--html", tmp_path / "page.html")
    assert line.endswith("and a page holds 100000000; try a shorter --length")


# -- drawing in the terminal ----------------------------------------------------------------------


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


def on_a_terminal(arguments: list[str], **environment: str) -> str:
    """Run the command in a process of its own on a terminal, and return what it wrote there."""
    ours, theirs = pty.openpty()
    inherited = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLORTERM")}
    with subprocess.Popen(
        [sys.executable, str(ROOT / "_visualize.py"), *arguments],
        stdout=theirs,
        stderr=subprocess.PIPE,
        env={**inherited, "TERM": "xterm", "COLUMNS": "10", **environment},
    ) as process:
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # Linux says so when the other end is closed
                break
            if not part:
                break
            written += part
        os.close(ours)
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 0
    return written.decode().replace("\r\n", "\n")


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


# -- files ----------------------------------------------------------------------------------------


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


# -- what goes wrong ------------------------------------------------------------------------------


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
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert f"error: argument {arguments[0]}: {arguments[1]!r}" in capsys.readouterr().err


def test_neuron_out_of_range(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fails(capsys, checkpoint, "--neuron", "3:0").endswith(
        "--neuron 3:0: there is no layer 3; layers are numbered from 1 to 2"
    )
    assert fails(capsys, checkpoint, "--neuron", "0:0").endswith("numbered from 1 to 2")
    assert fails(capsys, checkpoint, "--neuron", "1:6").endswith(
        "--neuron 1:6: there is no neuron 6; those of a layer are numbered from 0 to 5"
    )


def test_texts(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    assert fails(capsys, checkpoint, "--text", path).endswith(f"{path}: there is no such file")
    path.write_bytes(b"")
    assert fails(capsys, checkpoint, "--text", path).endswith(f"{path}: is empty")
    path.write_bytes(b"abc\xff")
    line = fails(capsys, checkpoint, "--text", path)
    assert f"{path}: is not UTF-8 text (byte 0x" in line
    path.write_bytes("ab Ω".encode())
    line = fails(capsys, checkpoint, "--text", path)
    assert f"{path}: character 'Ω' (U+03A9) at position 3 is not among" in line
    assert "can't be read" in fails(capsys, checkpoint, "--text", tmp_path)


def test_checkpoints(
    checkpoint: Path, network: CharacterLSTM, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.npz"
    assert fails(capsys, path).endswith(f"{path}: there is no such file")
    path.write_bytes(b"something else")
    assert fails(capsys, path).endswith("is damaged, or not a glassnet checkpoint")
    np.savez(path, a=np.zeros(3))
    assert fails(capsys, path).endswith("is damaged, or not a glassnet checkpoint")
    weights = dict(network.parameters)
    configuration = {**network.configuration, "units": 7}
    save_checkpoint(path, Checkpoint(network.kind, configuration, weights))
    assert f"{path}: the saved weights" in fails(capsys, path)
    weights["dense.b"] = np.full_like(weights["dense.b"], np.nan)
    save_checkpoint(path, Checkpoint(network.kind, network.configuration, weights))
    assert "some weights are not numbers" in fails(capsys, path)


def test_interrupt(
    checkpoint: Path,
    text_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("glassnet.visualize.command.neurons.read_activations", interrupted)
    assert run(checkpoint, "--text", text_file) == 130
    assert capsys.readouterr().err == "glassnet-visualize: interrupted\n"


def test_reader_that_stops_early(checkpoint: Path, text_file: Path) -> None:
    text_file.write_text("the quick brown fox\n" * 2000)
    command = [sys.executable, str(ROOT / "_visualize.py"), checkpoint, "--text", text_file]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_all_pictures_are_written_though_nobody_reads_their_names(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    path = SHIPPED / "simple-autoencoder.npz"
    command = [sys.executable, str(ROOT / "_visualize.py"), path, "--out", tmp_path / "pictures"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(list((tmp_path / "pictures").iterdir())) == 6


def test_one_file_is_not_two(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x"
    assert run(checkpoint, "--html", path, "--png", path) == 1
    assert f"{path}: is to be two files at once" in capsys.readouterr().err
    assert not path.exists()


def test_full_disk(checkpoint: Path, text_file: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    command = [sys.executable, str(ROOT / "_visualize.py"), checkpoint, "--text", text_file]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "glassnet-visualize: can't write to the output (No space left on device)\n"
    )


def test_help_explains_every_option_with_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    for action in _parser()._actions[1:]:  # after --help
        assert "(default: " in str(action.help), action.dest
