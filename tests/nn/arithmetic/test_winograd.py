"""Winograd's convolution against plain loops, the general way and numeric gradients."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array
from glassnet.nn.arithmetic.correlation import Correlation
from glassnet.nn.arithmetic.general import GeneralCorrelation
from glassnet.nn.arithmetic.sliding import Padding, Windows
from glassnet.nn.arithmetic.winograd import WinogradCorrelation
from glassnet.nn.gradcheck import GradientError, check_layer
from tests.mutate import mutant
from tests.nn.convolution_cases import CHANNELS, Case, Pair, WinogradConv2D, initialized, loop


@given(
    size=st.tuples(st.integers(3, 8), st.integers(3, 8)),
    channels=CHANNELS,
    padding=st.sampled_from(["valid", "same"]),
)
def test_winograd_agrees_with_a_loop_and_has_the_right_gradients(
    size: Pair, channels: Pair, padding: Padding
) -> None:
    case = Case(size, (3, 3), (1, 1), (1, 1), padding)
    layer = initialized(WinogradConv2D(*channels, 3, padding))
    x = case.x(channels[0])
    np.testing.assert_allclose(layer.forward(x), loop(x, layer.W, layer.b, case), atol=1e-12)
    check_layer(WinogradConv2D(*channels, 3, padding), x, every_coordinate=8)


def test_winograd_in_float32_is_about_as_exact_as_the_plain_way(
    generator: np.random.Generator,
) -> None:
    x, dy = generator.standard_normal((3, 14, 14, 64)), generator.standard_normal((3, 14, 14, 48))
    ways = [GeneralCorrelation(Windows((3, 3), padding="same")), WinogradCorrelation("same")]
    kernel = generator.standard_normal((3, 3, 64, 48))

    def results(way: Correlation, dtype: Any) -> list[Array]:
        way.gather(x.astype(dtype), dtype)
        y, dK = way.correlate(kernel.astype(dtype)), way.kernel_gradient(dy.astype(dtype))
        return [y.copy(), dK, way.input_gradient(dy.astype(dtype), kernel.astype(dtype), 14, 14)]

    exact = results(ways[0], np.float64)
    errors = [
        [
            np.linalg.norm(one - other) / np.linalg.norm(other)
            for one, other in zip(results(way, np.float32), exact, strict=True)
        ]
        for way in ways
    ]
    assert max(errors[1]) < 1e-6
    assert all(winograd < 6 * plain for plain, winograd in zip(*errors, strict=True))


@pytest.mark.parametrize(
    ("old", "new", "culprit"),
    [
        ("_transformed(flipped_kernel(kernel))", "_transformed(kernel.swapaxes(2, 3))", "^input"),
        ("_without_margin(dx,", "_without_margin(dx[:, ::-1],", "^input"),
        ("_both_axes(_G.T, dU", "_both_axes(np.abs(_G.T), dU", "^parameter W"),
        (
            "_widen(part[:, 0::2], part[:, 1::2]",
            "_widen(part[:, 1::2], part[:, 0::2]",
            "^parameter W",
        ),
    ],
)
def test_a_wrong_correlation_is_rejected(
    old: str, new: str, culprit: str, generator: np.random.Generator
) -> None:
    layer = WinogradConv2D(2, 3, 3, "same")
    layer.correlation = mutant(WinogradCorrelation, old, new)("same")
    with pytest.raises(GradientError, match=culprit):
        check_layer(layer, generator.standard_normal((2, 5, 6, 2)))
