"""Groups of layers: what they make of the sides and channels of images."""

import numpy as np
import pytest

from glassnet.models.image_autoencoders.blocks import (
    convolution,
    enlarge_from_4,
    pool,
    shrink_to_4,
    transposed,
)
from glassnet.nn import Layer, Sequential


@pytest.mark.parametrize(
    ("layers", "inside", "outside"),
    [
        (convolution(2, 5), (7, 7, 2), (7, 7, 5)),
        (convolution(2, 5, kernel_size=2, stride=2), (7, 7, 2), (4, 4, 5)),
        (transposed(2), (7, 7, 2), (7, 7, 2)),
        ([pool()], (7, 7, 2), (4, 4, 2)),
        (shrink_to_4(), (28, 28), (4, 4, 8)),
        (enlarge_from_4(3), (4, 4, 3), (28, 28)),
    ],
)
def test_shapes(
    layers: list[Layer],
    inside: tuple[int, ...],
    outside: tuple[int, ...],
    generator: np.random.Generator,
) -> None:
    network = Sequential(*layers).initialize(generator)
    assert network.forward(generator.random((3, *inside), np.float32)).shape == (3, *outside)
