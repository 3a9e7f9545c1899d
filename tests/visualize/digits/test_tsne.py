"""Codes on a plane."""

import numpy as np
import pytest

from glassnet.visualize.digits.tsne import FEWEST_CODES, tsne


@pytest.mark.parametrize("size", [1, 2, 10])
def test_neighbours_stay_neighbours(size: int, generator: np.random.Generator) -> None:
    pytest.importorskip("sklearn")
    centres = 50 * np.arange(3)[:, np.newaxis] * np.ones(size)
    codes = np.repeat(centres, 10, axis=0) + generator.standard_normal((30, size))
    points = tsne(codes)
    middles = points.reshape(3, 10, 2).mean(axis=1)
    distances = np.linalg.norm(points[:, np.newaxis] - middles, axis=2)
    assert (distances.argmin(axis=1) == np.repeat(range(3), 10)).all()
    np.testing.assert_array_equal(points, tsne(codes))


def test_codes_that_are_all_the_same() -> None:
    pytest.importorskip("sklearn")
    assert np.isfinite(tsne(np.zeros((6, 10)))).all()


def test_too_few_codes() -> None:
    pytest.importorskip("sklearn")
    few = np.zeros((FEWEST_CODES - 1, 3))
    with pytest.raises(ValueError, match="at least 5 codes, not 4"):
        tsne(few)
