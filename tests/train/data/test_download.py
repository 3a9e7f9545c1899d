"""Downloads, from a server on this machine with small made-up files."""

import errno
import hashlib
import http.server
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pooch
import pytest

from glassnet.train.data import download
from glassnet.train.data.download import DataError, RemoteFile, data_folder, obtain

CONTENT = b"To be, or not to be, that is the question."


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "data"


class Server:
    """Serves `files` by path: bytes, or (bytes, the length that it promises to send)."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | tuple[bytes, int]] = {}
        self.asked: list[str] = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                answer = server.files.get(self.path)
                if answer is None:
                    self.send_error(404)
                    return
                body, length = answer if isinstance(answer, tuple) else (answer, len(answer))
                self.send_response(200)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.02,)).start()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


def remote(*urls: str, sha256: str | None = hashlib.sha256(CONTENT).hexdigest()) -> RemoteFile:
    return RemoteFile("plays/hamlet.txt", urls, sha256)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def failure(file: RemoteFile, check: Callable[[Path], object] | None = None) -> str:
    """Return the message of the DataError that there must be, which must be one line."""
    with pytest.raises(DataError) as error:
        obtain("hamlet", file, check)
    message = str(error.value)
    assert "\n" not in message
    return message


def test_data_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    assert data_folder() == folder
    for unset in (None, ""):
        if unset is None:
            monkeypatch.delenv("GLASSNET_DATA")
        else:
            monkeypatch.setenv("GLASSNET_DATA", unset)
        assert data_folder() == Path(pooch.os_cache("glassnet"))


def test_downloads_once(server: Server, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    server.files["/hamlet"] = CONTENT
    for _ in range(2):
        path = obtain("hamlet", remote(server.url + "/hamlet"))
        assert path == folder / "plays" / "hamlet.txt"
        assert path.read_bytes() == CONTENT
    assert server.asked == ["/hamlet"]
    assert files_in(folder) == [path]
    assert capfd.readouterr() == ("", "")  # quiet where nobody watches
    assert not pooch.get_logger().isEnabledFor(logging.INFO)


def test_progress_on_a_terminal(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    server.files["/hamlet"] = CONTENT
    obtain("hamlet", remote(server.url + "/hamlet"))
    printed = capsys.readouterr().err
    assert f"downloading {server.url}/hamlet\n" in printed
    assert "100%" in printed


def test_file_that_is_there_is_used_and_not_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "plays" / "hamlet.txt"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    before = path.stat().st_mtime_ns

    def no_writing(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", no_writing)
    monkeypatch.setattr("os.makedirs", no_writing)
    assert obtain("hamlet", remote("http://127.0.0.1:9/none")) == path
    assert path.stat().st_mtime_ns == before


def test_damaged_file_is_named_and_left_alone(server: Server, folder: Path) -> None:
    path = folder / "plays" / "hamlet.txt"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT[:-1])
    server.files["/hamlet"] = CONTENT
    message = failure(remote(server.url + "/hamlet"))
    assert str(path) in message
    assert "sha256" in message
    assert "move it away" in message
    assert path.read_bytes() == CONTENT[:-1]
    assert server.asked == []
    path.unlink()  # as told
    assert obtain("hamlet", remote(server.url + "/hamlet")).read_bytes() == CONTENT


def test_mirror_is_tried_when_the_first_fails(server: Server) -> None:
    server.files["/mirror"] = CONTENT
    file = remote(server.url + "/first", server.url + "/mirror")
    assert obtain("hamlet", file).read_bytes() == CONTENT
    assert server.asked == ["/first", "/mirror"]


def test_every_failure_is_told(server: Server, folder: Path) -> None:
    server.files["/wrong"] = b"<html>Please log in</html>"
    server.files["/short"] = (CONTENT[:20], len(CONTENT))
    nobody = _unused_port()
    message = failure(
        remote(
            f"{server.url}/missing",
            f"{server.url}/wrong",
            f"{server.url}/short",
            f"http://127.0.0.1:{nobody}/",
        )
    )
    assert message.startswith("hamlet could not be downloaded from ")
    assert f"{server.url}/missing (status 404)" in message
    assert f"{server.url}/wrong (what it sent is damaged or another file)" in message
    assert f"{server.url}/short (no connection, or it broke off)" in message
    assert f"http://127.0.0.1:{nobody}/ (no connection, or it broke off)" in message
    assert message.endswith(f"by hand, as {folder / 'plays' / 'hamlet.txt'}")
    assert files_in(folder) == []  # and no half file is left


def test_server_that_never_answers(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        start = time.monotonic()
        assert f"{url} (no answer in 0.2 s)" in failure(remote(url))
        assert time.monotonic() - start < 10
    assert files_in(folder) == []


def test_timeout_is_seconds() -> None:
    assert 1 <= download.TIMEOUT <= 60


def test_interrupt_leaves_nothing(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: object, url: str, output_file: str, _: object) -> None:
        Path(output_file).write_bytes(CONTENT[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        obtain("hamlet", remote(server.url + "/hamlet"))
    assert files_in(folder) == []


@pytest.mark.parametrize("error", [ValueError("too short"), DataError("not UTF-8")])
def test_check_instead_of_checksum(server: Server, folder: Path, error: Exception) -> None:
    server.files["/hamlet"] = CONTENT
    file = remote(server.url + "/hamlet", sha256=None)

    def refuse(path: Path) -> None:
        assert path.read_bytes() == CONTENT
        raise error

    assert "damaged or another file" in failure(file, refuse)
    assert files_in(folder) == []
    assert obtain("hamlet", file, lambda path: None).read_bytes() == CONTENT


def test_folder_that_cannot_be_written(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files["/hamlet"] = CONTENT
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path / "file"))
    message = failure(remote(server.url + "/hamlet"))
    assert str(tmp_path / "file" / "plays" / "hamlet.txt") in message
    assert "can't be written" in message
    assert "GLASSNET_DATA" in message


def test_full_disk(server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: object, url: str, output_file: str, _: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", full)
    assert "can't be written (No space left on device)" in failure(remote(server.url + "/hamlet"))
    assert files_in(folder) == []


def test_folder_in_place_of_the_file(folder: Path) -> None:
    (folder / "plays" / "hamlet.txt").mkdir(parents=True)
    message = failure(remote("http://127.0.0.1:9/none"))
    assert "hamlet.txt: can't be read (Is a directory)" in message


def _unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
