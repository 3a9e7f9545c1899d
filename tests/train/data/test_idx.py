import contextlib
import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.train.data.idx import read_idx


def idx(array: np.ndarray, type_code: int = 8) -> bytes:
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, type_code, array.ndim, *array.shape)
    return header + array.tobytes()


IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
WHOLE = idx(IMAGES)


@pytest.mark.parametrize("shape", [(0,), (5,), (2, 3, 4), (1, 2, 3, 2)])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_reads_what_was_written(tmp_path: Path, shape: tuple[int, ...], suffix: str) -> None:
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    path = tmp_path / f"digits{suffix}"
    path.write_bytes(gzip.compress(idx(array)) if suffix else idx(array))
    result = read_idx(path, len(shape))
    assert result.dtype == np.uint8
    np.testing.assert_array_equal(result, array)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "starts with nothing, but"),
        (b"\0\0\x08", "starts with 00 00 08, but"),
        (b"PNG data", "starts with 50 4e 47 20, but"),
        (idx(IMAGES, 0x0D), "starts with 00 00 0d 03, but an IDX file of unsigned bytes"),
        (
            idx(IMAGES[0]),
            "but an IDX file of unsigned bytes in 3 dimensions starts with 00 00 08 03",
        ),
        (WHOLE[:15], "cut short: 15 bytes, less than the header's 16"),
        (WHOLE[:-1], "39 bytes, but an array of shape (2, 3, 4) takes 40"),
        (WHOLE + b"\0", "41 bytes, but an array of shape (2, 3, 4) takes 40"),
        # 2**96 elements and as many as overflow to none in 64 bits.
        (b"\0\0\x08\x03" + b"\xff" * 12, f"takes {(2**32 - 1) ** 3 + 16}"),
        (b"\0\0\x08\x03" + b"\x80\0\0\0" * 3, f"takes {2**93 + 16}"),
    ],
)
def test_each_damage_is_one_line_that_names_the_file(
    tmp_path: Path, data: bytes, complaint: str
) -> None:
    path = tmp_path / "digits"
    path.write_bytes(data)
    with pytest.raises(ValueError, match="digits: ") as error:
        read_idx(path, 3)
    assert str(error.value).startswith(f"{path}: ")
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "data",
    [
        WHOLE,  # not compressed
        gzip.compress(WHOLE, mtime=0)[:-9],  # cut short
        gzip.compress(WHOLE, mtime=0)[:-1] + b"\x7f",  # wrong length in the trailer
        gzip.compress(WHOLE, mtime=0)[:10]
        + b"\xff"
        + gzip.compress(WHOLE, mtime=0)[11:],  # not deflated data
    ],
)
def test_damaged_gzip(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "digits.gz"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"digits\.gz: not a whole gzip file \("):
        read_idx(path, 3)


@given(data=st.binary(max_size=40), place=st.integers(0, len(WHOLE) - 1))
def test_no_bytes_raise_anything_else(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, place: int
) -> None:
    path = tmp_path_factory.mktemp("idx") / "digits"
    for content in (data, WHOLE[:place] + data, WHOLE[:place] + data + WHOLE[place:]):
        path.write_bytes(content)
        with contextlib.suppress(ValueError):
            assert read_idx(path, 3).ndim == 3
