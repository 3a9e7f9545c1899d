"""Correlation with a single channel; test_correlation.py has what it shares with other ways."""

import numpy as np
import pytest

from glassnet.nn import Array, Conv2D
from glassnet.nn.arithmetic.general import GeneralCorrelation
from glassnet.nn.arithmetic.single_channel import SingleChannelCorrelation
from glassnet.nn.arithmetic.sliding import Windows
from glassnet.nn.gradcheck import GradientError, check_layer
from tests.mutate import mutant


@pytest.mark.parametrize(("channels", "stride"), [((1, 16), 1), ((1, 16), 2), ((16, 1), 1)])
def test_float32_results_are_those_of_the_general_way(
    channels: tuple[int, int], stride: int, generator: np.random.Generator
) -> None:
    windows = Windows((3, 3), (stride, stride), "same")
    x = generator.standard_normal((2, 28, 28, channels[0]), dtype=np.float32)
    kernel = generator.standard_normal((3, 3, *channels), dtype=np.float32)
    found: list[list[Array]] = []
    for way in (SingleChannelCorrelation(windows), GeneralCorrelation(windows)):
        way.gather(x, np.float32)
        y = way.correlate(kernel)
        dy = np.cos(y)
        found.append([y, way.kernel_gradient(dy), way.input_gradient(dy, kernel, 28, 28)])
    for one, other in zip(*found, strict=True):
        assert one.dtype == np.float32
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    ("channels", "old", "new", "culprit"),
    [
        ((2, 1), "flipped_kernel(dK) if", "dK.swapaxes(2, 3) if", "^parameter W"),
        (
            (2, 1),
            "(dy, axes), flipped_kernel(kernel)",
            "(dy, axes), kernel.swapaxes(2, 3)",
            "^input",
        ),
        ((1, 2), "products.sum(axis=0)", "products[0]", "^parameter W"),
        ((1, 2), "+= products[:, :, :, i, j]", "+= products[:, :, :, j, i]", "^input"),
        ((1, 2), "sums[...] = 0", "sums[...] = 1", "^input"),
    ],
)
def test_a_wrong_correlation_is_rejected(
    channels: tuple[int, int], old: str, new: str, culprit: str, generator: np.random.Generator
) -> None:
    layer = Conv2D(*channels, (3, 3), padding="same")
    layer.correlation = mutant(SingleChannelCorrelation, old, new)(Windows((3, 3), padding="same"))
    with pytest.raises(GradientError, match=culprit):
        check_layer(layer, generator.standard_normal((2, 5, 6, channels[0])))
