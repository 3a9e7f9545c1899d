import numpy as np

from glassnet.models import image_grid


def test_images_lie_row_by_row_with_gaps_between() -> None:
    images = np.arange(1, 25).reshape(6, 2, 2)
    grid = image_grid(images, columns=4, gap=1, fill=-1)
    assert grid.shape == (5, 11)
    np.testing.assert_array_equal(grid[:2, 3:5], images[1])
    np.testing.assert_array_equal(grid[3:, :2], images[4])
    assert (grid[2] == -1).all()
    assert (grid[:, 2::3] == -1).all()
    assert (grid[3:, 6:] == -1).all()  # nothing is left for these places
