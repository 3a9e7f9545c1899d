import gzip
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glassnet.train.data import images, load_images
from glassnet.train.data.download import RemoteFile, data_folder

Failure = Callable[[Callable[[str], object], str], str]


def put_mnist(folder: Path, monkeypatch: pytest.MonkeyPatch, arrays: list[np.ndarray]) -> None:
    files = []
    for file, array in zip(images._MNIST, arrays, strict=True):
        header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        data = gzip.compress(header + array.tobytes())
        (folder / file.path).write_bytes(data)
        files.append(RemoteFile(file.path, (), hashlib.sha256(data).hexdigest()))
    monkeypatch.setattr(images, "_MNIST", files)


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
    digits = load_images("mnist")
    assert (digits.name, digits.source) == ("mnist", str(folder / "mnist"))
    for values, expected in (
        (digits.train_images, arrays[0]),
        (digits.test_images, arrays[2]),
    ):
        assert values.dtype == np.float32
        np.testing.assert_allclose(values * 255, expected, rtol=1e-6)
    np.testing.assert_array_equal(digits.train_labels, [5, 0, 9])
    np.testing.assert_array_equal(digits.test_labels, [7, 2])
    assert digits.train_labels.dtype == digits.test_labels.dtype == np.int64


def test_mnist_file_that_is_no_idx(
    folder: Path, monkeypatch: pytest.MonkeyPatch, failure: Failure
) -> None:
    put_mnist(folder, monkeypatch, [np.zeros(3, np.uint8)] * 4)
    message = failure(load_images, "mnist")
    assert message.startswith(f"{folder / 'mnist' / 'train-images-idx3-ubyte.gz'}: starts with ")


def test_mnist_5k() -> None:
    digits = load_images("mnist-5k")
    assert digits.source.endswith("mnist_5k.csv.gz")
    assert digits.train_images.shape == (4000, 28, 28)
    assert digits.test_images.shape == (1000, 28, 28)
    for values in (digits.train_images, digits.test_images):
        assert values.dtype == np.float32
        assert (values.min(), values.max()) == (0, 1)
    np.testing.assert_array_equal(np.bincount(digits.train_labels), [400] * 10)
    np.testing.assert_array_equal(np.bincount(digits.test_labels), [100] * 10)
    np.testing.assert_array_equal(digits.train_labels[:12], [*range(10), 0, 1])
    # No image is in both; labels belong to their images: a one is drawn with less ink than a zero.
    train = {image.tobytes() for image in digits.train_images}
    assert not any(image.tobytes() in train for image in digits.test_images)
    ink = [digits.test_images[digits.test_labels == digit].mean() for digit in range(10)]
    assert np.argmin(ink) == 1
    assert np.argmax(ink) == 0


@pytest.mark.parametrize("data", [None, b"1,2,3\n", gzip.compress(b"1,2,3\n" * 9, mtime=0)[:-9]])
def test_damaged_mnist_5k(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes | None, failure: Failure
) -> None:
    path = tmp_path / "data" / "data" / "mnist_5k.csv.gz"
    path.parent.mkdir(parents=True)
    if data is not None:
        path.write_bytes(data)
    monkeypatch.setattr(images, "package_folder", lambda *_: tmp_path)
    assert failure(load_images, "mnist-5k").startswith(f"{path}: is missing or damaged; ")


def test_the_real_files_where_they_are() -> None:
    # A download that failed may have left the folder of its files, empty.
    if not any(data_folder().glob("mnist/t*")):
        pytest.skip(f"no mnist/ in the data folder {data_folder()}")
    digits = load_images("mnist")
    assert digits.train_images.shape == (60000, 28, 28)
    assert digits.test_images.shape == (10000, 28, 28)
    assert digits.train_images.max() == 1
    np.testing.assert_array_equal(digits.train_labels[:5], [5, 0, 4, 1, 9])
    np.testing.assert_array_equal(np.bincount(digits.test_labels)[:3], [980, 1135, 1032])
