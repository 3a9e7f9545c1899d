import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from glassnet.models import (
    CharacterLSTM,
    checkpoint,
)
from glassnet.sample import stream_text
from glassnet.sample.command import text as command
from glassnet.sample.command.main import main
from glassnet.sample.command.text import _screen

SCRIPT = Path(__file__).parents[3] / "_sample.py"
SEPARATOR = "-" * 40 + "\n"


def expected_texts(network_file: str, seed: int, **options: Any) -> list[str]:
    network = checkpoint.load_checkpoint(network_file).build()
    generator = np.random.default_rng(seed)
    stream = stream_text(network, generator, **options)
    return ["".join(column) for column in zip(*stream, strict=True)]


def process(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """Start the script as its users do, from another folder than the repository's."""
    given: dict[str, Any] = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "cwd": SCRIPT.anchor,
    } | options
    given["env"] = os.environ | {"PYTHONUNBUFFERED": ""} | given.get("env", {})
    return subprocess.Popen([sys.executable, str(SCRIPT), *arguments], **given)


# -- what it writes -----------------------------------------------------------------------------


def test_start_text_and_drawn_text(network_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = {"temperature": 0.7, "length": 50, "start": "bad é", "top_k": 9, "top_p": 0.9}
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    assert main([network_file, *arguments, "--seed", "4"]) == 0
    (text,) = expected_texts(network_file, 4, **options)
    assert capsys.readouterr() == ("bad é" + text, "")


def test_defaults(network_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([network_file, "--seed", "0"]) == 0
    assert [capsys.readouterr().out] == expected_texts(
        network_file, 0, length=1000, temperature=0.5
    )


def test_line_ends_of_the_start_text(network_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([network_file, "--start", "a\r\nb", "--length", "20", "--seed", "1"]) == 0
    (text,) = expected_texts(network_file, 1, start="a\nb", length=20, temperature=0.5)
    assert capsys.readouterr().out == "a\nb" + text


def test_start_text_from_standard_input(
    network_file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for written, read in (("bad 日\n", "bad 日\n"), ("\ufeffa\r\nb", "a\nb"), ("", "")):
        given = io.TextIOWrapper(io.BytesIO(written.encode()), encoding="ascii", newline="\n")
        monkeypatch.setattr(sys, "stdin", given)
        assert main([network_file, "--start", "-", "--length", "20", "--seed", "1"]) == 0
        (text,) = expected_texts(network_file, 1, start=read, length=20, temperature=0.5)
        assert capsys.readouterr().out == read + text


def test_clamped_neurons(network_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--length", "60", "--start", "bad", "--temperature", "1", "--seed", "3"]
    assert main([network_file, *arguments, "--clamp", "2:5=1", "--set", "1:0=-.5"]) == 0
    options = {"start": "bad", "length": 60, "temperature": 1}
    (text,) = expected_texts(network_file, 3, clamped={(2, 5): 1, (1, 0): -0.5}, **options)
    assert capsys.readouterr() == ("bad" + text, "")
    assert [text] != expected_texts(network_file, 3, **options)


def test_neurons_that_can_not_be_clamped(
    network_file: str, capsys: pytest.CaptureFixture[str], assert_fails: Callable[..., None]
) -> None:
    for value, message in {
        "2:345": "--clamp must be LAYER:INDEX=VALUE, as in 2:345=1, not '2:345'",
        "2:3=x": "--clamp must be LAYER:INDEX=VALUE, as in 2:345=1, not '2:3=x'",
        "2:3=nan": "--clamp must be LAYER:INDEX=VALUE, as in 2:345=1, not '2:3=nan'",
        "2:3=1.01": "--clamp must be a value from -1 to 1, not 1.01",
    }.items():
        assert_fails(network_file, "--clamp", value, message=message, status=2)
    for value, message in {
        "3:0=0": "--clamp: there is no layer 3; layers are numbered from 1 to 2",
        "1:16=0": "--clamp: layer 1 has no neuron 16; its neurons are numbered from 0 to 15",
    }.items():
        assert_fails(network_file, "--clamp", value, message=message)


def test_several_texts(network_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = {"start": "bad ", "length": 30, "count": 3, "temperature": 0.8}
    arguments = [f"--{name}={value}" for name, value in options.items()]
    assert main([network_file, *arguments, "--seed", "2"]) == 0
    texts = ["bad " + text for text in expected_texts(network_file, 2, **options)]
    assert not any(text.endswith("\n") for text in texts)
    assert capsys.readouterr().out == f"\n{SEPARATOR}".join(texts)


def test_no_empty_line_before_a_separator(
    network_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main([network_file, "--start", "a\n", "--length", "0", "--count", "2", "--seed", "2"])
    assert capsys.readouterr().out == f"a\n{SEPARATOR}a\n"


def test_a_fresh_seed_is_told_and_gives_the_same_text(
    network_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [network_file, "--length", "40", "--temperature", "1"]
    drawn = []
    for _ in range(2):
        assert main(arguments) == 0
        text, note = capsys.readouterr()
        words = note.split()
        assert note.count("\n") == 1
        assert words[2] == "--seed"
        assert main([*arguments, "--seed", words[3]]) == 0
        assert capsys.readouterr() == (text, "")
        drawn.append(text)
    assert drawn[0] != drawn[1]


def test_script_writes_utf8_whatever_the_locale(network_file: str) -> None:
    environment = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    arguments = (network_file, "--length", "300", "--temperature", "1", "--seed", "3")
    output, errors = process(*arguments, env=environment).communicate(timeout=60)
    (text,) = expected_texts(network_file, 3, length=300, temperature=1)
    assert {"é", "日"} <= set(text)
    assert output.decode() == text
    assert errors == b""


# -- a file -------------------------------------------------------------------------------------


def test_out(network_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "text.txt"
    arguments = [network_file, "--length", "60", "--seed", "3", "--start", "é\n", "--count", "2"]
    assert main([*arguments, "--out", str(path)]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(arguments) == 0
    assert path.read_bytes() == capsys.readouterr().out.encode()
    assert os.listdir(tmp_path) == ["text.txt"]
    plain = tmp_path / "plain"
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode


def test_out_keeps_a_link(network_file: str, tmp_path: Path) -> None:
    path, link = tmp_path / "text.txt", tmp_path / "link"
    path.write_text("old")
    link.symlink_to(path)
    assert main([network_file, "--length", "5", "--seed", "1", "--out", str(link)]) == 0
    assert link.is_symlink()
    assert len(path.read_text(encoding="utf-8")) == 5


def test_out_that_can_not_be_written(
    network_file: str, tmp_path: Path, assert_fails: Callable[..., None]
) -> None:
    (tmp_path / "file").write_text("old")
    for path, reason in (
        (tmp_path, "is a folder"),
        (Path("/"), "is a folder"),
        (Path(os.devnull), "is not a regular file"),
        (tmp_path / "file" / "text.txt", "Not a directory"),
        (tmp_path / ("x" * 300), "File name too long"),
    ):
        message = f"{path}: can't be written ({reason})"
        assert_fails(network_file, "--out", str(path), message=message)
    assert os.listdir(tmp_path) == ["file"]


def test_failing_on_the_way_leaves_the_old_file(
    network_file: str,
    tmp_path: Path,
    assert_fails: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "text.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    message = f"{path}: can't be written (No space left on device)"
    assert_fails(network_file, "--length", "9", "--out", str(path), message=message)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["text.txt"]


# -- errors -------------------------------------------------------------------------------------


def test_unknown_character_in_the_start_text(
    network_file: str, assert_fails: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    message = "start text: character 'Z' (U+005A) at position 3"
    assert_fails(network_file, "--start", "badZ", message=message)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"ab\xff")))
    message = "standard input: is not UTF-8 text (byte 0xff at offset 2)"
    assert_fails(network_file, "--start", "-", message=message)


def test_too_little_memory(
    network_file: str, assert_fails: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(network: CharacterLSTM, rows: int) -> None:
        raise MemoryError

    monkeypatch.setattr(CharacterLSTM, "cell", none_left)
    assert_fails(network_file, message="out of memory")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--temperature", "-0.5", "must be a number of at least 0, not '-0.5'"),
        ("--temperature", "nan", "must be a number of at least 0, not 'nan'"),
        ("--temperature", "hot", "must be a number of at least 0, not 'hot'"),
        ("--length", "-1", "must be a whole number of at least 0, not '-1'"),
        ("--length", "1.5", "must be a whole number of at least 0, not '1.5'"),
        ("--top-k", "0", "must be a whole number of at least 1, not '0'"),
        ("--top-p", "0", "must be a number above 0 and at most 1, not '0'"),
        ("--top-p", "1.5", "must be a number above 0 and at most 1, not '1.5'"),
        ("--count", "0", "must be a whole number of at least 1, not '0'"),
        ("--seed", "-1", "must be a whole number of at least 0, not '-1'"),
        ("--out", "-", "takes a file, not -"),
    ],
)
def test_wrong_values(
    network_file: str, option: str, value: str, message: str, assert_fails: Callable[..., None]
) -> None:
    assert_fails(network_file, option, value, message=f"{option} {message}", status=2)


# -- pipes, terminals and Ctrl-C ------------------------------------------------------------------


def test_what_is_drawn_is_shown_fifty_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.BytesIO()
    times = iter([0.0, 0.005, 0.019, 0.021, 0.025, 9.0])
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(shown)))
    monkeypatch.setattr(command, "time", SimpleNamespace(monotonic=lambda: next(times)))
    seen = []
    with _screen() as write:
        for character in "abcdef":
            write(character)
            seen.append(shown.getvalue())
    assert seen == [b"a", b"a", b"a", b"abcd", b"abcd", b"abcdef"]


def test_reader_that_goes_away(network_file: str) -> None:
    with process(network_file, "--length", "1000000000", "--seed", "1") as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert len(running.stdout.read(100)) == 100
        running.stdout.close()
        assert running.wait(timeout=60) == 0
        assert running.stderr.read() == b""


def test_full_device(network_file: str) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full here")
    with open("/dev/full", "wb") as full:
        running = process(network_file, "--length", "9", "--seed", "1", stdout=full)
        _, errors = running.communicate(timeout=60)
    assert running.returncode == 1
    expected = "glassnet sample: standard output: can't be written (No space left on device)"
    assert errors.decode().splitlines() == [expected]


def test_interrupted_while_writing(network_file: str) -> None:
    arguments = ("--start", "bad ", "--length", "1000000000", "--seed", "1")
    running = process(network_file, *arguments)
    assert running.stdout is not None
    first = os.read(running.stdout.fileno(), 4)  # it is here long before all is drawn
    more = running.stdout.read(200)
    running.send_signal(signal.SIGINT)
    rest, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert errors.decode().splitlines() == ["glassnet sample: interrupted"]
    (text,) = expected_texts(network_file, 1, start="bad ", length=100, temperature=0.5)
    assert (first + more + rest).decode().startswith("bad " + text)


def test_interrupted_with_out(network_file: str, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("old")
    running = process(network_file, "--length", "1000000000", "--out", str(path))
    assert running.stderr is not None
    assert b"--seed" in running.stderr.readline()  # drawing begins
    assert len(os.listdir(tmp_path)) == 2
    running.send_signal(signal.SIGINT)
    output, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert output == b""
    assert errors.decode() == f"glassnet sample: interrupted; {path} is not written\n"
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["text.txt"]


@pytest.mark.parametrize("length", ["0", "1000000000"])
def test_terminal_is_left_on_a_fresh_line(network_file: str, length: str) -> None:
    pty = pytest.importorskip("pty")
    terminal, its_end = pty.openpty()
    arguments = ("--start", "bad", "--length", length, "--seed", "1")
    with process(network_file, *arguments, stdout=its_end) as running:
        os.close(its_end)
        shown = b""
        while len(shown) < 3:
            shown += os.read(terminal, 3)
        if length != "0":
            running.send_signal(signal.SIGINT)
        while True:
            try:
                shown += os.read(terminal, 1000)
            except OSError:  # the other end is closed
                break
        assert running.wait(timeout=60) == (130 if length != "0" else 0)
    os.close(terminal)
    assert shown.startswith(b"bad")
    assert shown.endswith(b"\n")
    if length == "0":
        assert shown == b"bad\r\n"
