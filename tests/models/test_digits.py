"""The digits that come with glassnet, and files that are none."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.models.digits import DigitsError, load_digits


def test_the_digits_that_come_along() -> None:
    images, labels = load_digits()
    assert images.shape == (2000, 28, 28)
    assert images.dtype == np.float32
    assert (images.min(), images.max()) == (0, 1)
    assert labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]  # how MNIST's test set begins
    assert np.bincount(labels).min() > 100


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    np.savez(path, images=np.full((3, 28, 28), 51, np.uint8), labels=np.array([1, 2, 3]))
    images, labels = load_digits(path)
    np.testing.assert_allclose(images, 0.2, atol=1e-7)
    assert labels.dtype == np.int64


GOOD = {"images": np.zeros((3, 28, 28), np.uint8), "labels": np.zeros(3, np.uint8)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"images": np.zeros((3, 28, 28))},
        {"images": np.zeros((3, 784), np.uint8)},
        {"images": np.zeros((3, 14, 14), np.uint8)},
        {"images": np.zeros((0, 28, 28), np.uint8), "labels": np.zeros(0, np.uint8)},
        {"labels": np.zeros(4, np.uint8)},
        {"labels": np.full(3, 10, np.uint8)},
        {"labels": np.full(3, -1)},
        {"labels": np.zeros(3)},
    ],
)
def test_what_is_no_file_of_digits(wrong: dict[str, np.ndarray], tmp_path: Path) -> None:
    np.savez(tmp_path / "wrong.npz", **(GOOD | wrong))
    with pytest.raises(DigitsError, match=r"wrong\.npz: is not a file of digits"):
        load_digits(tmp_path / "wrong.npz")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DigitsError, match=r"none\.npz: there is no such file"):
        load_digits(tmp_path / "none.npz")
    with pytest.raises(DigitsError, match="can't be read"):
        load_digits(tmp_path)
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(DigitsError, match=r"text\.npz: is not a file of digits"):
        load_digits(tmp_path / "text.npz")
