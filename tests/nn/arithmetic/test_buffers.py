import numpy as np
import pytest

from glassnet.nn.arithmetic.buffers import Buffers, padded, slabs


def test_buffers_keep_what_fits() -> None:
    buffers = Buffers()
    first = buffers.get("a", (4, 3), np.float32, fill=-1)
    assert first.dtype == np.float32
    assert np.all(first == -1)
    first[...] = 7
    assert np.all(buffers.get("a", (4, 3), np.float32) == 7)
    assert np.shares_memory(first, buffers.get("a", (2, 3), np.float32))
    assert buffers.get("a", (2, 3), np.float32).shape == (2, 3)
    assert np.all(buffers.get("b", (4, 3), np.float32) == 0)
    for shape, dtype in (((5, 3), np.float32), ((4, 2), np.float32), ((4, 2), np.float64)):
        new = buffers.get("a", shape, dtype)
        assert new.shape == shape
        assert new.dtype == dtype
        assert np.all(new == 0)


def test_padded(generator: np.random.Generator) -> None:
    x, buffers = generator.standard_normal((2, 3, 4, 1)), Buffers()
    assert padded(x, (0, 0, -1, 0), buffers, "x", x.dtype) is x
    # One and the same total size, reached in two ways, and back: the border stays a border.
    for rows in (3, 2, 3):
        border = (1, 3 - rows, 0, 2)
        y = padded(x[:, :rows], border, buffers, "x", np.float32, value=9)
        expected = np.pad(
            x[:, :rows].astype(np.float32),
            ((0, 0), (1, 3 - rows), (0, 2), (0, 0)),
            constant_values=9,
        )
        assert y.dtype == np.float32
        np.testing.assert_array_equal(y, expected)


def test_scratch_of_one_name_shares_its_memory() -> None:
    buffers = Buffers()
    large = buffers.scratch("a", (4, 3), np.float32)
    small = buffers.scratch("a", (2, 2, 2), np.float32)
    assert small.shape == (2, 2, 2)
    assert np.shares_memory(large, small)
    assert not np.shares_memory(large, buffers.scratch("b", (4, 3), np.float32))


@pytest.mark.parametrize(
    ("images", "elements", "expected"),
    [
        (0, 10, []),
        (5, 100_000, [(0, 2), (2, 4), (4, 6)]),
        (2, 10**9, [(0, 1), (1, 2)]),
        (3, 0, [(0, 200_000)]),
    ],
)
def test_slabs(images: int, elements: int, expected: list[tuple[int, int]]) -> None:
    assert [(slab.start, slab.stop) for slab in slabs(images, elements)] == expected
