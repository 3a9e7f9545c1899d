import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from glassnet.models import (
    SHIPPED,
    CharacterLSTM,
    Checkpoint,
    Vocabulary,
    checkpoint,
    save_checkpoint,
)
from glassnet.sample import command, stream_text
from glassnet.sample.command import _parser, _screen, main

SCRIPT = Path(__file__).parents[2] / "_sample.py"
CHARACTERS = "\n abcdefghé日"
SEPARATOR = "-" * 40 + "\n"


def save(path: Path, kind: str = CharacterLSTM.kind, scale: float = 3.0) -> Path:
    """Write the checkpoint of a small network, its weights scaled."""
    network = CharacterLSTM(Vocabulary(CHARACTERS), units=16)
    network.initialize(np.random.default_rng(5))
    network.theta *= scale
    save_checkpoint(path, Checkpoint(kind, network.configuration, network.parameters))
    return path


@pytest.fixture(scope="module")
def network_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save(tmp_path_factory.mktemp("networks") / "small.npz"))


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


@pytest.fixture(autouse=True)
def _interrupts_reach_processes() -> Iterator[None]:
    """What ignores SIGINT hands that on to processes it starts; a shell's background jobs do."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def assert_fails(capsys: pytest.CaptureFixture[str], *arguments: str, message: str) -> None:
    """The command ends with status 1 and one line on standard error, and writes nothing."""
    assert main(["--seed", "1", *arguments]) == 1
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("glassnet-sample: ")
    assert errors.count("\n") == 1
    assert message in errors


# -- what it writes -----------------------------------------------------------------------------


def test_start_text_and_drawn_text(network_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = {"temperature": 0.7, "length": 50, "start": "bad é", "top_k": 9, "top_p": 0.9}
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    assert main([network_file, *arguments, "--seed", "4"]) == 0
    (text,) = expected_texts(network_file, 4, **options)
    assert capsys.readouterr() == ("bad é" + text, "")


def test_defaults(network_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _parser().parse_args([]).checkpoint == SHIPPED / "shakespeare.npz"
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


def test_held_neurons(network_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--length", "60", "--start", "bad", "--temperature", "1", "--seed", "3"]
    assert main([network_file, *arguments, "--set", "2:5=1", "--set", "1:0=-.5"]) == 0
    options = {"start": "bad", "length": 60, "temperature": 1}
    (text,) = expected_texts(network_file, 3, held={(2, 5): 1, (1, 0): -0.5}, **options)
    assert capsys.readouterr() == ("bad" + text, "")
    assert [text] != expected_texts(network_file, 3, **options)


def test_neurons_that_can_not_be_held(
    network_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for value, message in {
        "2:345": "'2:345' is not LAYER:INDEX=VALUE, as in 2:345=1",
        "2:3=x": "'2:3=x' is not LAYER:INDEX=VALUE, as in 2:345=1",
        "2:3=nan": "'2:3=nan' is not LAYER:INDEX=VALUE, as in 2:345=1",
        "2:3=1.01": "'2:3=1.01': a hidden state lies between -1 and 1, which 1.01 does not",
    }.items():
        with pytest.raises(SystemExit) as stop:
            main([network_file, "--set", value])
        assert stop.value.code == 2
        assert f"argument --set: {message}" in capsys.readouterr().err
    for value, message in {
        "3:0=0": "--set: there is no layer 3; layers are numbered from 1 to 2",
        "1:16=0": "--set: layer 1 has no neuron 16; its neurons are numbered from 0 to 15",
    }.items():
        assert_fails(capsys, network_file, "--set", value, message=message)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--set", "1:0=0"),
        ("--start", "a"),
        ("--length", "5"),
        ("--temperature", "3"),
        ("--top-k", "2"),
        ("--top-p", ".2"),
    ],
)
def test_what_digits_are_not_drawn_with(
    arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(SHIPPED / "variational-autoencoder.npz")
    message = f"draws digits; {arguments[0]} needs text"
    assert_fails(capsys, path, *arguments, message=message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--morph", "1,7", "--count", "1"), "count must be from 2 to 10,000 here, not 1"),
        (("--count", "1000000"), "count must be from 1 to 10,000 here, not 1000000"),
    ],
)
def test_pictures_hold_so_many_digits(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([str(SHIPPED / "variational-autoencoder.npz"), *arguments, "--out", "none.png"])
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


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
        assert words[1] == "--seed"
        assert main([*arguments, "--seed", words[2]]) == 0
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


def test_help_explains_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    explained = capsys.readouterr().out
    for action in _parser()._actions[1:]:
        assert (action.option_strings or ["CHECKPOINT"])[0] in explained
        assert "(default: " in str(action.help)


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
    network_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
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
        assert_fails(capsys, network_file, "--out", str(path), message=message)
    assert os.listdir(tmp_path) == ["file"]


def test_failing_on_the_way_leaves_the_old_file(
    network_file: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "text.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    message = f"{path}: can't be written (No space left on device)"
    assert_fails(capsys, network_file, "--length", "9", "--out", str(path), message=message)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["text.txt"]


# -- errors -------------------------------------------------------------------------------------


def test_missing_damaged_and_foreign_files(
    network_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    half, text, foreign = (tmp_path / name for name in ("half.npz", "text.npz", "foreign.npz"))
    half.write_bytes(Path(network_file).read_bytes()[:3000])
    text.write_text("To be, or not to be")
    np.savez(foreign, weights=np.zeros(3))
    for path in (half, text, foreign):
        assert_fails(capsys, str(path), message=f"{path}: is damaged, or not a glassnet")
    missing = tmp_path / "missing.npz"
    assert_fails(capsys, str(missing), message=f"{missing}: there is no such file")
    assert_fails(capsys, str(tmp_path), message=f"{tmp_path}: can't be read")


def test_network_of_another_kind(capsys: pytest.CaptureFixture[str]) -> None:
    path = SHIPPED / "text-autoencoder.npz"
    message = f"{path}: holds a 'text-autoencoder', which does not write text"
    assert_fails(capsys, str(path), message=message)


def test_weights_that_do_not_fit(
    network_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = checkpoint.load_checkpoint(network_file)
    damaged.configuration["units"] = 8
    path = tmp_path / "other.npz"
    save_checkpoint(path, damaged)
    assert_fails(capsys, str(path), message=f"{path}: the saved weights")


def test_weights_that_are_no_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "diverged.npz", scale=np.nan)
    assert_fails(capsys, str(path), message=f"{path}: some weights are not numbers")


def test_unknown_character_in_the_start_text(
    network_file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    message = "start text: character 'Z' (U+005A) at position 3"
    assert_fails(capsys, network_file, "--start", "badZ", message=message)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"ab\xff")))
    message = "start text: is not UTF-8 text (see byte 2)"
    assert_fails(capsys, network_file, "--start", "-", message=message)


def test_too_little_memory(
    network_file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(network: CharacterLSTM, rows: int) -> None:
        raise MemoryError

    monkeypatch.setattr(CharacterLSTM, "cell", none_left)
    assert_fails(capsys, network_file, message="there is not enough memory")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--temperature", "-0.5", "temperature must be a finite number from 0 up, not -0.5"),
        ("--temperature", "nan", "temperature must be a finite number from 0 up, not nan"),
        ("--temperature", "hot", "argument --temperature: invalid float value: 'hot'"),
        ("--length", "-1", "length must be at least 0, not -1"),
        ("--length", "1.5", "argument --length: invalid int value: '1.5'"),
        ("--top-k", "0", "top-k must be at least 1, not 0"),
        ("--top-p", "0", "top-p must be above 0 and at most 1, not 0.0"),
        ("--top-p", "1.5", "top-p must be above 0 and at most 1, not 1.5"),
        ("--count", "0", "count must be at least 1, not 0"),
        ("--seed", "-1", "seed must be at least 0, not -1"),
        ("--out", "-", "out takes a file, not -"),
        ("--heat", "1", "unrecognized arguments: --heat"),
    ],
)
def test_wrong_usage(
    network_file: str, option: str, value: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([network_file, option, value])
    assert exit_.value.code == 2
    output, errors = capsys.readouterr()
    assert output == ""
    usage, error = errors.splitlines()
    assert usage == "usage: glassnet-sample [CHECKPOINT] [options]"
    assert error.startswith(f"glassnet-sample: error: {message}")


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
    expected = "glassnet-sample: standard output: can't be written (No space left on device)"
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
    assert errors.decode().splitlines() == ["glassnet-sample: interrupted"]
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
    assert errors.decode() == f"glassnet-sample: interrupted; {path} is not written\n"
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
