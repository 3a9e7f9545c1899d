"""Reading the files that the user names, and writing files."""

import io
import sys
from pathlib import Path

import pytest

from glassnet.errors import UserError
from glassnet.visualize.command.common import (
    check_neuron,
    length_errors,
    read_text,
    source_name,
    terminal,
    write,
)
from glassnet.visualize.drawing.text import TooLongError


def test_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffé日\r\nabc\r".encode())
    assert read_text(str(path)) == "é日\nabc\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    assert read_text("-") == "é日\nabc\n"
    assert source_name("-") == "standard input"
    assert source_name("a.txt") == "a.txt"


def test_texts_that_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    with pytest.raises(UserError, match=r"a.txt: there is no such file$"):
        read_text(str(path))
    path.write_bytes(b"")
    with pytest.raises(UserError, match=r"a.txt: is empty$"):
        read_text(str(path))
    path.write_bytes(b"abc\xff")
    with pytest.raises(UserError, match=r"a.txt: is not UTF-8 text \(byte 0xff at offset 3\)"):
        read_text(str(path))
    with pytest.raises(UserError, match=f"^{tmp_path}: can't be read "):
        read_text(str(tmp_path))
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UserError, match=r"^standard input: is closed$"):
        read_text("-")


def test_neurons() -> None:
    check_neuron((1, 0), [3, 4])
    check_neuron((2, 3), [3, 4])
    with pytest.raises(UserError, match=r"^--neuron 3:0: there is no layer 3; .* from 1 to 2$"):
        check_neuron((3, 0), [3, 4])
    with pytest.raises(UserError, match=r"^--ablate 0:1: there is no layer 0; "):
        check_neuron((0, 1), [3, 4], "--ablate")
    with pytest.raises(UserError, match=r"^--neuron 1:3: layer 1 has no neuron 3; .* from 0 to 2$"):
        check_neuron((1, 3), [3, 4])


def test_what_is_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a"
    for size, told in ((0, "0 kB"), (1600, "2 kB"), (2_340_000, "2.3 MB")):
        write(path, lambda path, size=size: path.write_bytes(bytes(size)))  # type: ignore[misc]
        assert capsys.readouterr().out == f"wrote {path} ({told})\n"


def test_why_a_file_is_not_written(tmp_path: Path) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left")

    with pytest.raises(UserError) as caught:
        write(tmp_path / "a", full)
    assert str(caught.value) == f"{tmp_path / 'a'}: can't be written (No space left)"


def test_a_text_that_is_too_long() -> None:
    with pytest.raises(UserError) as caught, length_errors(Path("p")):
        raise TooLongError("9 are more than 8")
    assert str(caught.value) == "p: 9 are more than 8; try a shorter --length"


def test_without_a_terminal_there_are_no_colors_and_no_width() -> None:
    assert terminal(no_color=False) == terminal(no_color=True) == ("none", None)
