import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.train.data import (
    Text,
    load_text,
    load_text_or_fallback,
    texts,
)
from glassnet.train.data.download import RemoteFile, data_folder
from glassnet.train.data.texts import text_file

Failure = Callable[[Callable[[str], object], str], str]


def test_a_path(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_bytes("\ufeffIt is a truth\r\nuniversally\racknowledged, für £5\n".encode())
    text = load_text(str(path))
    assert text.text == "It is a truth\nuniversally\nacknowledged, für £5\n"
    assert (text.name, text.source) == (str(path), str(path))
    assert load_text_or_fallback(str(path)) == text_file(path) == text


@given(characters=st.text(st.characters(codec="utf-8", exclude_characters="\r\ufeff"), min_size=1))
def test_any_text_is_read_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, characters: str
) -> None:
    path = tmp_path_factory.mktemp("texts") / "text"
    path.write_bytes(b"x" + characters.encode())
    assert load_text(str(path)).text == "x" + characters


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "is empty"),
        (b" \n\t\r\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"abc\xe9t", "is not UTF-8 text (byte 0xe9 at offset 3)"),
    ],
)
def test_files_that_are_no_text(
    tmp_path: Path, data: bytes, complaint: str, failure: Failure
) -> None:
    path = tmp_path / "text"
    path.write_bytes(data)
    assert f"{path}: {complaint}" in failure(load_text, str(path))


def test_a_folder_is_no_text(tmp_path: Path, failure: Failure) -> None:
    assert failure(load_text, str(tmp_path)) == f"{tmp_path}: can't be read (Is a directory)"


@pytest.mark.parametrize(
    ("error", "complaint"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "can't be read (Permission denied)"),
        (MemoryError(), "is too large for the memory of this machine"),
    ],
)
def test_files_that_cannot_be_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    complaint: str,
    failure: Failure,
) -> None:
    def refuse(self: Path) -> bytes:
        raise error

    monkeypatch.setattr(Path, "read_bytes", refuse)
    path = tmp_path / "text"
    path.touch()
    assert failure(load_text, str(path)) == f"{path}: {complaint}"


def test_a_pipe_is_no_text(tmp_path: Path, failure: Failure) -> None:
    os.mkfifo(tmp_path / "pipe")
    message = f"{tmp_path / 'pipe'}: is not a regular file; a run reads its data more than once"
    assert failure(load_text, str(tmp_path / "pipe")) == message


# -- those that have a name -----------------------------------------------------------------------


def put_tinyshakespeare(folder: Path, monkeypatch: pytest.MonkeyPatch, data: bytes) -> Path:
    path = folder / "tinyshakespeare.txt"
    path.write_bytes(data)
    digest = hashlib.sha256(b"First Citizen:\n").hexdigest()
    monkeypatch.setattr(texts, "_TINYSHAKESPEARE", RemoteFile(path.name, (), digest))
    return path


def test_tinyshakespeare_that_is_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put_tinyshakespeare(folder, monkeypatch, b"First Citizen:\n")
    for load in (load_text, load_text_or_fallback):
        text = load("tinyshakespeare")
        assert text == Text("tinyshakespeare", str(path), "First Citizen:\n")
    assert capsys.readouterr() == ("", "")


def test_damaged_tinyshakespeare(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    failure: Failure,
) -> None:
    path = put_tinyshakespeare(folder, monkeypatch, b"First Citizen")
    assert f"{path}: is damaged" in failure(load_text, "tinyshakespeare")
    assert load_text_or_fallback("tinyshakespeare").name == "shakespeare"
    assert f"{path}: is damaged" in capsys.readouterr().err


@pytest.fixture
def short_austen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_AUSTEN_LENGTH", (20, 40))


NOVELS = "Persuasion\r\n\r\nSir Walter Elliot, THE END\r\n"
STRIPPED = "Persuasion\n\nSir Walter Elliot, THE END\n"
START = (
    "\ufeffThe Complete Works\r\n\r\n*** START OF THE PROJECT GUTENBERG EBOOK 31100 ***\r\n\r\n\r\n"
)
END = "\r\n\r\n*** END OF THE PROJECT GUTENBERG EBOOK 31100 ***\r\nThis eBook is for the use of\r\n"


@pytest.mark.usefixtures("short_austen")
@pytest.mark.parametrize(
    "file", [NOVELS, START + NOVELS + END, (START + NOVELS + END).replace("OF THE", "OF THIS")]
)
def test_austen_with_and_without_the_frame(folder: Path, file: str) -> None:
    path = folder / "austen.txt"
    path.write_text(file, newline="")
    assert load_text("austen") == Text("austen", str(path), STRIPPED)


@pytest.mark.usefixtures("short_austen")
@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        ("Persuasion", "(10 characters, but the six novels have about 4,000,000)"),
        (NOVELS + NOVELS, "(78 characters, but"),
        (START + NOVELS, "(it is cut short: the line *** END is missing)"),
    ],
)
def test_austen_that_is_something_else(
    folder: Path, file: str, complaint: str, failure: Failure
) -> None:
    path = folder / "austen.txt"
    path.write_text(file, newline="")
    message = failure(load_text, "austen")
    assert f"{path}: is damaged or another file {complaint}" in message
    assert "move it away" in message


@pytest.mark.usefixtures("short_austen")
def test_austen_is_checked_before_it_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch, failure: Failure
) -> None:
    def send(text: str) -> None:
        def download(self: object, url: str, output_file: str, _: object) -> None:
            Path(output_file).write_text(text, newline="")

        monkeypatch.setattr("pooch.HTTPDownloader.__call__", download)

    for wrong in ("<html>Log in</html>", START + NOVELS, ""):
        send(wrong)
        assert "damaged or another file" in failure(load_text, "austen")
        assert [path for path in folder.iterdir() if path.is_file()] == []
    send(START + NOVELS + END)
    assert load_text("austen").text == STRIPPED
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["austen.txt"]


@pytest.mark.parametrize("name", ["tinyshakespeare", "austen"])
def test_the_real_files_where_they_are(name: str) -> None:
    if not (data_folder() / f"{name}.txt").exists():
        pytest.skip(f"no {name}.txt in the data folder {data_folder()}")
    text = load_text(name).text
    if name == "tinyshakespeare":
        assert (len(text), len(set(text))) == (1_115_394, 65)
    else:
        assert 3_900_000 < len(text) < 4_600_000
        assert "It is a truth universally acknowledged" in text.replace("\n", " ")
        assert "Gutenberg" not in text
