import io
import sys
from pathlib import Path

import pytest

from glassnet.text import TextError, read_standard_input, read_text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        ("\ufeffThe \ufeff日".encode(), "The \ufeff日"),
    ],
)
def test_texts_are_normalized(
    content: bytes, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(content)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="ascii"))
    assert read_text(path) == read_text(str(path)) == text
    assert read_standard_input() == text


@pytest.mark.parametrize(
    ("content", "byte"),
    [
        (b"abc\xe9t\xe9", "0xe9 at offset 3"),
        (b"\xef\xbb\xbfabc\xff", "0xff at offset 6"),
        ("cut short: é".encode()[:-1], "0xc3 at offset 11"),
    ],
)
def test_what_is_not_utf_8(
    content: bytes, byte: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(content)
    message = f"is not UTF-8 text (byte {byte}); iconv converts other encodings"
    with pytest.raises(TextError) as error:
        read_text(path)
    assert str(error.value) == f"{path}: {message}"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    with pytest.raises(TextError) as error:
        read_standard_input()
    assert str(error.value) == f"standard input: {message}"


def test_what_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TextError, match="there is no such file"):
        read_text(tmp_path / "none.txt")
    with pytest.raises(TextError, match=r"can't be read \(Is a directory\)"):
        read_text(tmp_path)
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(TextError, match="standard input: is closed"):
        read_standard_input()

    def too_large(path: Path) -> bytes:
        raise MemoryError

    monkeypatch.setattr(Path, "read_bytes", too_large)
    with pytest.raises(TextError, match="is too large for the memory of this machine"):
        read_text(tmp_path)
